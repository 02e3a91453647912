// What all schedules share: they change the learning rates of an optimizer's groups, once per `step()`. Each schedule is a formula for the next rate.
import { GradkitError } from "@gradkit/tensor";
import { setMomentum } from "./momentum.ts";

/** What a schedule changes. */
export interface ScheduledGroup {
  lr: number;
  initialLr?: number;
  momentum?: number;
  betas?: readonly [number, number];
}

/** An optimizer, as far as schedules look. */
export interface ScheduledOptimizer {
  readonly paramGroups: readonly ScheduledGroup[];
}

export interface ScheduleOptions {
  /** The epoch to go on from; the groups then know their `initialLr`. Default: -1, the start. */
  lastEpoch?: number;
}

/** Where a group stands. */
export interface Moment {
  /** 0 at the start, then one more at each step. */
  readonly epoch: number;
  /** The group's rate before all schedules. */
  readonly base: number;
  /** The group's number. */
  readonly group: number;
  /** Whether the schedule is being made: what goes on from an earlier one then leaves most rates as they are. */
  readonly initial: boolean;
}

/** The next rate from the current one: schedules may be chained, and a rate that the user sets by hand is the one to go on from. */
export type NextLr = (lr: number, at: Moment) => number;
export type NextMomentum = (epoch: number, group: number) => number;

export interface ScheduleState {
  last_epoch: number;
  base_lrs: number[];
  _last_lr: number[];
}

/**
 * Base of the schedules that are called once an epoch (or batch), after the optimizer's step.
 *
 * @example
 * const halving = new LambdaLR(optimizer, (epoch) => 0.5 ** epoch);
 * for (let epoch = 0; epoch < 3; epoch++) {
 *   trainOneEpoch();
 *   halving.step();
 * }
 */
export abstract class LRScheduler {
  readonly optimizer: ScheduledOptimizer;
  lastEpoch: number;
  baseLrs: number[];
  #lastLrs: number[] = [];
  readonly #next: NextLr;
  readonly #momentum: NextMomentum | null;

  constructor(optimizer: ScheduledOptimizer, next: NextLr, { lastEpoch = -1 }: ScheduleOptions = {}, momentum: NextMomentum | null = null) {
    this.optimizer = optimizer;
    this.#next = next;
    this.#momentum = momentum;
    for (const group of optimizer.paramGroups) {
      if (lastEpoch === -1) group.initialLr ??= group.lr;
      else if (group.initialLr === undefined)
        throw new GradkitError(new.target.name, "the groups have no initialLr to go on from. Load the optimizer's state dict first");
    }
    this.baseLrs = optimizer.paramGroups.map((group) => group.initialLr as number);
    this.lastEpoch = lastEpoch + 1;
    this.apply(this.lastEpoch, true);
  }

  /** Sets the rates of an epoch; it may be a part of one. */
  protected apply(epoch: number, initial = false): void {
    const { paramGroups } = this.optimizer;
    this.lastEpoch = Math.floor(epoch);
    paramGroups.forEach((group, i) => {
      group.lr = this.#next(group.lr, { epoch, base: this.baseLrs[i] as number, group: i, initial });
      if (this.#momentum) setMomentum(group, this.#momentum(epoch, i));
    });
    this.#lastLrs = paramGroups.map(({ lr }) => lr);
  }

  /** Goes on by one epoch. */
  step(): void {
    this.apply(this.lastEpoch + 1);
  }

  /** Starts again from the groups' initial rates: how a sequence of schedules begins its next one. */
  restart(): void {
    this.optimizer.paramGroups.forEach((group, i) => {
      group.lr = this.baseLrs[i] as number;
    });
    this.apply(0);
  }

  /** Does the first step again: how a sequence of schedules begins its first one. */
  rewind(): void {
    this.apply(0, true);
  }

  /** The rates that the last step set, one a group. */
  getLastLr(): readonly number[] {
    return this.#lastLrs;
  }

  stateDict(): ScheduleState {
    return { last_epoch: this.lastEpoch, base_lrs: [...this.baseLrs], _last_lr: [...this.#lastLrs] };
  }

  /** Takes over where a schedule stood. The rates themselves are the optimizer's. */
  loadStateDict(state: ScheduleState): void {
    this.lastEpoch = state.last_epoch;
    this.baseLrs = [...state.base_lrs];
    this.#lastLrs = [...state._last_lr];
  }
}

/** One value for all groups, or one for each. */
export function perGroup<T>(schedule: string, name: string, value: T | readonly T[], optimizer: ScheduledOptimizer): readonly T[] {
  const count = optimizer.paramGroups.length;
  const list = Array.isArray(value) ? (value as readonly T[]) : new Array<T>(count).fill(value as T);
  if (list.length !== count) throw new GradkitError(schedule, `${name} has ${list.length} values for ${count} groups`);
  return list;
}
