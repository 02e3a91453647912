// log|Γ|: polynomials around 1 and 2 and Stirling's series, of Cephes (Moshier, lgamf.c).
import { abs, add, and, div, eq, gt, le, lt, madd, mul, neg, or, round, select, sub } from "../build.ts";
import { constant, type Node } from "../nodes.ts";
import { horner } from "./float-bits.ts";
import { log } from "./log.ts";
import { sin } from "./trigonometric.ts";

/** log Γ(2 + t)/t for |t| ≤ ½. */
const aroundTwo = [
  6.055172732649237e-4, -1.311620815545743e-3, 2.863437556468661e-3, -7.366775108654962e-3, 2.058355474821512e-2, -6.735323259371034e-2,
  3.224669577325661e-1, 4.227843421859038e-1,
];
/** log Γ(1 + t)/t for |t| ≤ ¼. */
const aroundOne = [
  1.369488127325832e-1, -1.590086327657347e-1, 1.692415923504637e-1, -2.067882815621965e-1, 2.705806208275915e-1, -4.006931650563372e-1,
  8.224670749082976e-1, -5.772156501719101e-1,
];
const logSqrtTwoPi = 0.9189385332046728;

/** Below this |Γ(x)| is 1/|x|. */
const tiny = 1e-8;

/** For x > 0. */
function positive(x: Node): Node {
  // Γ(x) = Γ(t)·product, t in [1.5, 2.5)
  let t = x;
  let product: Node = constant(1);
  for (let step = 0; step < 4; step++) {
    const above = le(2.5, t);
    t = select(above, sub(t, 1), t);
    product = select(above, mul(product, t), product);
  }
  let divisor: Node = constant(1);
  for (let step = 0; step < 2; step++) {
    const below = lt(t, 1.5);
    divisor = select(below, mul(divisor, t), divisor);
    t = select(below, add(t, 1), t);
  }
  const u = sub(t, 2);
  const shifted = madd(u, horner(u, aroundTwo), log(div(product, divisor)));
  const v = sub(x, 1);
  const nearOne = and(le(0.75, x), le(x, 1.25));
  const middle = select(nearOne, madd(v, horner(v, aroundOne), 0), shifted);

  const inverse = div(1, x);
  const correction = horner(mul(inverse, inverse), [7.93650779585507e-4, -2.77777777774259e-3, 8.333333333333329e-2]);
  const logX = log(x);
  const stirling = add(mul(sub(x, 0.5), sub(logX, 1)), madd(correction, inverse, logSqrtTwoPi - 0.5));
  return select(lt(x, tiny), neg(logX), select(lt(x, 6.5), middle, select(eq(x, Infinity), Infinity, stirling)));
}

/** Within 5 ulp or 4·10⁻⁷ for x > 0; below, within that of the larger of its terms. ∞ at 0, −1, −2, …. */
export function lgamma(x: Node): Node {
  const a = abs(x);
  const value = positive(a);
  const distance = abs(sub(a, round(a)));
  const reflected = sub(log(div(Math.PI, mul(a, sin(mul(Math.PI, distance))))), value); // π / |x sin πx|
  const negative = select(eq(distance, 0), Infinity, reflected);
  return select(or(gt(x, 0), lt(a, tiny)), value, select(eq(a, Infinity), Infinity, negative));
}
