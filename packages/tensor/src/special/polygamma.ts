// Derivatives of the digamma function, each order a formula of its own, built from the order: its derivative is the next one.
import { IndexError } from "../errors.ts";
import { add, cast, custom, div, eq, lt, mul, type Operand, round, select, sub, tan } from "../formula/build.ts";
import { digamma } from "../formula/digamma.ts";
import { constant, type Node } from "../formula/nodes.ts";
import { pointwise } from "../ops/pointwise.ts";
import type { Tensor } from "../tensor.ts";
import { polynomial } from "./polynomial.ts";

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

/** B₂, B₄, … B₁₆. */
const bernoulli = (): readonly number[] => [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510];

function wholePower(x: Node, n: number): Node {
  let result: Node = constant(1);
  for (let left = n, square = x; left > 0; left = Math.floor(left / 2), square = mul(square, square))
    if (left % 2 === 1) result = mul(result, square);
  return result;
}

/** P with dⁿ/dθⁿ cot θ = P(cot θ): every derivative brings a factor −(1 + cot²θ). */
function derivativeOfCotangent(n: number): number[] {
  let p = [0, 1];
  for (let order = 0; order < n; order++) {
    const slope = p.slice(1).map((a, k) => -a * (k + 1));
    p = Array.from({ length: slope.length + 2 }, (_, k) => (slope[k] ?? 0) + (slope[k - 2] ?? 0));
  }
  return p;
}

/** (−1)ⁿ⁺¹·ψₙ(x) = n!·Σ 1/(x + k)ⁿ⁺¹ for x > 0: the first terms one by one, the others by Euler and Maclaurin (Abramowitz & Stegun 6.4.10, 6.4.11). */
function sizeAbove0(n: number, x: Node): Node {
  const first = 10 + n;
  let sum: Node = constant(0);
  for (let k = 0; k < first; k++) sum = add(sum, wholePower(div(1, add(x, k)), n + 1));
  const r = div(1, add(x, first));
  const tail = bernoulli().map((b, i) => (b * factorial(2 * i + 1 + n)) / factorial(2 * i + 2));
  const series = mul(polynomial(mul(r, r), tail), mul(r, r));
  const smooth = mul(wholePower(r, n), add(add(factorial(n - 1), mul(r, factorial(n) / 2)), series));
  return add(mul(sum, factorial(n)), smooth);
}

function node(n: number, x: Node): Node {
  if (n === 0) return digamma(x);
  const sign = n % 2 === 0 ? -1 : 1;
  const fraction = sub(x, round(x)); // near a pole the digits of the distance count
  const whole = eq(fraction, 0);
  const reflected = lt(x, 0);
  const size = sizeAbove0(n, select(reflected, sub(1, x), x));
  const cotangent = div(1, tan(mul(Math.PI, select(whole, 0.5, fraction))));
  const turned = mul(polynomial(cotangent, derivativeOfCotangent(n)), -(Math.PI ** (n + 1)));
  const below = select(whole, sign * Number.POSITIVE_INFINITY, sub(turned, size)); // ψₙ(1 − x) − (−1)ⁿ·ψₙ(x) = (−1)ⁿ·π·dⁿ/dxⁿ cot πx
  return select(reflected, below, mul(size, sign));
}

const orders = new Map<number, { readonly node: (x: Operand) => Node; readonly call: (x: Tensor) => Tensor }>();

function ofOrder(n: number): { readonly node: (x: Operand) => Node; readonly call: (x: Tensor) => Tensor } {
  let found = orders.get(n);
  if (!found) {
    const formula = custom(
      `polygamma${n}`,
      (x: Node) => node(n, x),
      (g, [x]) => [mul(g, ofOrder(n + 1).node(x))],
    );
    found = { node: formula, call: pointwise(`polygamma${n}`, (x) => formula(cast(x, "float"))) };
    orders.set(n, found);
  }
  return found;
}

/**
 * The n-th derivative of the digamma function, n a whole number ≥ 0: ±∞ at 0 and at the negative whole numbers. Throws an IndexError for another n.
 *
 * @example
 * polygamma(1, tensor([1])); // π²/6
 */
export function polygamma(n: number, x: Tensor): Tensor {
  if (!Number.isInteger(n) || n < 0) throw new IndexError("polygamma", `n must be a whole number ≥ 0 (got ${n})`);
  return ofOrder(n).call(x);
}
