// Schedules on top of each other.
import { GradkitError } from "@gradkit/tensor";
import type { LRScheduler, ScheduleState } from "./scheduler.ts";

/** Steps several schedules of one optimizer at once: their factors multiply. */
export class ChainedScheduler {
  readonly schedulers: readonly LRScheduler[];

  constructor(schedulers: readonly LRScheduler[]) {
    if (schedulers.length === 0) throw new GradkitError("ChainedScheduler", "expected at least one schedule (got none)");
    if (schedulers.some(({ optimizer }) => optimizer !== schedulers[0]?.optimizer))
      throw new GradkitError("ChainedScheduler", "all schedules must belong to one optimizer");
    this.schedulers = schedulers;
  }

  step(): void {
    for (const schedule of this.schedulers) schedule.step();
  }

  getLastLr(): readonly number[] {
    return (this.schedulers.at(-1) as LRScheduler).getLastLr();
  }

  stateDict(): { _schedulers: ScheduleState[] } {
    return { _schedulers: this.schedulers.map((schedule) => schedule.stateDict()) };
  }

  loadStateDict({ _schedulers }: { _schedulers: readonly ScheduleState[] }): void {
    this.schedulers.forEach((schedule, i) => {
      schedule.loadStateDict(_schedulers[i] as ScheduleState);
    });
  }
}
