// How far a float32 result may be from the float64 one: |got − expected| ≤ absolute + relative·|expected|. Each tolerance says why it is what it is.

export interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
  readonly reason: string;
}

/** The distance of two float32 numbers just above 1. */
const ulp = 2 ** -23;
/** Devices may flush subnormal numbers to zero. */
const smallestNormal = 2 ** -126;

export const exact: Tolerance = { absolute: 0, relative: 0, reason: "values are only moved or compared, or come from one correctly rounded operation" };

/** Relative error of `count` units in the last place. */
export const ulps = (count: number, reason: string): Tolerance => ({ absolute: smallestNormal, relative: count * ulp, reason });

/** As `ulps`, for results that come near zero by subtracting numbers of size `scale`. */
export const cancelling = (scale: number, count: number, reason: string): Tolerance => ({ absolute: scale * count * ulp, relative: count * ulp, reason });

/** Sums of `terms` products of numbers of size `scale`: rounding errors add up like a random walk, whatever the order of the sum. */
export const summed = (terms: number, scale = 4): Tolerance => ({
  absolute: scale * Math.max(2, Math.sqrt(terms)) * ulp,
  relative: 2 * ulp,
  reason: `float32 sums of ${terms} terms of size ${scale}, in any order`,
});
