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

export const exact: Tolerance = {
  absolute: 0,
  relative: 0,
  reason: "values are only moved or compared, or come from one correctly rounded operation",
};

/** Relative error of `count` units in the last place. */
export const ulps = (count: number, reason: string): Tolerance => ({ absolute: smallestNormal, relative: count * ulp, reason });

/** As `ulps`, for results that come near zero by subtracting numbers of size `scale`. */
export const cancelling = (scale: number, count: number, reason: string): Tolerance => ({
  absolute: scale * count * ulp,
  relative: count * ulp,
  reason,
});

/** Root mean square of the product of two numbers that are uniform in [−2, 2). */
const product = 4 / 3;

/**
 * Sums of `terms` numbers of root mean square `size` and of both signs. One float32 accumulator grows like √terms and is rounded `terms` times, so
 * its error is 0.4·size·terms·2⁻²⁴; six times that is allowed.
 */
export const summed = (terms: number, size = product): Tolerance => ({
  absolute: 2.5 * size * Math.max(2, terms) * (ulp / 2),
  relative: 2 * ulp,
  reason: `a float32 sum of ${terms} terms of size ${size.toPrecision(2)}, in any order`,
});
