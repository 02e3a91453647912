// Normalisation over the last dims.
import { formatShape, ShapeError, scope, type Tensor } from "@gradkit/tensor";
import { affine, type EpsOptions, standardise } from "./standardise.ts";

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
  const size = ends.reduce((product, length) => product * length, 1);
  return scope(() => affine(standardise(x, x.numel / size, eps), weight, bias));
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
  const dims = ends.map((_, i) => i - ends.length);
  return scope(() =>
    affine(
      x.mul(
        x
          .square()
          .mean(dims, { keepdim: true })
          .add(eps ?? 2 ** -23)
          .rsqrt(),
      ),
      weight,
      null,
    ),
  );
}
