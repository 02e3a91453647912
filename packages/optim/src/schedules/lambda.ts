// Rates from the user's own functions of the epoch.
import { LRScheduler, perGroup, type ScheduledOptimizer, type ScheduleOptions } from "./scheduler.ts";

type Factor = (epoch: number) => number;

/**
 * The initial rate times a function of the epoch; one function for all groups, or one for each.
 *
 * @example
 * const schedule = new LambdaLR(optimizer, (epoch) => 0.95 ** epoch);
 */
export class LambdaLR extends LRScheduler {
  constructor(optimizer: ScheduledOptimizer, lrLambda: Factor | readonly Factor[], options: ScheduleOptions = {}) {
    const factors = perGroup("LambdaLR", "lrLambda", lrLambda, optimizer);
    super(optimizer, (_, { base, epoch, group }) => base * (factors[group] as Factor)(epoch), options);
  }
}

/** The present rate times a function of the epoch. */
export class MultiplicativeLR extends LRScheduler {
  constructor(optimizer: ScheduledOptimizer, lrLambda: Factor | readonly Factor[], options: ScheduleOptions = {}) {
    const factors = perGroup("MultiplicativeLR", "lrLambda", lrLambda, optimizer);
    super(optimizer, (lr, { epoch, group, initial }) => (initial ? lr : lr * (factors[group] as Factor)(epoch)), options);
  }

  /** As torch: this schedule knows no initial rate to go back to. */
  override restart(): void {
    this.apply(0);
  }
}
