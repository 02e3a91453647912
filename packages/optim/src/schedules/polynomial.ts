// Polynomial decay to zero.
import { LRScheduler, type ScheduledOptimizer, type ScheduleOptions } from "./scheduler.ts";

export interface PolynomialLROptions extends ScheduleOptions {
  /** Epochs until the rate is 0. Default: 5. */
  totalIters?: number;
  /** Default: 1. */
  power?: number;
}

/** The rate times (1 − epoch/totalIters) to a power. */
export class PolynomialLR extends LRScheduler {
  constructor(optimizer: ScheduledOptimizer, { totalIters = 5, power = 1, ...options }: PolynomialLROptions = {}) {
    super(
      optimizer,
      (lr, { epoch, initial }) =>
        initial || epoch === 0 || epoch > totalIters ? lr : lr * ((1 - epoch / totalIters) / (1 - (epoch - 1) / totalIters)) ** power,
      options,
    );
  }
}
