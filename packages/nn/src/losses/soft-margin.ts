// Logistic losses of one answer, and of several at once.
import { pointwise, scope, type Tensor } from "@gradkit/tensor";
import { add, logsigmoid, mul, neg, sub } from "@gradkit/tensor/formula";
import { Module } from "../module.ts";
import { type BufferTensor, buffer } from "../parameter.ts";
import { checkSameShape, Loss, type LossOptions, reduceLoss } from "./reduction.ts";

/** log(1 + e⁻ˣ), also where eˣ overflows. */
const logistic = /* @__PURE__ */ pointwise("softMarginLoss", (x, y) => neg(logsigmoid(mul(x, y))));
const perLabel = /* @__PURE__ */ pointwise("multilabelSoftMarginLoss", (x, y) =>
  neg(add(mul(y, logsigmoid(x)), mul(sub(1, y), logsigmoid(neg(x))))),
);

/** log(1 + exp(−target·input)), for targets of 1 and −1. */
export function softMarginLoss(input: Tensor, target: Tensor, { reduction = "mean" }: LossOptions = {}): Tensor {
  checkSameShape("softMarginLoss", input, target);
  return scope(() => reduceLoss("softMarginLoss", logistic(input, target), reduction));
}

/** Logistic loss of targets 1 and −1. */
export class SoftMarginLoss extends Loss {
  forward(input: Tensor, target: Tensor): Tensor {
    return softMarginLoss(input, target, this.options);
  }
}

export interface MultiLabelSoftMarginLossOptions extends LossOptions {
  /** A factor for each class, [C]. */
  weight?: Tensor | null;
}

/** Binary cross entropy of the logits of each class, averaged over the classes: input and target [..., C], targets 0 and 1. */
export function multilabelSoftMarginLoss(
  input: Tensor,
  target: Tensor,
  { weight = null, reduction = "mean" }: MultiLabelSoftMarginLossOptions = {},
): Tensor {
  checkSameShape("multilabelSoftMarginLoss", input, target);
  return scope(() => {
    const losses = perLabel(input, target);
    return reduceLoss("multilabelSoftMarginLoss", (weight ? losses.mul(weight) : losses).mean(-1), reduction);
  });
}

/** Logistic loss of several labels at once. */
export class MultiLabelSoftMarginLoss extends Module {
  readonly weight: BufferTensor | null;
  readonly options: LossOptions;

  constructor({ weight, ...options }: MultiLabelSoftMarginLossOptions = {}) {
    super();
    this.weight = weight ? buffer(weight) : null;
    this.options = options;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return multilabelSoftMarginLoss(input, target, { ...this.options, weight: this.weight });
  }
}
