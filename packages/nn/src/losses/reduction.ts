// What becomes of the losses of single elements.
import { DTypeError, formatShape, ShapeError, type Tensor } from "@gradkit/tensor";
import { Module } from "../module.ts";

/** Their mean, their sum, or all of them as they are. */
export type Reduction = "mean" | "sum" | "none";

export interface LossOptions {
  /** Default: "mean". */
  reduction?: Reduction;
}

export function checkReduction(op: string, reduction: Reduction): void {
  if (!["mean", "sum", "none"].includes(reduction))
    throw new DTypeError(op, `reduction must be "mean", "sum" or "none" (got ${JSON.stringify(reduction)})`);
}

export function reduceLoss(op: string, losses: Tensor, reduction: Reduction): Tensor {
  checkReduction(op, reduction);
  return reduction === "none" ? losses : reduction === "sum" ? losses.sum() : losses.mean();
}

export interface WeightedLossOptions extends LossOptions {
  /** A factor for each element, of the input's shape; a mean divides by their sum. Of the functions alone: classes have none, as in PyTorch. */
  weight?: Tensor | null;
}

/** Losses times their weights, if there are any. */
export function reduceWeighted(op: string, losses: Tensor, { weight = null, reduction = "mean" }: WeightedLossOptions): Tensor {
  if (!weight) return reduceLoss(op, losses, reduction);
  checkSameShape(op, losses, weight, "weight");
  const weighted = losses.mul(weight);
  return reduction === "mean" ? weighted.sum().div(weight.sum()) : reduceLoss(op, weighted, reduction);
}

/** Unlike PyTorch, which warns, a loss refuses to broadcast: [N] against [N, 1] would compare every row with every other. */
export function checkSameShape(op: string, x: Tensor, target: Tensor, what = "target"): void {
  if (formatShape(x.shape) !== formatShape(target.shape)) {
    throw new ShapeError(
      op,
      `input and ${what} must have one shape (got ${formatShape(x.shape)} and ${formatShape(target.shape)}). Reshape one of them`,
    );
  }
}

/** Losses as modules: options are given once. */
export abstract class Loss<Options extends LossOptions = LossOptions> extends Module {
  readonly options: Options;

  constructor(options: Options = {} as Options) {
    super();
    this.options = options;
  }
}
