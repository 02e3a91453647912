// Negative log-likelihood: the log-probability of each row's class.
import { classLoss, DTypeError, formatShape, IndexError, isFloat, ShapeError, scope, type Tensor } from "@gradkit/tensor";
import { Module } from "../module.ts";
import { type BufferTensor, buffer } from "../parameter.ts";
import { checkReduction, type LossOptions } from "./reduction.ts";

export interface NLLLossOptions extends LossOptions {
  /** A factor for each class, [C]. */
  weight?: Tensor | null;
  /** Rows of this class do not count. Default: -100. */
  ignoreIndex?: number;
}

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
 * How many targets count, as far as known: only devices that read synchronously are looked at. A target that is no class throws, there at once, and
 * on a GPU with the next read.
 */
function countTargets(op: string, input: Tensor, target: Tensor, ignoreIndex: number): number | null {
  const classes = input.shape[classDim(input)] as number;
  if (!target.device.capabilities.syncRead) {
    const index = target.maskedFill(target.eq(ignoreIndex), 0).reshape([-1]);
    input.newFull([classes], 0).gather(0, index); // the kernel notes an index that is out of range
    return null;
  }
  let count = 0;
  for (const value of target.dataSync()) {
    if (value === ignoreIndex) continue;
    if (!(value >= 0 && value < classes)) {
      const shapes = `got input ${formatShape(input.shape)} and target ${formatShape(target.shape)}`;
      throw new IndexError(op, `target ${value} is no class (${shapes}). Classes are 0 … ${classes - 1}; ${ignoreIndex} is ignored`);
    }
    count++;
  }
  return count;
}

/**
 * The loss of class indices, given logits or log-probabilities. With smoothing, each row adds the mean loss over all classes, weighted as they are. A
 * mean divides by the weights of the rows that count, or by their number.
 */
export function lossOfClasses(
  op: string,
  logits: boolean,
  input: Tensor,
  target: Tensor,
  { weight = null, ignoreIndex = -100, reduction = "mean" }: NLLLossOptions,
  smoothing = 0,
): Tensor {
  checkReduction(op, reduction);
  const known = countTargets(op, input, target, ignoreIndex);
  const divides = reduction === "mean" && (weight !== null || !known);
  const count = reduction === "none" ? null : reduction === "sum" || divides ? 1 : known;
  const loss = classLoss(input, target, weight, { logits, ignoreIndex, smoothing, count });
  if (!divides) return loss;
  const ones = input.newFull([], -1).expand(input.shape); // log-probabilities whose loss is 1 a row
  return loss.div(classLoss(ones, target, weight, { logits: false, ignoreIndex, smoothing: 0, count: 1 }));
}

/** −weight[target] · input[target]; a mean divides by the weights that count. input [N, C, …] holds log-probabilities, target [N, …] classes. */
export function nllLoss(input: Tensor, target: Tensor, options: NLLLossOptions = {}): Tensor {
  checkClassTargets("nllLoss", input, target);
  checkClassWeight("nllLoss", input, options.weight ?? null);
  return scope(() => lossOfClasses("nllLoss", false, input, target, options));
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
