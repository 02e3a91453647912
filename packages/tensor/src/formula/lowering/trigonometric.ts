// sin, cos, tan: reduction to |r| ≤ π/4 by Cody & Waite with π/2 in four parts, exact up to |x| = 10⁵ without fused arithmetic; polynomials of
// Cephes (Moshier, sinf.c). Beyond 10⁵ digits are lost gradually, the results stay in range (a full reduction would be Payne & Hanek's).
import { abs, add, and, div, eq, madd, max, min, mul, neg, select, shl, sub } from "../build.ts";
import type { Node } from "../nodes.ts";
import { asInt, flipSign, horner, signOf } from "./float-bits.ts";

/** Eight bits each, so that their products with n < 2¹⁶ are exact, and the rest. */
const halfPi = [1.5703125, 0.0004825592041015625, 1.2665987014770508e-6, 9.920935796805404e-10];
/** π/4 and what n may be off by: beyond it the polynomials leave [−1, 1]. */
const largestRest = 0.8;

/** Adding it rounds to an integer, and leaves it in the low bits of the sum. */
const magic = 1.5 * 2 ** 23;

/** x = n·π/2 + r; the quadrant's two lowest bits count. */
function reduce(x: Node): { quadrant: Node; r: Node } {
  const sum = madd(x, 2 / Math.PI, magic);
  const n = sub(sum, magic);
  const r = halfPi.reduce((rest, part) => madd(n, -part, rest), x);
  return { quadrant: asInt(sum), r: min(max(r, -largestRest), largestRest) };
}

const sinPolynomial = (r: Node, square: Node): Node =>
  madd(mul(horner(square, [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]), square), r, r);

const cosPolynomial = (square: Node): Node => {
  const rest = mul(mul(square, square), horner(square, [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2]));
  return add(1, madd(square, -0.5, rest));
};

/** sin(x + quadrants·π/2) of a reduced x. */
function sinOf(r: Node, quadrant: Node): Node {
  const square = mul(r, r);
  const value = select(eq(and(quadrant, 1), 0), sinPolynomial(r, square), cosPolynomial(square));
  return flipSign(value, shl(and(quadrant, 2), 30));
}

/** Within 2.5 ulp, near zeros other than 0 within 10⁻⁹. */
export function sin(x: Node): Node {
  const { quadrant, r } = reduce(abs(x));
  return flipSign(sinOf(r, quadrant), signOf(x));
}

/** Within 2.5 ulp, near zeros within 10⁻⁹. */
export function cos(x: Node): Node {
  const { quadrant, r } = reduce(x);
  return sinOf(r, add(quadrant, 1));
}

/** Within 4 ulp, near zeros other than 0 within 10⁻⁹. */
export function tan(x: Node): Node {
  const { quadrant, r } = reduce(abs(x));
  const square = mul(r, r);
  const [s, c] = [sinPolynomial(r, square), cosPolynomial(square)];
  const even = eq(and(quadrant, 1), 0);
  return flipSign(div(select(even, s, neg(c)), select(even, c, s)), signOf(x));
}
