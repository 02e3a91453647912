// The table of pointwise ops: one row each, a formula of its operands. Kernels, gradients, methods and types all follow from the row.
// Conventions at kinks, ties, infinities and NaN are torch's. Primitives are rows by themselves; functions.ts has those that bring a derivative
// of their own.
import {
  abs, acos, acosh, add, and, asin, asinh, atan, atan2, atanh, cast, ceil, cos, cosh, div, eq, erf, erfc, exp, exp2, expm1,
  floor, ge, gt, intDiv, le, lgamma, log, log1p, log2, lt, max, min, mul, ne, neg, not, or, pow, rem, round, select, sin,
  sinh, sqrt, sub, tan, tanh, trunc, xor,
} from "./build.ts"; // biome-ignore format: a list
import { digamma } from "./digamma.ts";
import {
  clamp, clampMax, clampMin, copysign, floorDivide, gelu, hardsigmoid, hardswish, hardtanh, heaviside, hypot, integerPow, isfinite, isinf,
  isnan, lerp, logaddexp, logaddexp2, logit, logsigmoid, nanToNum, relu, remainder, sigmoid, sinc, softplus, softshrink, xlogy,
} from "./functions.ts"; // biome-ignore format: a list
import type { Node } from "./nodes.ts";

/** Every run-time scalar that a row may take. */
type ScalarName =
  | "alpha" | "beta" | "eps" | "lambd" | "maxVal" | "minVal" | "nan" | "neginf" | "negativeSlope" | "posinf" | "threshold" | "value"; // biome-ignore format: a list
type RowScalars = Readonly<Record<ScalarName, Node>>;

/** A formula; or a formula with run-time scalars and their defaults. */
export type UnaryRow = ((x: Node) => Node) | readonly [(x: Node, scalars: RowScalars) => Node, Partial<Record<ScalarName, number>>];
export type BinaryRow =
  | ((x: Node, y: Node) => Node)
  | readonly [(x: Node, y: Node, scalars: RowScalars) => Node, Partial<Record<ScalarName, number>>];
export type TernaryRow =
  | ((x: Node, y: Node, z: Node) => Node)
  | readonly [(x: Node, y: Node, z: Node, scalars: RowScalars) => Node, Partial<Record<ScalarName, number>>];

const truthy = (x: Node): Node => cast(x, "bool");
/** As torch raises bools to powers: whole numbers. */
const counted = (x: Node): Node => (x.type === "bool" ? cast(x, "int") : x);
/** f(x) below and at zero, x above. Where it is not taken f sees 0: it cannot overflow there, and its derivative neither. */
const bentBelowZero = (x: Node, f: (x: Node) => Node): Node => select(le(x, 0), f(select(le(x, 0), x, 0)), x);
const sign = (x: Node): Node => cast(select(gt(x, 0), 1, select(lt(x, 0), -1, 0)), x.type);
/** A scalar among whole numbers is a whole number. */
const fit = (value: Node, x: Node): Node => (x.type === "float" ? value : cast(value, "int"));

const seluAlpha = 1.6732632423543772; // Klambauer et al. 2017 (arXiv:1706.02515)
const seluScale = 1.0507009873554805;
const geluKappa = 0.044715; // Hendrycks & Gimpel 2016 (arXiv:1606.08415)

export const unary = {
  abs,
  neg,
  positive: (x) => x,
  sign,
  sgn: sign,
  /** Of a number in the complex plane: 0, or π where it is negative. */
  angle: (x) => select(lt(x, 0), Math.PI, select(isnan(x), Number.NaN, 0)),
  square: (x) => mul(counted(x), x),
  sqrt,
  rsqrt: (x) => div(1, sqrt(x)),
  reciprocal: (x) => div(1, x),

  exp,
  exp2,
  expm1,
  log,
  log1p,
  log2,
  log10: (x) => div(log(x), Math.LN10),
  logit: [(x, { eps }) => logit(x, eps), { eps: -1 }],

  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  tanh,
  asinh,
  acosh,
  atanh,
  sinc: (x) => sinc(x),
  deg2rad: (x) => mul(x, Math.PI / 180),
  rad2deg: (x) => mul(x, 180 / Math.PI),

  erf,
  erfc,
  lgamma,
  digamma,

  floor,
  ceil,
  round,
  trunc,
  frac: (x) => sub(x, trunc(x)),

  isnan,
  isinf,
  isfinite,
  nanToNum: [
    (x, { nan, posinf, neginf }) => (x.type === "float" ? nanToNum(x, nan, posinf, neginf) : x),
    { nan: 0, posinf: 3.4028234663852886e38, neginf: -3.4028234663852886e38 },
  ],
  logicalNot: (x) => not(truthy(x)),
  bitwiseNot: (x) => not(x),

  relu: (x) => relu(x),
  relu6: (x) => hardtanh(x, 0, 6),
  leakyRelu: [(x, { negativeSlope }) => select(gt(x, 0), x, mul(negativeSlope, x)), { negativeSlope: 0.01 }],
  hardtanh: [(x, { minVal, maxVal }) => hardtanh(x, fit(minVal, x), fit(maxVal, x)), { minVal: -1, maxVal: 1 }],
  hardsigmoid: (x) => hardsigmoid(x),
  hardswish: (x) => hardswish(x),
  hardshrink: [(x, { lambd }) => select(and(ge(x, neg(lambd)), le(x, lambd)), 0, x), { lambd: 0.5 }],
  softshrink: [(x, { lambd }) => softshrink(x, lambd), { lambd: 0.5 }],
  elu: [(x, { alpha }) => bentBelowZero(x, (z) => mul(alpha, expm1(z))), { alpha: 1 }],
  celu: [(x, { alpha }) => bentBelowZero(x, (z) => mul(alpha, expm1(div(z, alpha)))), { alpha: 1 }],
  selu: (x) =>
    mul(
      seluScale,
      bentBelowZero(x, (z) => mul(seluAlpha, expm1(z))),
    ),
  sigmoid: (x) => sigmoid(x),
  logsigmoid: (x) => logsigmoid(x),
  silu: (x) => mul(x, sigmoid(x)),
  mish: (x) => mul(x, tanh(softplus(x, 1, 20))),
  softplus: [(x, { beta, threshold }) => softplus(x, beta, threshold), { beta: 1, threshold: 20 }],
  softsign: (x) => div(x, add(abs(x), 1)),
  tanhshrink: (x) => sub(x, tanh(x)),
  gelu: (x) => gelu(x),
  geluTanh: (x) => {
    const inner = mul(Math.sqrt(2 / Math.PI), add(x, mul(geluKappa, mul(mul(x, x), x))));
    return mul(mul(0.5, x), add(1, tanh(inner)));
  },
} satisfies Record<string, UnaryRow>;

export const binary = {
  add,
  sub,
  mul,
  div,
  /** Rounded toward zero: div's roundingMode "trunc". */
  truncDivide: (x, y) => (x.type === "float" || y.type === "float" ? trunc(div(x, y)) : intDiv(x, y)),
  floorDivide: (x, y) => floorDivide(x, y),
  fmod: (x, y) => rem(x, y),
  remainder: (x, y) => remainder(x, y),
  pow: (x, y) => (x.type === "float" || y.type === "float" ? pow(x, y) : integerPow(counted(x), y)),
  atan2,
  hypot: (x, y) => hypot(x, y),
  copysign: (x, y) => copysign(x, y),
  xlogy: (x, y) => xlogy(x, y),
  heaviside: (x, y) => heaviside(x, y),
  logaddexp: (x, y) => logaddexp(x, y),
  logaddexp2: (x, y) => logaddexp2(x, y),

  maximum: (x, y) => max(x, y),
  minimum: (x, y) => min(x, y),
  fmax: (x, y) => select(or(ge(x, y), isnan(y)), x, y),
  fmin: (x, y) => select(or(le(x, y), isnan(y)), x, y),
  clampMin: (x, y) => clampMin(x, y),
  clampMax: (x, y) => clampMax(x, y),

  eq,
  ne,
  lt,
  le,
  gt,
  ge,
  logicalAnd: (x, y) => and(truthy(x), truthy(y)),
  logicalOr: (x, y) => or(truthy(x), truthy(y)),
  logicalXor: (x, y) => xor(truthy(x), truthy(y)),
  bitwiseAnd: (x, y) => and(x, y),
  bitwiseOr: (x, y) => or(x, y),
  bitwiseXor: (x, y) => xor(x, y),
} satisfies Record<string, BinaryRow>;

export const ternary = {
  where: (condition, x, y) => select(condition, x, y),
  clamp: (x, low, high) => clamp(x, low, high),
  lerp: (start, end, weight) => lerp(start, end, weight),
  /** x above the bound, else `value`. */
  threshold: (x, bound, value) => select(le(x, bound), value, x),
  addcmul: [(x, a, b, { value }) => add(x, mul(mul(fit(value, add(x, mul(a, b))), a), b)), { value: 1 }],
  addcdiv: [(x, a, b, { value }) => add(x, div(mul(value, a), b)), { value: 1 }],
} satisfies Record<string, TernaryRow>;
