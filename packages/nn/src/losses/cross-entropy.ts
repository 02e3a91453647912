// Cross entropy of logits with class indices or class probabilities.
import { formatShape, IndexError, isFloat, pointwise, scope, type Tensor } from "@gradkit/tensor";
import { add, mul, neg } from "@gradkit/tensor/formula";
import {
  ClassLoss,
  type ClassLosses,
  checkClassTargets,
  checkClassWeight,
  classDim,
  classLosses,
  type NLLLossOptions,
  reduceClassLosses,
} from "./nll.ts";
import { checkReduction, type Reduction } from "./reduction.ts";

export interface CrossEntropyLossOptions extends NLLLossOptions {
  /** How much of each target is spread over all classes (Szegedy et al. 2016). Default: 0. */
  labelSmoothing?: number;
}

const mix = /* @__PURE__ */ pointwise("crossEntropy", (hard, soft, a, b) => add(mul(a, hard), mul(b, soft)));
const smoothed = /* @__PURE__ */ pointwise("crossEntropy", (target, a, b) => add(mul(target, a), b));
const expected = /* @__PURE__ */ pointwise("crossEntropy", (logp, target) => neg(mul(logp, target)));

/** A vector over classes that broadcasts against [N, C, …]. */
const alongClasses = (weight: Tensor, like: Tensor): Tensor =>
  weight.reshape(like.shape.map((_, d) => (d === classDim(like) ? weight.numel : 1)));

/** With smoothing, each row adds the mean loss over all classes, weighted as they are. */
function smoothIndexLosses(
  logp: Tensor,
  target: Tensor,
  { losses, total }: ClassLosses,
  weight: Tensor | null,
  ignoreIndex: number,
  smoothing: number,
): ClassLosses {
  const dim = classDim(logp);
  const classes = logp.shape[dim] as number;
  const all = (weight ? logp.mul(alongClasses(weight, logp)) : logp).sum(dim).neg().mul(target.ne(ignoreIndex));
  return { losses: mix(losses, all, 1 - smoothing, smoothing / classes), total };
}

function probabilityLoss(logp: Tensor, target: Tensor, weight: Tensor | null, smoothing: number, reduction: Reduction): Tensor {
  const dim = classDim(logp);
  const classes = logp.shape[dim] as number;
  const wanted = smoothing > 0 ? smoothed(target, 1 - smoothing, smoothing / classes) : target;
  const terms = expected(logp, weight ? wanted.mul(alongClasses(weight, logp)) : wanted);
  checkReduction("crossEntropy", reduction);
  if (reduction === "none") return terms.sum(dim);
  return reduction === "sum" ? terms.sum() : terms.sum().div(logp.numel / classes);
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
  return scope(() => {
    const logp = input.logSoftmax(classDim(input));
    if (probabilities) return probabilityLoss(logp, target, weight, labelSmoothing, reduction);
    const hard = classLosses("crossEntropy", logp, target, weight, ignoreIndex);
    const losses = labelSmoothing > 0 ? smoothIndexLosses(logp, target, hard, weight, ignoreIndex, labelSmoothing) : hard;
    return reduceClassLosses("crossEntropy", losses, reduction);
  });
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
