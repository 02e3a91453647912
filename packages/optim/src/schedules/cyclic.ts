// Rates that rise and fall between two bounds (Smith 2017, arXiv:1506.01186).
import { GradkitError } from "@gradkit/tensor";
import { checkHasMomentum } from "./momentum.ts";
import { LRScheduler, perGroup, type ScheduledOptimizer, type ScheduleOptions } from "./scheduler.ts";

export interface CyclicLROptions extends ScheduleOptions {
  /** Steps of the rise. Default: 2000. */
  stepSizeUp?: number;
  /** Steps of the fall. Default: stepSizeUp. */
  stepSizeDown?: number;
  /** "triangular2" halves the height each cycle, "exp_range" takes gamma to the power of the step. Default: "triangular". */
  mode?: "triangular" | "triangular2" | "exp_range";
  /** Default: 1. */
  gamma?: number;
  /** The height, in place of a mode. */
  scaleFn?: (x: number) => number;
  /** What scaleFn gets. Default: "cycle", which starts at 1. */
  scaleMode?: "cycle" | "iterations";
  /** Move the momentum the other way round. Default: true. */
  cycleMomentum?: boolean;
  /** For all groups, or for each. Default: 0.8. */
  baseMomentum?: number | readonly number[];
  /** For all groups, or for each. Default: 0.9. */
  maxMomentum?: number | readonly number[];
}

/** A rate for each batch, up from baseLr to maxLr and down again. */
export class CyclicLR extends LRScheduler {
  constructor(
    optimizer: ScheduledOptimizer,
    baseLr: number | readonly number[],
    maxLr: number | readonly number[],
    given: CyclicLROptions = {},
  ) {
    const {
      stepSizeUp = 2000,
      stepSizeDown = stepSizeUp,
      mode = "triangular",
      gamma = 1,
      scaleFn,
      scaleMode = "cycle",
      lastEpoch = -1,
    } = given;
    const { cycleMomentum = true, baseMomentum = 0.8, maxMomentum = 0.9 } = given;
    const lowest = perGroup("CyclicLR", "baseLr", baseLr, optimizer);
    const highest = perGroup("CyclicLR", "maxLr", maxLr, optimizer);
    const weakest = perGroup("CyclicLR", "baseMomentum", baseMomentum, optimizer);
    const strongest = perGroup("CyclicLR", "maxMomentum", maxMomentum, optimizer);
    if (cycleMomentum) checkHasMomentum("CyclicLR", optimizer);
    if (!scaleFn && mode !== "triangular" && mode !== "triangular2" && mode !== "exp_range")
      throw new GradkitError("CyclicLR", `mode must be "triangular", "triangular2" or "exp_range" (got ${JSON.stringify(mode)})`);
    if (lastEpoch === -1) {
      optimizer.paramGroups.forEach((group, i) => {
        group.lr = lowest[i] as number;
      });
    }
    const total = stepSizeUp + stepSizeDown;
    const rise = stepSizeUp / total;

    /** From 0 at the lower bound to, at most, 1 at the upper one. */
    const height = (step: number): number => {
      const cycle = Math.floor(1 + step / total);
      const x = 1 + step / total - cycle;
      const share = x <= rise ? x / rise : (x - 1) / (rise - 1);
      if (scaleFn) return share * scaleFn(scaleMode === "cycle" ? cycle : step);
      return share * (mode === "triangular2" ? 2 ** (1 - cycle) : mode === "exp_range" ? gamma ** step : 1);
    };
    super(
      optimizer,
      (_, { epoch, group }) => (lowest[group] as number) + ((highest[group] as number) - (lowest[group] as number)) * height(epoch),
      { lastEpoch },
      cycleMomentum
        ? (step, group) => (strongest[group] as number) - ((strongest[group] as number) - (weakest[group] as number)) * height(step)
        : null,
    );
  }
}
