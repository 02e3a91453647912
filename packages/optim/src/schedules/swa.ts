// The schedule of stochastic weight averaging.
import { LRScheduler, perGroup, type ScheduledOptimizer, type ScheduleOptions } from "./scheduler.ts";

export interface SWALROptions extends ScheduleOptions {
  /** Epochs from the present rate to swaLr. Default: 10. */
  annealEpochs?: number;
  /** Default: "cos". */
  annealStrategy?: "cos" | "linear";
}

/** From the present rate to a constant one, of which the weights are averaged (Izmailov et al. 2018, arXiv:1803.05407). */
export class SWALR extends LRScheduler {
  constructor(
    optimizer: ScheduledOptimizer,
    swaLr: number | readonly number[],
    { annealEpochs = 10, annealStrategy = "cos", ...options }: SWALROptions = {},
  ) {
    const targets = perGroup("SWALR", "swaLr", swaLr, optimizer);
    const progress = (epoch: number): number => {
      const t = Math.max(0, Math.min(1, epoch / Math.max(1, annealEpochs)));
      return annealStrategy === "linear" ? t : (1 - Math.cos(Math.PI * t)) / 2;
    };
    super(
      optimizer,
      (lr, { epoch, group }) => {
        const at = annealEpochs === 0 ? Math.max(1, epoch) : epoch;
        const [target, before, now] = [targets[group] as number, progress(at - 1), progress(at)];
        const from = before === 1 ? target : (lr - before * target) / (1 - before);
        return target * now + from * (1 - now);
      },
      options,
    );
  }
}
