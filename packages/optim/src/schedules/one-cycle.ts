// One rise and one fall of the rate, the momentum the other way round (Smith & Topin 2018, arXiv:1708.07120).
import { GradkitError } from "@gradkit/tensor";
import { checkHasMomentum } from "./momentum.ts";
import { LRScheduler, perGroup, type ScheduledOptimizer, type ScheduleOptions } from "./scheduler.ts";

export interface OneCycleLROptions extends ScheduleOptions {
  /** Steps in all; or give epochs and stepsPerEpoch. */
  totalSteps?: number;
  epochs?: number;
  stepsPerEpoch?: number;
  /** Share of the steps that the rate rises. Default: 0.3. */
  pctStart?: number;
  /** Default: "cos". */
  annealStrategy?: "cos" | "linear";
  /** Default: true. */
  cycleMomentum?: boolean;
  /** For all groups, or for each. Default: 0.85. */
  baseMomentum?: number | readonly number[];
  /** For all groups, or for each. Default: 0.95. */
  maxMomentum?: number | readonly number[];
  /** The cycle starts at maxLr / divFactor. Default: 25. */
  divFactor?: number;
  /** It ends at that / finalDivFactor. Default: 1e4. */
  finalDivFactor?: number;
  /** Fall as long as it rose, then go on to the end in a phase of its own. Default: false. */
  threePhase?: boolean;
}

const anneals = {
  cos: (start: number, end: number, share: number): number => end + ((start - end) / 2) * (1 + Math.cos(Math.PI * share)),
  linear: (start: number, end: number, share: number): number => (end - start) * share + start,
};

function stepsOf({ totalSteps, epochs, stepsPerEpoch }: OneCycleLROptions): number {
  const steps = totalSteps ?? (epochs ?? Number.NaN) * (stepsPerEpoch ?? Number.NaN);
  if (!(Number.isInteger(steps) && steps > 0))
    throw new GradkitError("OneCycleLR", "the number of steps is unknown. Pass totalSteps, or epochs and stepsPerEpoch");
  return steps;
}

/** A rate for each step of the whole training: call `step()` after every batch. */
export class OneCycleLR extends LRScheduler {
  constructor(optimizer: ScheduledOptimizer, maxLr: number | readonly number[], given: OneCycleLROptions = {}) {
    const { pctStart = 0.3, annealStrategy = "cos", cycleMomentum = true, baseMomentum = 0.85, maxMomentum = 0.95 } = given;
    const { divFactor = 25, finalDivFactor = 1e4, threePhase = false, lastEpoch = -1 } = given;
    const total = stepsOf(given);
    if (!(pctStart >= 0 && pctStart <= 1)) throw new GradkitError("OneCycleLR", `pctStart must be from 0 to 1 (got ${pctStart})`);
    if (!(annealStrategy in anneals))
      throw new GradkitError("OneCycleLR", `annealStrategy must be "cos" or "linear" (got ${JSON.stringify(annealStrategy)})`);
    const highest = perGroup("OneCycleLR", "maxLr", maxLr, optimizer);
    const weakest = perGroup("OneCycleLR", "baseMomentum", baseMomentum, optimizer);
    const strongest = perGroup("OneCycleLR", "maxMomentum", maxMomentum, optimizer);
    if (lastEpoch === -1) {
      optimizer.paramGroups.forEach((group, i) => {
        group.initialLr = (highest[i] as number) / divFactor;
      });
    }
    if (cycleMomentum) checkHasMomentum("OneCycleLR", optimizer);
    const ends = threePhase ? [pctStart * total - 1, 2 * pctStart * total - 2, total - 1] : [pctStart * total - 1, total - 1];

    /** Between levels: levels[k] holds at the start of phase k. */
    const along = (levels: readonly number[], step: number): number => {
      if (step > total) throw new GradkitError("OneCycleLR", `step ${step} of ${total}: the cycle is over`);
      const phase = ends.findIndex((end, k) => step <= end || k === ends.length - 1);
      const start = phase === 0 ? 0 : (ends[phase - 1] as number);
      return anneals[annealStrategy](
        levels[phase] as number,
        levels[phase + 1] as number,
        (step - start) / ((ends[phase] as number) - start),
      );
    };
    const momenta = (group: number): number[] => {
      const [low, high] = [weakest[group] as number, strongest[group] as number];
      return threePhase ? [high, low, high, high] : [high, low, high];
    };
    super(
      optimizer,
      (_, { epoch, base, group }) => {
        const [top, last] = [highest[group] as number, base / finalDivFactor];
        return along(threePhase ? [base, top, base, last] : [base, top, last], epoch);
      },
      { lastEpoch },
      cycleMomentum ? (step, group) => along(momenta(group), step) : null,
    );
  }
}
