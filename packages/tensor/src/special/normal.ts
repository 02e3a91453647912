// The normal distribution: its function and the inverses.
import {
  abs, add, cast, custom, div, eq, erf, erfc, exp, gt, log, log1p, lt, max, mul, neg, select, sqrt, sub,
} from "../formula/build.ts"; // biome-ignore format: a list
import type { Node } from "../formula/nodes.ts";
import { pointwise } from "../ops/pointwise.ts";
import { polynomial } from "./polynomial.ts";

// Giles 2010, "Approximating the erfinv function", single precision, lowest power first: in w = −log(1 − x²), below 5 and from there on
const centre = [
  1.50140941, 0.246640727, -4.17768164e-3, -1.25372503e-3, 2.1858087e-4, -4.39150654e-6, -3.5233877e-6, 3.43273939e-7, 2.81022636e-8,
];
const tails = [
  2.83297682, 1.00167406, 9.43887047e-3, -7.6224613e-3, 5.73950773e-3, -3.67342844e-3, 1.34934322e-3, 1.00950558e-4, -2.00214257e-4,
];
const halfRootPi = 0.8862269254527579; // √π/2

/** A step of Halley's method; beyond ½ on erfc, which keeps its digits in the tails. y is near erfinv(z), z ≥ 0. */
const refined = (y: Node, z: Node): Node => {
  const error = select(lt(z, 0.5), sub(z, erf(y)), sub(erfc(y), sub(1, z)));
  const step = mul(mul(error, halfRootPi), exp(mul(y, y)));
  return add(y, div(step, sub(1, mul(y, step))));
};

const inverseErf = /* @__PURE__ */ custom(
  "erfinv",
  (x: Node) => {
    const size = abs(x);
    const inside = lt(size, 1);
    const z = select(inside, size, 0);
    const w = neg(add(log1p(z), log1p(neg(z))));
    const start = mul(z, select(lt(w, 5), polynomial(sub(w, 2.5), centre), polynomial(sub(sqrt(w), 3), tails)));
    const value = select(inside, refined(refined(start, z), z), select(eq(size, 1), Number.POSITIVE_INFINITY, Number.NaN));
    return select(lt(x, 0), neg(value), value);
  },
  (g, _args, y) => [mul(g, mul(halfRootPi, exp(mul(y, y))))],
);

/** The inverse of erf: ±∞ at ±1, NaN beyond. */
export const erfinv = /* @__PURE__ */ pointwise("erfinv", (x) => inverseErf(x));

/** Φ(x), the normal distribution function. */
export const ndtr = /* @__PURE__ */ pointwise("ndtr", (x) => mul(0.5, erfc(mul(x, -Math.SQRT1_2))));

/** y ≥ 0 with erfc(y) = t, for 0 < t ≤ 1: what is left of 1 keeps its digits, which 1 − t would lose. */
const inverseErfc = (t: Node): Node => {
  const w = neg(log(mul(t, sub(2, t))));
  const z = sub(1, t);
  const far = sqrt(max(sub(w, mul(0.5, log(add(1, mul(Math.PI, w))))), 0)); // erfc(y) ≈ exp(−y²)/(y√π)
  const start = select(
    lt(w, 5),
    mul(z, polynomial(sub(w, 2.5), centre)),
    select(lt(w, 16), mul(z, polynomial(sub(sqrt(w), 3), tails)), far),
  );
  let y = start;
  for (let step = 0; step < 3; step++) {
    const error = mul(mul(sub(erfc(y), t), halfRootPi), exp(mul(y, y)));
    y = add(y, div(error, sub(1, mul(y, error))));
  }
  return y;
};

const inverseNormal = /* @__PURE__ */ custom(
  "ndtri",
  (p: Node) => {
    const isLow = lt(p, 0.5);
    const tail = select(isLow, p, sub(1, p));
    const inside = gt(tail, 0);
    const size = mul(Math.SQRT2, inverseErfc(select(inside, mul(2, tail), 1)));
    const limit = select(eq(tail, 0), Number.POSITIVE_INFINITY, Number.NaN);
    return mul(select(inside, size, limit), select(isLow, -1, 1));
  },
  (g, _args, y) => [mul(g, mul(Math.sqrt(2 * Math.PI), exp(mul(mul(y, y), 0.5))))],
);

/** The inverse of Φ: ∓∞ at 0 and 1, NaN outside. */
export const ndtri = /* @__PURE__ */ pointwise("ndtri", (p) => inverseNormal(cast(p, "float")));
