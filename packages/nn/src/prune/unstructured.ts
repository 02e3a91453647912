// Pruning of single elements, as torch.nn.utils.prune.
import { formatShape, type Generator, IndexError, noGrad, rand, ShapeError, scope, type Tensor } from "@gradkit/tensor";
import type { Module } from "../module.ts";
import { applyMask, joined, keepHighest, maskOrOnes, prunedParameter } from "./mask.ts";

export interface ImportanceOptions {
  /** What ranks the elements, of the parameter's shape. Default: their magnitudes. */
  importanceScores?: Tensor | null;
}

export interface RandomPruningOptions {
  /** Default: the default generator. */
  generator?: Generator;
}

/** Prunes several parameters by one ranking. */
function pruneTogether(
  op: string,
  parameters: readonly (readonly [Module, string])[],
  amount: number,
  scoresOf: (p: Tensor, i: number) => Tensor,
): void {
  if (parameters.length === 0) throw new IndexError(op, "expected at least one [module, name]");
  const masks = noGrad(() =>
    scope(() => {
      const values = parameters.map(([module, name]) => prunedParameter(op, module, name));
      const alive = joined(values.map((value, i) => maskOrOnes(...(parameters[i] as [Module, string]), value)));
      const kept = keepHighest(op, joined(values.map((value, i) => scoresOf(value, i))), alive, amount);
      let start = 0;
      return values.map((value) => {
        const part = kept.narrow(0, start, value.numel).reshape(value.shape).clone();
        start += value.numel;
        return part;
      });
    }),
  );
  parameters.forEach(([module, name], i) => void applyMask(op, module, name, masks[i] as Tensor));
}

function checkScores(op: string, parameter: Tensor, scores: Tensor): Tensor {
  if (formatShape(scores.shape) === formatShape(parameter.shape)) return scores;
  throw new ShapeError(op, `importanceScores must be ${formatShape(parameter.shape)}, as the parameter (got ${formatShape(scores.shape)})`);
}

/**
 * Prunes the elements of smallest magnitude. `amount` is a share of what is left, or, from 1 on, a number of elements.
 *
 * @example
 * l1Unstructured(model.fc1, "weight", 0.3);
 */
export function l1Unstructured<M extends Module>(
  module: M,
  name: string,
  amount: number,
  { importanceScores = null }: ImportanceOptions = {},
): M {
  pruneTogether("l1Unstructured", [[module, name]], amount, (value) =>
    importanceScores ? checkScores("l1Unstructured", value, importanceScores) : value.abs(),
  );
  return module;
}

/** Prunes elements at random. `amount` is a share of what is left, or, from 1 on, a number of elements. */
export function randomUnstructured<M extends Module>(module: M, name: string, amount: number, options: RandomPruningOptions = {}): M {
  pruneTogether("randomUnstructured", [[module, name]], amount, ({ shape, device }) => rand(shape, { device, ...options }));
  return module;
}

export interface GlobalPruningOptions {
  /** A share of all elements that are left, or, from 1 on, a number of elements. */
  amount: number;
  /** What ranks the elements, by parameter. Default: their magnitudes. */
  importanceScores?: readonly Tensor[] | null;
}

/** Prunes the elements of smallest magnitude among all of the parameters, given as [module, name]. */
export function globalUnstructured(
  parameters: readonly (readonly [module: Module, name: string])[],
  { amount, importanceScores = null }: GlobalPruningOptions,
): void {
  pruneTogether("globalUnstructured", parameters, amount, (value, i) => {
    const scores = importanceScores?.[i];
    return scores ? checkScores("globalUnstructured", value, scores) : value.abs();
  });
}

/** Prunes where a mask of the parameter's shape is 0. */
export function customFromMask<M extends Module>(module: M, name: string, mask: Tensor): M {
  const { shape } = prunedParameter("customFromMask", module, name);
  if (formatShape(mask.shape) !== formatShape(shape))
    throw new ShapeError("customFromMask", `the mask must be ${formatShape(shape)}, as the parameter (got ${formatShape(mask.shape)})`);
  return applyMask("customFromMask", module, name, noGrad(() => mask.clone())); // biome-ignore format: one step
}

/** Prunes nothing, but makes the mask. */
export const identity = <M extends Module>(module: M, name: string): M =>
  applyMask("identity", module, name, noGrad(() => maskOrOnes(module, name, prunedParameter("identity", module, name)).clone())); // biome-ignore format: one step
