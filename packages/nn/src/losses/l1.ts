// Absolute error, and its two forms that are smooth at zero.
import { pointwise, ShapeError, scope, type Tensor } from "@gradkit/tensor";
import { abs, div, le, lt, mul, select, sub } from "@gradkit/tensor/formula";
import { checkSameShape, Loss, type LossOptions, reduceLoss, reduceWeighted, type WeightedLossOptions } from "./reduction.ts";

const absoluteError = /* @__PURE__ */ pointwise("l1Loss", (x, y) => abs(sub(x, y)));

const smoothError = /* @__PURE__ */ pointwise("smoothL1Loss", (x, y, beta) => {
  const z = abs(sub(x, y));
  return select(lt(z, beta), div(mul(mul(0.5, z), z), beta), sub(z, mul(0.5, beta)));
});

const huberError = /* @__PURE__ */ pointwise("huberLoss", (x, y, delta) => {
  const z = abs(sub(x, y));
  return select(le(z, delta), mul(mul(0.5, z), z), mul(delta, sub(z, mul(0.5, delta))));
});

/** |input − target|. */
export function l1Loss(input: Tensor, target: Tensor, options: WeightedLossOptions = {}): Tensor {
  checkSameShape("l1Loss", input, target);
  return scope(() => reduceWeighted("l1Loss", absoluteError(input, target), options));
}

/** |input − target|. */
export class L1Loss extends Loss {
  forward(input: Tensor, target: Tensor): Tensor {
    return l1Loss(input, target, this.options);
  }
}

export interface SmoothL1LossOptions extends LossOptions {
  /** Where the parabola ends. Default: 1. */
  beta?: number;
}

/** A parabola within ±beta, straight outside (Girshick 2015). With beta 0: l1Loss. */
export function smoothL1Loss(input: Tensor, target: Tensor, { reduction = "mean", beta = 1 }: SmoothL1LossOptions = {}): Tensor {
  if (beta < 0) throw new ShapeError("smoothL1Loss", `beta must be at least 0 (got ${beta})`);
  checkSameShape("smoothL1Loss", input, target);
  return scope(() => reduceLoss("smoothL1Loss", beta === 0 ? absoluteError(input, target) : smoothError(input, target, beta), reduction));
}

/** A parabola within ±beta, straight outside. */
export class SmoothL1Loss extends Loss<SmoothL1LossOptions> {
  forward(input: Tensor, target: Tensor): Tensor {
    return smoothL1Loss(input, target, this.options);
  }
}

export interface HuberLossOptions extends LossOptions {
  /** Where the parabola ends. Default: 1. */
  delta?: number;
}

export interface WeightedHuberLossOptions extends HuberLossOptions {
  /** A factor for each element, of the input's shape; unlike mseLoss's, a mean takes no notice of it. Of the function alone, as in PyTorch. */
  weight?: Tensor | null;
}

/** delta · smoothL1Loss with that beta (Huber 1964). */
export function huberLoss(
  input: Tensor,
  target: Tensor,
  { reduction = "mean", delta = 1, weight = null }: WeightedHuberLossOptions = {},
): Tensor {
  if (!(delta > 0)) throw new ShapeError("huberLoss", `delta must be above 0 (got ${delta})`);
  checkSameShape("huberLoss", input, target);
  if (weight) checkSameShape("huberLoss", input, weight, "weight");
  return scope(() => {
    const losses = huberError(input, target, delta);
    return reduceLoss("huberLoss", weight ? losses.mul(weight) : losses, reduction);
  });
}

/** delta · SmoothL1Loss with that beta. */
export class HuberLoss extends Loss<HuberLossOptions> {
  forward(input: Tensor, target: Tensor): Tensor {
    return huberLoss(input, target, this.options);
  }
}
