// Rates along a cosine (Loshchilov & Hutter 2017, arXiv:1608.03983).
import { GradkitError } from "@gradkit/tensor";
import { LRScheduler, type ScheduledOptimizer, type ScheduleOptions } from "./scheduler.ts";

export interface CosineAnnealingLROptions extends ScheduleOptions {
  /** The lowest rate. Default: 0. */
  etaMin?: number;
}

const halfCosine = (share: number): number => (1 + Math.cos(Math.PI * share)) / 2;

/**
 * From the initial rate down to etaMin in TMax epochs, and up again.
 *
 * @example
 * const schedule = new CosineAnnealingLR(optimizer, epochs);
 */
export class CosineAnnealingLR extends LRScheduler {
  constructor(optimizer: ScheduledOptimizer, TMax: number, { etaMin = 0, ...options }: CosineAnnealingLROptions = {}) {
    super(
      optimizer,
      (lr, { epoch, base, initial }) => {
        if (initial || epoch === 0) return lr;
        // at the bottom the ratio below would be 0/0
        if ((epoch - 1 - TMax) % (2 * TMax) === 0) return lr + (base - etaMin) * (1 - halfCosine(1 / TMax));
        return (halfCosine(epoch / TMax) / halfCosine((epoch - 1) / TMax)) * (lr - etaMin) + etaMin;
      },
      options,
    );
  }
}

export interface CosineAnnealingWarmRestartsOptions extends CosineAnnealingLROptions {
  /** Factor of each period's length over the one before. Default: 1. */
  TMult?: number;
}

/**
 * From the initial rate down to etaMin, again and again; the first time in T0 epochs.
 *
 * @example
 * const schedule = new CosineAnnealingWarmRestarts(optimizer, 10, { TMult: 2 });
 * schedule.step(2.5); // batches may say where in an epoch they stand
 */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  constructor(optimizer: ScheduledOptimizer, T0: number, { TMult = 1, etaMin = 0, ...options }: CosineAnnealingWarmRestartsOptions = {}) {
    if (!(Number.isInteger(T0) && T0 > 0 && Number.isInteger(TMult) && TMult > 0))
      throw new GradkitError("CosineAnnealingWarmRestarts", `T0 and TMult must be whole numbers above 0 (got ${T0} and ${TMult})`);
    super(
      optimizer,
      (_, { epoch, base }) => {
        let [at, period] = [epoch, T0];
        while (at >= period) {
          at -= period;
          period *= TMult;
        }
        return etaMin + (base - etaMin) * halfCosine(at / period);
      },
      options,
    );
  }

  /** Goes on by one epoch, or to the one that is named; it may be a part of one. */
  override step(epoch: number = this.lastEpoch + 1): void {
    if (!(epoch >= 0)) throw new GradkitError("CosineAnnealingWarmRestarts", `epoch must be at least 0 (got ${epoch})`);
    this.apply(epoch);
  }
}
