// Warm-up: a factor below 1 that goes away after some epochs, at once or little by little.
import { GradkitError } from "@gradkit/tensor";
import { LRScheduler, type ScheduledOptimizer, type ScheduleOptions } from "./scheduler.ts";

function checkShare(schedule: string, factors: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(factors))
    if (!(value >= 0 && value <= 1)) throw new GradkitError(schedule, `${name} must be from 0 to 1 (got ${value})`);
}

export interface ConstantLROptions extends ScheduleOptions {
  /** Default: 1/3. */
  factor?: number;
  /** Epochs until the factor goes away. Default: 5. */
  totalIters?: number;
}

/** The rate times a factor for the first epochs. */
export class ConstantLR extends LRScheduler {
  constructor(optimizer: ScheduledOptimizer, { factor = 1 / 3, totalIters = 5, ...options }: ConstantLROptions = {}) {
    checkShare("ConstantLR", { factor });
    super(optimizer, (lr, { epoch }) => (epoch === 0 ? lr * factor : epoch === totalIters ? lr / factor : lr), options);
  }
}

export interface LinearLROptions extends ScheduleOptions {
  /** Default: 1/3. */
  startFactor?: number;
  /** Default: 1. */
  endFactor?: number;
  /** Epochs from one to the other. Default: 5. */
  totalIters?: number;
}

/** The rate times a factor that goes from startFactor to endFactor in a straight line. */
export class LinearLR extends LRScheduler {
  constructor(optimizer: ScheduledOptimizer, { startFactor = 1 / 3, endFactor = 1, totalIters = 5, ...options }: LinearLROptions = {}) {
    checkShare("LinearLR", { startFactor, endFactor });
    if (startFactor === 0) throw new GradkitError("LinearLR", "startFactor must be above 0 (got 0). Nothing leads away from a rate of 0");
    const slope = endFactor - startFactor;
    super(
      optimizer,
      (lr, { epoch, initial }) => {
        if (epoch === 0) return lr * startFactor;
        return initial || epoch > totalIters ? lr : lr * (1 + slope / (totalIters * startFactor + (epoch - 1) * slope));
      },
      options,
    );
  }
}
