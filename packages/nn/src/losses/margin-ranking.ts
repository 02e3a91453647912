// Which of two inputs should rank higher.
import { formatShape, pointwise, ShapeError, scope, type Tensor } from "@gradkit/tensor";
import { add, clamp, mul, sub } from "@gradkit/tensor/formula";
import { Loss, type LossOptions, reduceLoss } from "./reduction.ts";

export interface MarginRankingLossOptions extends LossOptions {
  /** Default: 0. */
  margin?: number;
}

const ranking = /* @__PURE__ */ pointwise("marginRankingLoss", (a, b, y, margin) =>
  clamp(add(mul(y, sub(b, a)), margin), 0, Number.POSITIVE_INFINITY),
);

/** max(0, −target·(input1 − input2) + margin); a target of 1 says that input1 ranks higher, −1 that input2 does. They broadcast, but have one rank. */
export function marginRankingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  { margin = 0, reduction = "mean" }: MarginRankingLossOptions = {},
): Tensor {
  if (input1.ndim !== input2.ndim || input1.ndim !== target.ndim) {
    const got = [input1, input2, target].map(({ shape }) => formatShape(shape)).join(", ");
    throw new ShapeError("marginRankingLoss", `inputs and target must have one rank (got ${got}). Reshape them`);
  }
  return scope(() => reduceLoss("marginRankingLoss", ranking(input1, input2, target, margin), reduction));
}

/** Ranks pairs of inputs. */
export class MarginRankingLoss extends Loss<MarginRankingLossOptions> {
  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return marginRankingLoss(input1, input2, target, this.options);
  }
}
