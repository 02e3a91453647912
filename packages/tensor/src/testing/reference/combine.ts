// How two numbers become one in reductions, scans and scatters. Sums of integers are exact in float64 and wrap when they are stored.
import { type DType, isFloat } from "../../dtype.ts";

export type Combine = (a: number, b: number) => number;

/** Integer products outgrow float64, so they wrap at each step. */
const product = (whole: boolean): Combine => (whole ? Math.imul : (a, b) => a * b);

/** NaN wins in max and min. */
export const combine = {
  sum: () => (a, b) => a + b,
  prod: product,
  max: () => Math.max,
  min: () => Math.min,
} satisfies Record<string, (whole: boolean) => Combine>;

export const isWhole = (dtype: DType): boolean => !isFloat(dtype);

/** Whether b is more extreme than a; NaN is more extreme than any number. */
export const beats = (largest: boolean, b: number, a: number): boolean => {
  if (Number.isNaN(a)) return false;
  return Number.isNaN(b) || (largest ? b > a : b < a);
};
