// Hinge losses of several classes: one right answer, or several.
import { IndexError, indexSelect, ShapeError, scope, type Tensor } from "@gradkit/tensor";
import { castAsOne } from "@gradkit/tensor/recorder";
import { Module } from "../module.ts";
import { type BufferTensor, buffer } from "../parameter.ts";
import { checkClassTargets, checkClassWeight } from "./nll.ts";
import { checkSameShape, Loss, type LossOptions, reduceLoss } from "./reduction.ts";

export interface MultiMarginLossOptions extends LossOptions {
  /** Power of each violation: 1 or 2. Default: 1. */
  p?: number;
  /** Default: 1. */
  margin?: number;
  /** A factor for each class, [C]. */
  weight?: Tensor | null;
}

function checkPower(p: number): void {
  if (p !== 1 && p !== 2) throw new IndexError("multiMarginLoss", `p must be 1 or 2 (got ${p})`);
}

/** Σ over wrong classes of max(0, margin − input[target] + input)ᵖ / C: input [N, C] or [C], target [N] or []. */
export const multiMarginLoss = /* @__PURE__ */ castAsOne(
  "multiMarginLoss",
  (input: Tensor, target: Tensor, { p = 1, margin = 1, weight = null, reduction = "mean" }: MultiMarginLossOptions = {}): Tensor => {
    checkPower(p);
    if (input.ndim > 2) throw new ShapeError("multiMarginLoss", `input must be [N, C] or [C] (got [${input.shape.join(", ")}])`);
    const rows = target.ndim === 0 ? target.unsqueeze(0) : target;
    const scores = input.ndim < 2 ? input.reshape(1, -1) : input; // [N, C]
    checkClassTargets("multiMarginLoss", scores, rows);
    checkClassWeight("multiMarginLoss", scores, weight);
    return scope(() => {
      const own = scores.gather(1, rows.unsqueeze(1)); // [N, 1]
      const violations = scores.sub(own).add(margin).clamp(0); // the right class violates by the margin itself
      let terms = violations.pow(p);
      if (weight) terms = terms.mul(indexSelect(weight, 0, rows).unsqueeze(1));
      const wrong = terms.scatter(1, rows.unsqueeze(1), 0);
      const losses = wrong.mean(1);
      return reduceLoss("multiMarginLoss", input.ndim < 2 && target.ndim === 0 ? losses.squeeze(0) : losses, reduction);
    });
  },
);

/** Hinge loss with one right class. */
export class MultiMarginLoss extends Module {
  readonly weight: BufferTensor | null;
  readonly options: Omit<MultiMarginLossOptions, "weight">;

  constructor({ weight, ...options }: MultiMarginLossOptions = {}) {
    super();
    checkPower(options.p ?? 1);
    if (weight && weight.ndim !== 1) throw new ShapeError("MultiMarginLoss", `weight must be [C] (got [${weight.shape.join(", ")}])`);
    this.weight = weight ? buffer(weight) : null;
    this.options = options;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return multiMarginLoss(input, target, { ...this.options, weight: this.weight });
  }
}

/** Σ over pairs of a right class j and a wrong class i of max(0, 1 − (input[j] − input[i])) / C; a row of targets ends at its first −1. */
export const multilabelMarginLoss = /* @__PURE__ */ castAsOne(
  "multilabelMarginLoss",
  (input: Tensor, target: Tensor, { reduction = "mean" }: LossOptions = {}): Tensor => {
    checkSameShape("multilabelMarginLoss", input, target);
    if (input.ndim > 2) throw new ShapeError("multilabelMarginLoss", `input must be [N, C] or [C] (got [${input.shape.join(", ")}])`);
    return scope(() => {
      const scores = input.ndim < 2 ? input.reshape(1, -1) : input; // [N, C]
      const targets = target.reshape(scores.shape);
      const listed = targets.lt(0).to("int32").cumsum(1).eq(0); // before the first −1
      const right = targets.clamp(0);
      const isRight = scores.detach().mul(0).scatterAdd(1, right, listed.to(scores.dtype)).gt(0);
      const gaps = scores.unsqueeze(1).sub(scores.gather(1, right).unsqueeze(2)).add(1).clamp(0); // [N, right, wrong]
      const counts = listed.unsqueeze(2).logicalAnd(isRight.logicalNot().unsqueeze(1));
      const losses = gaps
        .mul(counts)
        .sum([1, 2])
        .div(scores.shape[1] as number);
      return reduceLoss("multilabelMarginLoss", input.ndim < 2 ? losses.squeeze(0) : losses, reduction);
    });
  },
);

/** Hinge loss with several right classes. */
export class MultiLabelMarginLoss extends Loss {
  forward(input: Tensor, target: Tensor): Tensor {
    return multilabelMarginLoss(input, target, this.options);
  }
}
