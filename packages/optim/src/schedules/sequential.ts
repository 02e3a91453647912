// Schedules one after the other.
import { GradkitError } from "@gradkit/tensor";
import type { LRScheduler, ScheduledOptimizer, ScheduleState } from "./scheduler.ts";

export interface SequentialState {
  last_epoch: number;
  _schedulers: ScheduleState[];
}

/**
 * One schedule until the first milestone, the next until the second, and so on. Each starts from the groups' initial rates.
 *
 * @example
 * const schedule = new SequentialLR(optimizer, [new LinearLR(optimizer), new CosineAnnealingLR(optimizer, 20)], [5]);
 */
export class SequentialLR {
  readonly schedulers: readonly LRScheduler[];
  readonly milestones: readonly number[];
  lastEpoch = 0;

  constructor(optimizer: ScheduledOptimizer, schedulers: readonly LRScheduler[], milestones: readonly number[]) {
    if (schedulers.length !== milestones.length + 1) {
      throw new GradkitError(
        "SequentialLR",
        `${schedulers.length} schedules need ${schedulers.length - 1} milestones between them (got ${milestones.length})`,
      );
    }
    if (schedulers.some((schedule) => schedule.optimizer !== optimizer))
      throw new GradkitError("SequentialLR", "all schedules must belong to the given optimizer");
    this.schedulers = schedulers;
    this.milestones = milestones;
    // each of them changed the rates when it was made: only the first should have
    for (const group of optimizer.paramGroups) group.lr = group.initialLr as number;
    this.#current().rewind();
  }

  #current(): LRScheduler {
    return this.schedulers[this.milestones.filter((milestone) => milestone <= this.lastEpoch).length] as LRScheduler;
  }

  step(): void {
    this.lastEpoch++;
    if (this.milestones.includes(this.lastEpoch)) this.#current().restart();
    else this.#current().step();
  }

  getLastLr(): readonly number[] {
    return this.#current().getLastLr();
  }

  stateDict(): SequentialState {
    return { last_epoch: this.lastEpoch, _schedulers: this.schedulers.map((schedule) => schedule.stateDict()) };
  }

  loadStateDict(state: SequentialState): void {
    this.lastEpoch = state.last_epoch;
    this.schedulers.forEach((schedule, i) => {
      schedule.loadStateDict(state._schedulers[i] as ScheduleState);
    });
  }
}
