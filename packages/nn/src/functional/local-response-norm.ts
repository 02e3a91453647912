// Normalisation over neighbouring channels.
import { formatShape, IndexError, isFloat, pad, ShapeError, scope, type Tensor } from "@gradkit/tensor";

export interface LocalResponseNormOptions {
  /** Default: 1e-4. */
  alpha?: number;
  /** Default: 0.75. */
  beta?: number;
  /** Default: 1. */
  k?: number;
}

/** x / (k + alpha·mean of the squares of `size` neighbouring channels)^beta (Krizhevsky, Sutskever & Hinton 2012). */
export function localResponseNorm(x: Tensor, size: number, { alpha = 1e-4, beta = 0.75, k = 1 }: LocalResponseNormOptions = {}): Tensor {
  if (x.ndim < 3) throw new ShapeError("localResponseNorm", `expected x [N, C, …] with 3 or more dims (got ${formatShape(x.shape)})`);
  if (!(size >= 1)) throw new IndexError("localResponseNorm", `size must be at least 1 (got ${size})`);
  return scope(() => {
    const inner = new Array<number>(2 * (x.ndim - 2)).fill(0);
    const squares = pad(x.square(), [...inner, Math.floor(size / 2), Math.floor((size - 1) / 2)]);
    const neighbours = squares.unfold(1, size, 1);
    const means = isFloat(x.dtype) ? neighbours.mean(-1) : neighbours.sum(-1).div(size, { roundingMode: "trunc" });
    return x.div(means.mul(alpha).add(k).pow(beta));
  });
}
