// Pruning of whole channels, as torch.nn.utils.prune.
import { IndexError, noGrad, norm, rand, scope, type Tensor } from "@gradkit/tensor";
import type { Module } from "../module.ts";
import { applyMask, keepHighest, maskOrOnes, prunedParameter } from "./mask.ts";
import type { ImportanceOptions, RandomPruningOptions } from "./unstructured.ts";

/** `scoresOf` gives a score for each channel along dim. */
function pruneChannels<M extends Module>(
  op: string,
  module: M,
  name: string,
  amount: number,
  dim: number,
  scoresOf: (p: Tensor, others: number[]) => Tensor,
): M {
  const mask = noGrad(() =>
    scope(() => {
      const value = prunedParameter(op, module, name);
      if (!(dim >= -value.ndim && dim < value.ndim)) throw new IndexError(op, `dim ${dim} is out of range for ${value.ndim} dims`);
      const d = dim < 0 ? dim + value.ndim : dim;
      const others = [...value.shape.keys()].filter((other) => other !== d);
      const before = maskOrOnes(module, name, value);
      const alive = (others.length > 0 ? before.amax(others) : before).ne(0).to(value.dtype); // [channels]
      const kept = keepHighest(op, scoresOf(value, others), alive, amount);
      return before.mul(kept.view(value.shape.map((size, other) => (other === d ? size : 1))));
    }),
  );
  return applyMask(op, module, name, mask);
}

/**
 * Prunes the channels along dim whose n-norm is smallest. `amount` is a share of the channels that are left, or, from 1 on, a number of them.
 *
 * @example
 * lnStructured(model.conv1, "weight", 0.5, 2, 0);
 */
export const lnStructured = <M extends Module>(
  module: M,
  name: string,
  amount: number,
  n: number,
  dim: number,
  { importanceScores = null }: ImportanceOptions = {},
): M =>
  pruneChannels("lnStructured", module, name, amount, dim, (value, others) => {
    const scores = importanceScores ?? value;
    return others.length > 0 ? norm(scores, n, others) : scores.abs();
  });

/** Prunes channels along dim at random. `amount` is a share of the channels that are left, or, from 1 on, a number of them. */
export const randomStructured = <M extends Module>(
  module: M,
  name: string,
  amount: number,
  dim: number,
  options: RandomPruningOptions = {},
): M =>
  pruneChannels("randomStructured", module, name, amount, dim, ({ shape, device }) =>
    rand([shape.at(dim) as number], { device, ...options }),
  );
