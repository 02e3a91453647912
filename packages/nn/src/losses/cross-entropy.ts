// Cross entropy of logits with class indices or class probabilities.
import { formatShape, IndexError, isFloat, pointwise, scope, type Tensor } from "@gradkit/tensor";
import { mul, neg } from "@gradkit/tensor/formula";
import { alongClasses, ClassLoss, checkClassTargets, checkClassWeight, classDim, lossOfClasses, type NLLLossOptions } from "./nll.ts";
import { type Reduction, reduceLoss } from "./reduction.ts";

export interface CrossEntropyLossOptions extends NLLLossOptions {
  /** How much of each target is spread over all classes (Szegedy et al. 2016). Default: 0. */
  labelSmoothing?: number;
}

const expected = /* @__PURE__ */ pointwise("crossEntropy", (logp, target) => neg(mul(logp, target)));

function probabilityLoss(logp: Tensor, target: Tensor, weight: Tensor | null, smoothing: number, reduction: Reduction): Tensor {
  const dim = classDim(logp);
  const wanted = smoothing > 0 ? target.mul(1 - smoothing).add(smoothing / (logp.shape[dim] as number)) : target;
  const terms = expected(logp, weight ? wanted.mul(alongClasses(weight, logp)) : wanted);
  return reduceLoss("crossEntropy", terms.sum(dim), reduction);
}

/**
 * Cross entropy of logits [C], [N, C] or [N, C, …] with targets: whole numbers [], [N] or [N, …] name classes, floats of the logits' shape are
 * probabilities. Throws a ShapeError where the shapes do not fit.
 */
export function crossEntropy(
  input: Tensor,
  target: Tensor,
  { weight = null, ignoreIndex = -100, reduction = "mean", labelSmoothing = 0 }: CrossEntropyLossOptions = {},
): Tensor {
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
    throw new IndexError("crossEntropy", `labelSmoothing must be from 0 to 1 (got ${labelSmoothing})`);
  const probabilities = isFloat(target.dtype) && formatShape(input.shape) === formatShape(target.shape);
  if (!probabilities) checkClassTargets("crossEntropy", input, target);
  else if (ignoreIndex >= 0) throw new IndexError("crossEntropy", `probabilities have no class to ignore (got ignoreIndex ${ignoreIndex})`);
  checkClassWeight("crossEntropy", input, weight);
  return scope(() =>
    probabilities
      ? probabilityLoss(input.logSoftmax(classDim(input)), target, weight, labelSmoothing, reduction)
      : lossOfClasses("crossEntropy", true, input, target, { weight, ignoreIndex, reduction }, labelSmoothing),
  );
}

/**
 * Cross entropy of logits with class indices or probabilities.
 *
 * @example
 * new CrossEntropyLoss().call(model.call(images), labels); // [N, C] and [N] give a scalar
 */
export class CrossEntropyLoss extends ClassLoss<CrossEntropyLossOptions> {
  forward(input: Tensor, target: Tensor): Tensor {
    return crossEntropy(input, target, { ...this.options, weight: this.weight });
  }
}
