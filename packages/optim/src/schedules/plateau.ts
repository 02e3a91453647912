// A rate that falls when a metric stops getting better.
import { GradkitError } from "@gradkit/tensor";
import { perGroup, type ScheduledOptimizer } from "./scheduler.ts";

export interface ReduceLROnPlateauOptions {
  /** Whether smaller ("min") or larger ("max") is better. Default: "min". */
  mode?: "min" | "max";
  /** Default: 0.1. */
  factor?: number;
  /** How many epochs without improvement are let pass. Default: 10. */
  patience?: number;
  /** What counts as an improvement. Default: 1e-4. */
  threshold?: number;
  /** Whether the threshold is a share of the best value or a difference. Default: "rel". */
  thresholdMode?: "rel" | "abs";
  /** Epochs to wait after a reduction before counting again. Default: 0. */
  cooldown?: number;
  /** Lowest rate, for all groups or for each. Default: 0. */
  minLr?: number | readonly number[];
  /** Smaller reductions are not made. Default: 1e-8. */
  eps?: number;
}

/**
 * Reduces the rate when `step(metric)` has seen no improvement for `patience` epochs.
 *
 * @example
 * const schedule = new ReduceLROnPlateau(optimizer, { patience: 3 });
 * schedule.step(validationLoss);
 */
export class ReduceLROnPlateau {
  readonly optimizer: ScheduledOptimizer;
  readonly options: Required<ReduceLROnPlateauOptions>;
  readonly minLrs: readonly number[];
  best: number;
  numBadEpochs = 0;
  cooldownCounter = 0;
  lastEpoch = 0;

  constructor(optimizer: ScheduledOptimizer, options: ReduceLROnPlateauOptions = {}) {
    this.optimizer = optimizer;
    this.options = {
      mode: "min",
      factor: 0.1,
      patience: 10,
      threshold: 1e-4,
      thresholdMode: "rel",
      cooldown: 0,
      minLr: 0,
      eps: 1e-8,
      ...options,
    };
    this.#check();
    this.minLrs = perGroup("ReduceLROnPlateau", "minLr", this.options.minLr, optimizer);
    this.best = this.options.mode === "min" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  }

  #check(): void {
    const { mode, factor, thresholdMode } = this.options;
    const fail = (problem: string): never => {
      throw new GradkitError("ReduceLROnPlateau", problem);
    };
    if (!(factor < 1)) fail(`factor must be below 1 (got ${factor})`);
    if (mode !== "min" && mode !== "max") fail(`mode must be "min" or "max" (got ${JSON.stringify(mode)})`);
    if (thresholdMode !== "rel" && thresholdMode !== "abs")
      fail(`thresholdMode must be "rel" or "abs" (got ${JSON.stringify(thresholdMode)})`);
  }

  /** Takes this epoch's metric. */
  step(metric: number): void {
    this.lastEpoch++;
    if (this.#isBetter(metric)) {
      this.best = metric;
      this.numBadEpochs = 0;
    } else {
      this.numBadEpochs++;
    }
    if (this.cooldownCounter > 0) {
      this.cooldownCounter--;
      this.numBadEpochs = 0;
    }
    if (this.numBadEpochs > this.options.patience) {
      this.#reduce();
      this.cooldownCounter = this.options.cooldown;
      this.numBadEpochs = 0;
    }
  }

  getLastLr(): readonly number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr);
  }

  stateDict(): Record<"best" | "num_bad_epochs" | "cooldown_counter" | "last_epoch", number> {
    return { best: this.best, num_bad_epochs: this.numBadEpochs, cooldown_counter: this.cooldownCounter, last_epoch: this.lastEpoch };
  }

  loadStateDict(state: ReturnType<ReduceLROnPlateau["stateDict"]>): void {
    this.best = state.best;
    this.numBadEpochs = state.num_bad_epochs;
    this.cooldownCounter = state.cooldown_counter;
    this.lastEpoch = state.last_epoch;
  }

  #isBetter(metric: number): boolean {
    const { mode, threshold, thresholdMode } = this.options;
    if (mode === "min") return metric < (thresholdMode === "rel" ? this.best * (1 - threshold) : this.best - threshold);
    return metric > (thresholdMode === "rel" ? this.best * (1 + threshold) : this.best + threshold);
  }

  #reduce(): void {
    const { factor, eps } = this.options;
    this.optimizer.paramGroups.forEach((group, i) => {
      const next = Math.max(group.lr * factor, this.minLrs[i] as number);
      if (group.lr - next > eps) group.lr = next;
    });
  }
}
