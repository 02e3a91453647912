// Negative log-likelihood: picks out the log-probability of each row's class.
import {
  DTypeError,
  formatShape,
  IndexError,
  indexSelect,
  isFloat,
  pointwise,
  ShapeError,
  scope,
  type Tensor,
  where,
} from "@gradkit/tensor";
import { mul, ne, neg, select } from "@gradkit/tensor/formula";
import { Module } from "../module.ts";
import { type BufferTensor, buffer } from "../parameter.ts";
import { checkReduction, type LossOptions, type Reduction } from "./reduction.ts";

export interface NLLLossOptions extends LossOptions {
  /** A factor for each class, [C]. */
  weight?: Tensor | null;
  /** Rows of this class do not count. Default: -100. */
  ignoreIndex?: number;
}

const negated = /* @__PURE__ */ pointwise("nllLoss", (logp, target, ignoreIndex) => select(ne(target, ignoreIndex), neg(logp), 0));
const weighted = /* @__PURE__ */ pointwise("nllLoss", (logp, target, ignoreIndex, weight) =>
  select(ne(target, ignoreIndex), neg(mul(weight, logp)), 0),
);
const counted = /* @__PURE__ */ pointwise("nllLoss", (target, ignoreIndex, weight) => select(ne(target, ignoreIndex), weight, 0));

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

export interface ClassLosses {
  /** Of each row; 0 where it is ignored. */
  readonly losses: Tensor;
  /** What a mean divides by: the weights of the rows that count, or their number. */
  readonly total: Tensor;
}

/** The first target that is no class, where the device reads synchronously; a GPU takes the nearest class instead. */
function badTarget(op: string, logp: Tensor, target: Tensor, ignoreIndex: number, cause: unknown): IndexError {
  const classes = logp.shape[classDim(logp)] as number;
  const wrong = target.dataSync().find((value) => !(value >= 0 && value < classes) && value !== ignoreIndex);
  const shapes = `got input ${formatShape(logp.shape)} and target ${formatShape(target.shape)}`;
  return new IndexError(op, `target ${wrong} is no class (${shapes}). Classes are 0 … ${classes - 1}; ${ignoreIndex} is ignored`, {
    cause,
  });
}

/** Losses of class indices, given log-probabilities. */
export function classLosses(op: string, logp: Tensor, target: Tensor, weight: Tensor | null, ignoreIndex: number): ClassLosses {
  const dim = classDim(logp);
  const counts = target.ne(ignoreIndex);
  const classes = where(counts, target, 0);
  let picked: Tensor;
  try {
    picked = logp.gather(dim, classes.unsqueeze(dim)).squeeze(dim);
  } catch (error) {
    throw error instanceof IndexError ? badTarget(op, logp, target, ignoreIndex, error) : error;
  }
  if (!weight) return { losses: negated(picked, target, ignoreIndex), total: counts.sum() };
  const factors = indexSelect(weight, 0, classes.reshape(-1)).reshape(target.shape);
  return { losses: weighted(picked, target, ignoreIndex, factors), total: counted(target, ignoreIndex, factors).sum() };
}

export function reduceClassLosses(op: string, { losses, total }: ClassLosses, reduction: Reduction): Tensor {
  checkReduction(op, reduction);
  return reduction === "none" ? losses : reduction === "sum" ? losses.sum() : losses.sum().div(total);
}

/** −weight[target] · input[target]; a mean divides by the weights that count. input [N, C, …] holds log-probabilities, target [N, …] classes. */
export function nllLoss(
  input: Tensor,
  target: Tensor,
  { weight = null, ignoreIndex = -100, reduction = "mean" }: NLLLossOptions = {},
): Tensor {
  checkClassTargets("nllLoss", input, target);
  checkClassWeight("nllLoss", input, weight);
  return scope(() => reduceClassLosses("nllLoss", classLosses("nllLoss", input, target, weight, ignoreIndex), reduction));
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
