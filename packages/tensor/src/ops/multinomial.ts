// Drawing indices by their weights, on the device: nothing is read.
import { isFloat } from "../dtype.ts";
import { DTypeError, formatShape, IndexError, ShapeError } from "../errors.ts";
import { noGrad } from "../grad-mode.ts";
import { scope } from "../lifetime.ts";
import type { Generator } from "../random.ts";
import type { Tensor } from "../tensor.ts";
import { unsqueeze } from "./movement.ts";
import { pointwiseFunctions as pw } from "./pointwise.ts";
import { rand } from "./random.ts";
import { argmax } from "./reduce.ts";
import { topk } from "./sort.ts";

export interface MultinomialOptions {
  /** Whether an index may be drawn more than once. Default: false. */
  replacement?: boolean;
  /** Default: the default generator. */
  generator?: Generator;
}

/** Of a race: who has weight w arrives at a time that is exponentially distributed with rate w, so the first is i with probability wᵢ / Σ w. */
function speeds(weights: Tensor, shape: readonly number[], generator: Generator | undefined): Tensor {
  const u = rand(shape, { device: weights.device, ...(generator && { generator }) });
  const times = pw.clampMin(pw.neg(pw.log1p(pw.neg(u))), 2 ** -100); // never 0: 0 / 0 is no speed
  return pw.div(weights, times);
}

/**
 * numSamples indices into weights [N] or rows of [M, N]: [numSamples] or [M, numSamples], int32. The weights are not negative, and need not sum to 1;
 * without replacement at least numSamples of a row are not 0. Throws a ShapeError, a DTypeError for whole numbers, and an IndexError where there are
 * not enough indices.
 *
 * @example
 * multinomial(tensor([0, 3, 1]), 2); // [1, 2] or [2, 1]
 */
export function multinomial(weights: Tensor, numSamples: number, { replacement = false, generator }: MultinomialOptions = {}): Tensor {
  const { shape, ndim, dtype } = weights;
  const count = shape.at(-1) ?? 0;
  if (ndim !== 1 && ndim !== 2) throw new ShapeError("multinomial", `expected weights [N] or [M, N] (got ${formatShape(shape)})`);
  if (!isFloat(dtype)) throw new DTypeError("multinomial", `expected floats (got ${dtype}). Convert with .to("float32")`);
  if (!(Number.isInteger(numSamples) && numSamples >= 1 && count >= (replacement ? 1 : numSamples)))
    throw new IndexError(
      "multinomial",
      `cannot draw ${numSamples} of ${count} indices (got ${formatShape(shape)}). With replacement it may be more`,
    );
  return noGrad(() =>
    scope(() => {
      if (!replacement) return topk(speeds(weights, shape, generator), numSamples).indices;
      return argmax(speeds(unsqueeze(weights, -2), [...shape.slice(0, -1), numSamples, count], generator), -1);
    }),
  );
}
