// The derivative of every primitive, each argument's adjoint as PyTorch composes it: kinks, ties, NaN and infinity come out as there.
import { add, and, cos, cosh, div, eq, exp, ge, gt, log, lt, mul, neg, pow, select, sin, sinh, sqrt, sub, trunc } from "./build.ts";
import { digamma } from "./digamma.ts";
import type { Node, Primitive } from "./nodes.ts";

/** What flows to one argument: from the incoming gradient, the arguments and the value. */
type Adjoint = (g: Node, args: readonly [Node, Node, Node], y: Node) => Node;

const same: Adjoint = (g) => g;
const rsqrt = (x: Node): Node => div(1, sqrt(x));
const square = (x: Node): Node => mul(x, x);
/** 0 at 0 and at NaN. */
const sign = (x: Node): Node => select(gt(x, 0), 1, select(lt(x, 0), -1, 0));
/** All of the gradient to the winner, halves to equals; both get it with NaN. */
const winner =
  (loses: (a: Node, b: Node) => Node): Adjoint =>
  (g, [a, b]) =>
    select(loses(a, b), 0, select(eq(a, b), div(g, 2), g));

/** One adjoint per argument; null where the value is locally constant or no float. */
export const adjoints: { readonly [P in Primitive]: readonly (Adjoint | null)[] | null } = {
  neg: [(g) => neg(g)],
  abs: [(g, [x]) => mul(g, sign(x))],
  floor: null,
  ceil: null,
  trunc: null,
  round: null,
  sqrt: [(g, _, y) => div(g, mul(2, y))],
  exp: [(g, _, y) => mul(g, y)],
  log: [(g, [x]) => div(g, x)],
  log1p: [(g, [x]) => div(g, add(x, 1))],
  expm1: [(g, _, y) => mul(g, add(y, 1))],
  log2: [(g, [x]) => div(g, mul(x, Math.LN2))],
  exp2: [(g, _, y) => mul(mul(g, y), Math.LN2)],
  sin: [(g, [x]) => mul(g, cos(x))],
  cos: [(g, [x]) => mul(g, neg(sin(x)))],
  tan: [(g, _, y) => mul(g, add(1, square(y)))],
  asin: [(g, [x]) => mul(g, rsqrt(sub(1, square(x))))],
  acos: [(g, [x]) => mul(g, neg(rsqrt(sub(1, square(x)))))],
  atan: [(g, [x]) => div(g, add(square(x), 1))],
  sinh: [(g, [x]) => mul(g, cosh(x))],
  cosh: [(g, [x]) => mul(g, sinh(x))],
  tanh: [(g, _, y) => mul(g, sub(1, square(y)))],
  asinh: [(g, [x]) => mul(g, rsqrt(add(square(x), 1)))],
  acosh: [(g, [x]) => mul(g, rsqrt(sub(square(x), 1)))],
  atanh: [(g, [x]) => div(g, sub(1, square(x)))],
  erf: [(g, [x]) => mul(mul(2 / Math.sqrt(Math.PI), exp(neg(square(x)))), g)],
  erfc: [(g, [x]) => mul(mul(-2 / Math.sqrt(Math.PI), exp(neg(square(x)))), g)],
  lgamma: [(g, [x]) => mul(g, digamma(x))],
  not: null,
  cast: null,
  bitcast: null,

  add: [same, same],
  sub: [same, (g) => neg(g)],
  mul: [(g, [, b]) => mul(g, b), (g, [a]) => mul(g, a)],
  div: [(g, [, b]) => div(g, b), (g, [a, b]) => mul(neg(g), div(div(a, b), b))],
  rem: [same, (g, [a, b]) => mul(neg(g), trunc(div(a, b)))],
  min: [winner((a, b) => gt(a, b)), winner((a, b) => lt(a, b))],
  max: [winner((a, b) => lt(a, b)), winner((a, b) => gt(a, b))],
  pow: [
    (g, [x, e]) => select(eq(e, 0), 0, mul(g, mul(e, pow(x, sub(e, 1))))),
    (g, [x, e], y) => mul(g, select(and(eq(x, 0), ge(e, 0)), 0, mul(y, log(x)))),
  ],
  atan2: [
    (g, [a, b]) => mul(mul(g, b), div(1, add(square(a), square(b)))),
    (g, [a, b]) => mul(mul(g, neg(a)), div(1, add(square(a), square(b)))),
  ],

  eq: null,
  ne: null,
  lt: null,
  le: null,
  and: null,
  or: null,
  xor: null,
  shl: null,
  shr: null,
  select: [null, (g, [c]) => select(c, g, 0), (g, [c]) => select(c, 0, g)],
  madd: [(g, [, b]) => mul(g, b), (g, [a]) => mul(g, a), same],
};
