// Normalisation over the last dims.
import { formatShape, layerNormWithStatistics, ShapeError, scope, type Tensor } from "@gradkit/tensor";
import type { EpsOptions } from "./standardise.ts";

function checkEnds(op: string, x: Tensor, normalizedShape: readonly number[], vectors: readonly (Tensor | null)[]): void {
  const expected = formatShape(normalizedShape);
  if (normalizedShape.length === 0 || formatShape(x.shape.slice(-normalizedShape.length)) !== expected) {
    throw new ShapeError(op, `x must end in ${expected} (got ${formatShape(x.shape)})`);
  }
  for (const vector of vectors)
    if (vector && formatShape(vector.shape) !== expected)
      throw new ShapeError(op, `weight and bias must be ${expected} (got ${formatShape(vector.shape)})`);
}

const asShape = (shape: number | readonly number[]): readonly number[] => (typeof shape === "number" ? [shape] : shape);

/** Normalises over the last dims, which are `normalizedShape` (Ba, Kiros & Hinton 2016). */
export function layerNorm(
  x: Tensor,
  normalizedShape: number | readonly number[],
  weight: Tensor | null = null,
  bias: Tensor | null = null,
  { eps = 1e-5 }: EpsOptions = {},
): Tensor {
  const ends = asShape(normalizedShape);
  checkEnds("layerNorm", x, ends, [weight, bias]);
  return scope(() => layerNormWithStatistics(x, weight, bias, { dims: ends.length, eps }).y);
}

export interface RMSNormOptions {
  /** Added to the mean square. Default: the distance from 1 to the next float32, 2⁻²³. */
  eps?: number | null;
}

/** Divides by the root mean square over the last dims (Zhang & Sennrich 2019). */
export function rmsNorm(
  x: Tensor,
  normalizedShape: number | readonly number[],
  weight: Tensor | null = null,
  { eps = null }: RMSNormOptions = {},
): Tensor {
  const ends = asShape(normalizedShape);
  checkEnds("rmsNorm", x, ends, [weight]);
  return scope(() => layerNormWithStatistics(x, weight, null, { dims: ends.length, eps: eps ?? 2 ** -23, centre: false }).y);
}
