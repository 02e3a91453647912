// Distances that should be small or large.
import { pointwise, scope, type Tensor } from "@gradkit/tensor";
import { add, clamp, ne, select, sub } from "@gradkit/tensor/formula";
import { checkSameShape, Loss, type LossOptions, reduceLoss } from "./reduction.ts";

export interface HingeEmbeddingLossOptions extends LossOptions {
  /** Default: 1. */
  margin?: number;
}

const hinge = /* @__PURE__ */ pointwise("hingeEmbeddingLoss", (x, y, margin) =>
  add(select(ne(y, 1), clamp(sub(margin, x), 0, Number.POSITIVE_INFINITY), 0), select(ne(y, -1), x, 0)),
);

/** input where target is 1, max(0, margin − input) where it is −1. */
export function hingeEmbeddingLoss(
  input: Tensor,
  target: Tensor,
  { margin = 1, reduction = "mean" }: HingeEmbeddingLossOptions = {},
): Tensor {
  checkSameShape("hingeEmbeddingLoss", input, target);
  return scope(() => reduceLoss("hingeEmbeddingLoss", hinge(input, target, margin), reduction));
}

/** For distances: small where the target is 1, beyond the margin where it is −1. */
export class HingeEmbeddingLoss extends Loss<HingeEmbeddingLossOptions> {
  forward(input: Tensor, target: Tensor): Tensor {
    return hingeEmbeddingLoss(input, target, this.options);
  }
}
