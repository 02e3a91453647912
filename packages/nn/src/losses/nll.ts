// Negative log-likelihood: picks out the log-probability of each row's class.
import { DTypeError, formatShape, IndexError, indexSelect, isFloat, pointwise, ShapeError, scope, type Tensor } from "@gradkit/tensor";
import { add, mul, ne, neg, select } from "@gradkit/tensor/formula";
import { Module } from "../module.ts";
import { type BufferTensor, buffer } from "../parameter.ts";
import { type LossOptions, reduceLoss } from "./reduction.ts";

export interface NLLLossOptions extends LossOptions {
  /** A factor for each class, [C]. */
  weight?: Tensor | null;
  /** Rows of this class do not count. Default: -100. */
  ignoreIndex?: number;
}

const negated = /* @__PURE__ */ pointwise("nllLoss", (score, target, ignoreIndex) => select(ne(target, ignoreIndex), neg(score), 0));
const counted = /* @__PURE__ */ pointwise("nllLoss", (target, ignoreIndex, value) => select(ne(target, ignoreIndex), value, 0));
/** (1 − smoothing) of one and a share of the other, which may be a number. */
export const smoothed = /* @__PURE__ */ pointwise("crossEntropy", (hard, a, soft) => add(mul(hard, a), soft));

/** The dim of the classes: scores are [C], [N, C] or [N, C, …]. */
export const classDim = (input: Tensor): number => (input.ndim === 1 ? 0 : 1);

export function checkClassTargets(op: string, input: Tensor, target: Tensor): void {
  const dim = classDim(input);
  const expected = input.shape.filter((_, d) => d !== dim);
  if (input.ndim === 0 || formatShape(expected) !== formatShape(target.shape)) {
    throw new ShapeError(
      op,
      `target must be ${formatShape(expected)} (got input ${formatShape(input.shape)} and target ${formatShape(target.shape)}). input is [N, C, …], target is [N, …]`,
    );
  }
  if (isFloat(target.dtype) || target.dtype === "bool")
    throw new DTypeError(op, `class indices must be whole numbers (got ${target.dtype}). Convert with .to("int32")`);
}

export function checkClassWeight(op: string, input: Tensor, weight: Tensor | null): void {
  const classes = input.shape[classDim(input)] as number;
  if (weight && formatShape(weight.shape) !== formatShape([classes])) {
    throw new ShapeError(op, `weight must be [${classes}], one factor a class (got ${formatShape(weight.shape)})`);
  }
}

/** A vector over classes that broadcasts against [N, C, …]. */
export const alongClasses = (vector: Tensor, like: Tensor): Tensor =>
  vector.reshape(like.shape.map((_, d) => (d === classDim(like) ? vector.numel : 1)));

/**
 * Whether no target is ignored, as far as known: only devices that read synchronously are looked at, where a target that is no class throws. A GPU
 * takes the nearest class instead.
 */
function allCount(op: string, input: Tensor, target: Tensor, ignoreIndex: number): boolean {
  if (!target.device.capabilities.syncRead) return false;
  const classes = input.shape[classDim(input)] as number;
  let all = true;
  for (const value of target.dataSync()) {
    if (value === ignoreIndex) all = false;
    else if (!(value >= 0 && value < classes)) {
      const shapes = `got input ${formatShape(input.shape)} and target ${formatShape(target.shape)}`;
      throw new IndexError(op, `target ${value} is no class (${shapes}). Classes are 0 … ${classes - 1}; ${ignoreIndex} is ignored`);
    }
  }
  return all;
}

/**
 * The loss of class indices, given log-probabilities. With smoothing, each row adds the mean loss over all classes, weighted as they are. A mean
 * divides by the weights of the rows that count, or by their number.
 */
export function classLoss(
  op: string,
  logp: Tensor,
  target: Tensor,
  { weight = null, ignoreIndex = -100, reduction = "mean" }: NLLLossOptions,
  smoothing = 0,
): Tensor {
  const dim = classDim(logp);
  const all = allCount(op, logp, target, ignoreIndex);
  const classes = all ? target : counted(target, ignoreIndex, target);
  const picked = logp.gather(dim, classes.unsqueeze(dim)).squeeze(dim);
  const factors = weight && indexSelect(weight, 0, classes.reshape(-1)).reshape(target.shape);
  let scores = factors ? picked.mul(factors) : picked;
  if (smoothing > 0) {
    const everyClass = weight ? logp.mul(alongClasses(weight, logp)) : logp;
    scores = smoothed(scores, 1 - smoothing, everyClass.mean(dim).mul(smoothing));
  }
  const losses = negated(scores, target, ignoreIndex);
  if (reduction === "mean" && (factors || !all)) return losses.sum().div(counted(target, ignoreIndex, factors ?? 1).sum());
  return reduceLoss(op, losses, reduction);
}

/** −weight[target] · input[target]; a mean divides by the weights that count. input [N, C, …] holds log-probabilities, target [N, …] classes. */
export function nllLoss(input: Tensor, target: Tensor, options: NLLLossOptions = {}): Tensor {
  checkClassTargets("nllLoss", input, target);
  checkClassWeight("nllLoss", input, options.weight ?? null);
  return scope(() => classLoss("nllLoss", input, target, options));
}

/** Base of the losses with a factor for each class: the weights are a buffer, so they move with the module. */
export abstract class ClassLoss<Options extends NLLLossOptions> extends Module {
  readonly weight: BufferTensor | null;
  readonly options: Omit<Options, "weight">;

  constructor({ weight, ...options }: Options = {} as Options) {
    super();
    this.weight = weight ? buffer(weight) : null;
    this.options = options;
  }
}

/**
 * Negative log-likelihood of log-probabilities, as LogSoftmax gives them.
 *
 * @example
 * new NLLLoss().call(logProbabilities, labels); // [N, C] and [N] give a scalar
 */
export class NLLLoss extends ClassLoss<NLLLossOptions> {
  forward(input: Tensor, target: Tensor): Tensor {
    return nllLoss(input, target, { ...this.options, weight: this.weight });
  }
}
