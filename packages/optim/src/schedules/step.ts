// Rates that fall in steps.
import { LRScheduler, type ScheduledOptimizer, type ScheduleOptions } from "./scheduler.ts";

export interface StepLROptions extends ScheduleOptions {
  /** Factor of each step. Default: 0.1. */
  gamma?: number;
}

/**
 * The rate times gamma, every stepSize epochs.
 *
 * @example
 * const schedule = new StepLR(optimizer, 30, { gamma: 0.5 });
 */
export class StepLR extends LRScheduler {
  constructor(optimizer: ScheduledOptimizer, stepSize: number, { gamma = 0.1, ...options }: StepLROptions = {}) {
    super(optimizer, (lr, { epoch }) => (epoch > 0 && epoch % stepSize === 0 ? lr * gamma : lr), options);
  }
}

/** The rate times gamma at each milestone; one that is named twice counts twice. */
export class MultiStepLR extends LRScheduler {
  constructor(optimizer: ScheduledOptimizer, milestones: readonly number[], { gamma = 0.1, ...options }: StepLROptions = {}) {
    super(optimizer, (lr, { epoch }) => lr * gamma ** milestones.filter((milestone) => milestone === epoch).length, options);
  }
}
