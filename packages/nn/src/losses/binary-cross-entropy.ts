// Cross entropy of yes-or-no questions, from probabilities or from logits.
import { IndexError, noGrad, pointwise, scope, type Tensor } from "@gradkit/tensor";
import { add, custom, div, log, log1p, logsigmoid, max, mul, neg, sub } from "@gradkit/tensor/formula";
import { Module } from "../module.ts";
import { type BufferTensor, buffer } from "../parameter.ts";
import { checkSameShape, type LossOptions, reduceLoss } from "./reduction.ts";

/** Logarithms are at least -100 and the gradient's denominator at least 1e-12, as torch: both stay finite at probabilities 0 and 1. */
const binaryEntropy = /* @__PURE__ */ custom(
  "binaryCrossEntropy",
  (p, y) => sub(mul(sub(y, 1), max(log1p(neg(p)), -100)), mul(y, max(log(p), -100))),
  (g, [p, y]) => [mul(g, div(sub(p, y), max(mul(sub(1, p), p), 1e-12))), mul(g, sub(log1p(neg(p)), log(p)))],
);
const fromProbability = /* @__PURE__ */ pointwise("binaryCrossEntropy", (p, y) => binaryEntropy(p, y));
const fromLogit = /* @__PURE__ */ pointwise("binaryCrossEntropyWithLogits", (x, y) => sub(mul(sub(1, y), x), logsigmoid(x)));
const fromWeightedLogit = /* @__PURE__ */ pointwise("binaryCrossEntropyWithLogits", (x, y, posWeight) =>
  sub(mul(sub(1, y), x), mul(add(1, mul(sub(posWeight, 1), y)), logsigmoid(x))),
);

export interface BCELossOptions extends LossOptions {
  /** A factor for each element; broadcasts. */
  weight?: Tensor | null;
}

/** As torch on a CPU; other devices are not read. */
function checkProbabilities(input: Tensor): void {
  if (!input.device.capabilities.syncRead || input.numel === 0) return;
  const good = noGrad(() => scope(() => input.ge(0).logicalAnd(input.le(1)).all().itemSync()));
  if (!good)
    throw new IndexError("binaryCrossEntropy", "an input is no probability from 0 to 1. Take the sigmoid, or binaryCrossEntropyWithLogits");
}

/**
 * −(y·log p + (1 − y)·log(1 − p)) of probabilities p and targets y. Throws where the shapes differ, and for inputs outside [0, 1] on devices that read
 * synchronously.
 */
export function binaryCrossEntropy(input: Tensor, target: Tensor, { weight = null, reduction = "mean" }: BCELossOptions = {}): Tensor {
  checkSameShape("binaryCrossEntropy", input, target);
  checkProbabilities(input);
  return scope(() => {
    const losses = fromProbability(input, target);
    return reduceLoss("binaryCrossEntropy", weight ? losses.mul(weight) : losses, reduction);
  });
}

export interface BCEWithLogitsLossOptions extends BCELossOptions {
  /** A factor for the positive answers, one a class; broadcasts. */
  posWeight?: Tensor | null;
}

/** As binaryCrossEntropy of sigmoid(input), but safe for large logits. */
export function binaryCrossEntropyWithLogits(
  input: Tensor,
  target: Tensor,
  { weight = null, posWeight = null, reduction = "mean" }: BCEWithLogitsLossOptions = {},
): Tensor {
  checkSameShape("binaryCrossEntropyWithLogits", input, target);
  return scope(() => {
    const losses = posWeight ? fromWeightedLogit(input, target, posWeight) : fromLogit(input, target);
    return reduceLoss("binaryCrossEntropyWithLogits", weight ? losses.mul(weight) : losses, reduction);
  });
}

/**
 * Binary cross entropy of probabilities.
 *
 * @example
 * new BCELoss().call(model.call(x).sigmoid(), answers);
 */
export class BCELoss extends Module {
  readonly weight: BufferTensor | null;
  readonly options: Omit<BCELossOptions, "weight">;

  constructor({ weight, ...options }: BCELossOptions = {}) {
    super();
    this.weight = weight ? buffer(weight) : null;
    this.options = options;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropy(input, target, { ...this.options, weight: this.weight });
  }
}

/**
 * Binary cross entropy of logits.
 *
 * @example
 * new BCEWithLogitsLoss().call(model.call(x), answers);
 */
export class BCEWithLogitsLoss extends Module {
  readonly weight: BufferTensor | null;
  readonly posWeight: BufferTensor | null;
  readonly options: Omit<BCEWithLogitsLossOptions, "weight" | "posWeight">;

  constructor({ weight, posWeight, ...options }: BCEWithLogitsLossOptions = {}) {
    super();
    this.weight = weight ? buffer(weight) : null;
    this.posWeight = posWeight ? buffer(posWeight) : null;
    this.options = options;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropyWithLogits(input, target, { ...this.options, weight: this.weight, posWeight: this.posWeight });
  }
}
