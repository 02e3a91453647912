// Modified Bessel functions of the first kind, of orders 0 and 1: power series near 0, asymptotic ones beyond, both from their definitions
// (Abramowitz & Stegun 9.6.10 and 9.7.1). The scaled ones, times exp(−|x|), do not overflow.
import { abs, cast, custom, div, eq, exp, lt, mul, neg, type Operand, select, sqrt, sub } from "../formula/build.ts";
import { constant, type Node } from "../formula/nodes.ts";
import { pointwise } from "../ops/pointwise.ts";
import { polynomial } from "./polynomial.ts";

/** From here on the asymptotic series reaches 1e-10 with 16 terms. */
const farFrom = 14;
const nearTerms = 40;
const farTerms = 16;

/** 1/(k!·(k + order)!) of (x²/4)ᵏ. */
function nearCoefficients(order: 0 | 1): number[] {
  const out = [1];
  for (let k = 1; k < nearTerms; k++) out.push((out[k - 1] as number) / (k * (k + order)));
  return out;
}

/** (−1)ᵏ·(μ − 1)(μ − 9)…/(k!·8ᵏ) of x⁻ᵏ, μ = 4·order². */
function farCoefficients(order: 0 | 1): number[] {
  const out = [1];
  for (let k = 1; k < farTerms; k++) out.push((-(out[k - 1] as number) * (4 * order - (2 * k - 1) ** 2)) / (8 * k));
  return out;
}

/** I(|x|)·exp(−|x|). */
function scaled(order: 0 | 1, x: Node): Node {
  const size = abs(x);
  const isNear = lt(size, farFrom);
  const near = select(isNear, size, 0);
  const far = select(isNear, farFrom, size);
  const series = polynomial(mul(mul(near, near), 0.25), nearCoefficients(order));
  const close = mul(order === 0 ? series : mul(mul(near, 0.5), series), exp(neg(near)));
  return select(isNear, close, div(polynomial(div(1, far), farCoefficients(order)), sqrt(mul(far, 2 * Math.PI))));
}

const signOf = (x: Node): Node => select(lt(x, 0), constant(-1), select(eq(x, 0), constant(0), constant(1)));
const grown = (x: Node): Node => exp(abs(x));
/** y/x, at 0 its limit ½. */
const overX = (y: Node, x: Node): Node => select(eq(x, 0), 0.5, div(y, select(eq(x, 0), 1, x)));

const i0eNode: (x: Operand) => Node = /* @__PURE__ */ custom(
  "i0e",
  (x: Node) => scaled(0, x),
  (g, [x], y) => [mul(g, sub(i1eNode(x), mul(signOf(x), y)))],
);
const i1eNode: (x: Operand) => Node = /* @__PURE__ */ custom(
  "i1e",
  (x: Node) => mul(signOf(x), scaled(1, x)),
  (g, [x], y) => [mul(g, sub(sub(i0eNode(x), overX(y, x)), mul(signOf(x), y)))],
);
const i0Node: (x: Operand) => Node = /* @__PURE__ */ custom(
  "i0",
  (x: Node) => mul(scaled(0, x), grown(x)),
  (g, [x]) => [mul(g, i1Node(x))],
);
const i1Node: (x: Operand) => Node = /* @__PURE__ */ custom(
  "i1",
  (x: Node) => mul(mul(signOf(x), scaled(1, x)), grown(x)),
  (g, [x], y) => [mul(g, sub(i0Node(x), overX(y, x)))],
);

/** I₀(x). */
export const i0 = /* @__PURE__ */ pointwise("i0", (x) => i0Node(cast(x, "float")));
/** I₀(x)·exp(−|x|). */
export const i0e = /* @__PURE__ */ pointwise("i0e", (x) => i0eNode(cast(x, "float")));
/** I₁(x). */
export const i1 = /* @__PURE__ */ pointwise("i1", (x) => i1Node(cast(x, "float")));
/** I₁(x)·exp(−|x|). */
export const i1e = /* @__PURE__ */ pointwise("i1e", (x) => i1eNode(cast(x, "float")));
