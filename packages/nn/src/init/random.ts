// Independent draws from one distribution.
import { IndexError, type Tensor } from "@gradkit/tensor";
import { type DrawOptions, generatorOf, write } from "./write.ts";

export interface UniformOptions extends DrawOptions {
  /** Lower bound. Default: 0. */
  a?: number;
  /** Upper bound. Default: 1. */
  b?: number;
}

/** Uniform in [a, b). */
export const uniform_ = (x: Tensor, { a = 0, b = 1, ...draw }: UniformOptions = {}): Tensor =>
  write(x, () => generatorOf(draw).uniformArray(x.numel, a, b));

export interface NormalOptions extends DrawOptions {
  /** Default: 0. */
  mean?: number;
  /** Default: 1. */
  std?: number;
}

/** Normal. */
export const normal_ = (x: Tensor, { mean = 0, std = 1, ...draw }: NormalOptions = {}): Tensor =>
  write(x, () => generatorOf(draw).normalArray(x.numel, mean, std));

export interface TruncNormalOptions extends NormalOptions {
  /** Lower bound. Default: -2. */
  a?: number;
  /** Upper bound. Default: 2. */
  b?: number;
}

/** Beyond, one draw in ten thousand would do. */
const MAX_SIGMAS = 4;

/** Normal, drawn again where it falls outside [a, b]. */
export function truncNormal_(x: Tensor, { mean = 0, std = 1, a = -2, b = 2, ...draw }: TruncNormalOptions = {}): Tensor {
  if (!(a < b)) throw new IndexError("truncNormal_", `a must be below b (got ${a} and ${b})`);
  if (a > mean + MAX_SIGMAS * std || b < mean - MAX_SIGMAS * std) {
    throw new IndexError("truncNormal_", `[${a}, ${b}] is too far from the mean ${mean} (std ${std}): redrawing would take forever`);
  }
  return write(x, () => {
    const generator = generatorOf(draw);
    const values = generator.normalArray(x.numel, mean, std);
    const isOutside = (at: number): boolean => !((values[at] as number) >= a && (values[at] as number) <= b);
    let outside = [...values.keys()].filter(isOutside);
    while (outside.length > 0) {
      const again = generator.normalArray(outside.length, mean, std);
      outside.forEach((at, i) => {
        values[at] = again[i] as number;
      });
      outside = outside.filter(isOutside);
    }
    return values;
  });
}
