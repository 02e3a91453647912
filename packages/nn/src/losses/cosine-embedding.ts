// Pairs of vectors that should point the same way, or not.
import { formatShape, pointwise, ShapeError, scope, type Tensor } from "@gradkit/tensor";
import { clamp, eq, select, sub } from "@gradkit/tensor/formula";
import { castAsOne } from "@gradkit/tensor/recorder";
import { checkSameShape, Loss, type LossOptions, reduceLoss } from "./reduction.ts";

export interface CosineEmbeddingLossOptions extends LossOptions {
  /** Default: 0. */
  margin?: number;
}

/** Keeps the square of a norm above zero, as torch. */
const EPSILON = 1e-12;

const judge = /* @__PURE__ */ pointwise("cosineEmbeddingLoss", (cosine, y, margin) =>
  select(eq(y, 1), sub(1, cosine), select(eq(y, -1), clamp(sub(cosine, margin), 0, Number.POSITIVE_INFINITY), 0)),
);

/** 1 − cos where the target is 1, max(0, cos − margin) where it is −1: inputs [N, D] and target [N], or [D] and []. */
export const cosineEmbeddingLoss = /* @__PURE__ */ castAsOne(
  "cosineEmbeddingLoss",
  (input1: Tensor, input2: Tensor, target: Tensor, { margin = 0, reduction = "mean" }: CosineEmbeddingLossOptions = {}): Tensor => {
    checkSameShape("cosineEmbeddingLoss", input1, input2, "input2");
    if (input1.ndim !== target.ndim + 1 || formatShape(input1.shape.slice(0, -1)) !== formatShape(target.shape)) {
      throw new ShapeError(
        "cosineEmbeddingLoss",
        `inputs must be [N, D] and the target [N], or [D] and [] (got ${formatShape(input1.shape)} and ${formatShape(target.shape)})`,
      );
    }
    return scope(() => {
      const dot = (a: Tensor, b: Tensor): Tensor => a.mul(b).sum(-1);
      const lengths = dot(input1, input1).add(EPSILON).mul(dot(input2, input2).add(EPSILON)).sqrt();
      return reduceLoss("cosineEmbeddingLoss", judge(dot(input1, input2).div(lengths), target, margin), reduction);
    });
  },
);

/** For pairs that belong together (1) or do not (−1). */
export class CosineEmbeddingLoss extends Loss<CosineEmbeddingLossOptions> {
  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return cosineEmbeddingLoss(input1, input2, target, this.options);
  }
}
