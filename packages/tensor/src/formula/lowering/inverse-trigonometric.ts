// asin, acos, atan, atan2: polynomials of Cephes (Moshier, asinf.c, atanf.c).
import { abs, add, and, div, eq, gt, lt, madd, max, min, mul, or, select, sqrt, sub } from "../build.ts";
import { constant, type Node } from "../nodes.ts";
import { asInt, flipSign, horner, signOf } from "./float-bits.ts";

const halfPiHigh = 1.5707963705062866; // as float32
const halfPiLow = -4.371139000186243e-8;

/** asin(s) where square = s², for 0 ≤ s ≤ ½. */
const asinPolynomial = (s: Node, square: Node): Node =>
  madd(mul(horner(square, [4.2163199048e-2, 2.4181311049e-2, 4.5470025998e-2, 7.4953002686e-2, 1.6666752422e-1]), square), s, s);

/** asin(√((1 − a)/2)) for a > ½, asin(a) up to there. */
function asinCore(a: Node): { large: Node; value: Node } {
  const large = gt(a, 0.5);
  const square = select(large, mul(0.5, sub(1, a)), mul(a, a));
  return { large, value: asinPolynomial(select(large, sqrt(square), a), square) };
}

/** π/2 − x, to float32's full precision. */
const fromHalfPi = (x: Node): Node => sub(halfPiHigh, sub(x, halfPiLow));

/** Within 2.5 ulp. */
export function asin(x: Node): Node {
  const { large, value } = asinCore(abs(x));
  return flipSign(select(large, fromHalfPi(mul(2, value)), value), signOf(x));
}

/** Within 2.5 ulp. */
export function acos(x: Node): Node {
  const { large, value } = asinCore(abs(x));
  const twice = mul(2, value);
  const negative = lt(x, 0);
  const outer = select(negative, sub(2 * halfPiHigh, sub(twice, 2 * halfPiLow)), twice);
  return select(large, outer, fromHalfPi(flipSign(value, signOf(x))));
}

/** atan(t) for |t| ≤ tan(π/8). */
const atanPolynomial = (t: Node): Node => {
  const square = mul(t, t);
  return madd(mul(horner(square, [8.05374449538e-2, -1.38776856032e-1, 1.99777106478e-1, -3.33329491539e-1]), square), t, t);
};

const tanEighthPi = 0.41421356237309515; // √2 − 1
const tanThreeEighthPi = 2.414213562373095;

/** Within 2.5 ulp. */
export function atan(x: Node): Node {
  const a = abs(x);
  const large = gt(a, tanThreeEighthPi);
  const middle = gt(a, tanEighthPi);
  const t = div(select(large, -1, select(middle, sub(a, 1), a)), select(large, a, select(middle, add(a, 1), constant(1))));
  const quarters = select(large, constant(2), select(middle, constant(1), constant(0))); // of π/4
  const low = madd(quarters, halfPiLow / 2, atanPolynomial(t));
  return flipSign(madd(quarters, halfPiHigh / 2, low), signOf(x));
}

/** Within 2.5 ulp; zeros and infinities as C's atan2f. */
export function atan2(y: Node, x: Node): Node {
  const [ax, ay] = [abs(x), abs(y)];
  const shrink = select(gt(max(ax, ay), 2 ** 100), constant(2 ** -30), constant(1)); // the sum below must not overflow
  const small = mul(min(ax, ay), shrink);
  const large = mul(max(ax, ay), shrink);
  const middle = gt(small, mul(large, tanEighthPi));
  const equal = eq(small, large); // zeros and infinities too, whose quotient would be NaN
  const quotient = div(select(middle, sub(small, large), small), select(middle, add(large, small), large));
  const t = select(equal, constant(0), quotient);
  const eighth = select(or(middle, and(equal, gt(large, 0))), constant(1), constant(0)); // of π/4
  const acute = madd(eighth, halfPiHigh / 2, madd(eighth, halfPiLow / 2, atanPolynomial(t)));
  const first = select(gt(ay, ax), fromHalfPi(acute), acute);
  const both = select(lt(asInt(x), 0), sub(2 * halfPiHigh, sub(first, 2 * halfPiLow)), first);
  return flipSign(both, signOf(y));
}
