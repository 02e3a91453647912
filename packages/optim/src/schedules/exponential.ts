// Exponential decay.
import { LRScheduler, type ScheduledOptimizer, type ScheduleOptions } from "./scheduler.ts";

/** The rate times gamma, every epoch. */
export class ExponentialLR extends LRScheduler {
  constructor(optimizer: ScheduledOptimizer, gamma: number, options: ScheduleOptions = {}) {
    super(optimizer, (lr, { epoch, initial }) => (initial || epoch === 0 ? lr : lr * gamma), options);
  }
}
