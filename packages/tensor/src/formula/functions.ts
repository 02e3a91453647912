// Functions that bring a derivative of their own: where the symbolic one would overflow, or where torch's differs at a kink.
// Each adjoint is the one of torch's derivatives.yaml and its backward kernels.
import {
  abs, add, and, bitcast, cast, cos, custom, div, eq, erf, exp, exp2, floor, ge, gt, intDiv, le, log, log1p, lt, madd,
  max, min, mul, ne, neg, type Operand, or, rem, select, sin, sqrt, sub,
} from "./build.ts"; // biome-ignore format: a list
import type { Node } from "./nodes.ts";

export const isnan = (x: Node): Node => ne(x, x);
export const isinf = (x: Node): Node => eq(abs(x), Infinity);
export const isfinite = (x: Node): Node => lt(abs(x), Infinity);
/** The sign bit, −0's and NaN's too. */
const signBit = (x: Operand): Node => lt(bitcast(cast(x, "float"), "int"), 0);

/** y·(1 − y) from the value keeps its digits where 1 + exp(−x) has lost them. */
export const sigmoid = custom(
  "sigmoid",
  (x) => div(1, add(1, exp(neg(x)))),
  (g, _, y) => [mul(mul(g, sub(1, y)), y)],
);

/** relu'(0) = 0. Reads only its value. */
export const relu = custom(
  "relu",
  (x) => max(x, 0),
  (g, _, y) => [select(le(y, 0), 0, g)],
);

/** No gradient at the bounds. */
export const hardtanh = custom(
  "hardtanh",
  (x, low, high) => min(max(x, low), high),
  (g, [x, low, high]) => [select(or(le(x, low), ge(x, high)), 0, g)],
);

/** The gradient passes at the bounds; a bound gets it where it holds the value. */
export const clamp = custom(
  "clamp",
  (x, low, high) => min(max(x, low), high),
  (g, [x, low, high]) => [
    select(and(ge(x, low), le(x, high)), g, 0),
    select(and(lt(low, high), lt(x, low)), g, 0),
    select(or(gt(x, high), lt(high, low)), g, 0),
  ],
);
export const clampMin = custom(
  "clampMin",
  (x, low) => max(x, low),
  (g, [x, low]) => [select(ge(x, low), g, 0), select(lt(x, low), g, 0)],
);
export const clampMax = custom(
  "clampMax",
  (x, high) => min(x, high),
  (g, [x, high]) => [select(le(x, high), g, 0), select(gt(x, high), g, 0)],
);

const sixth = (x: Node): Node => div(min(max(add(x, 3), 0), 6), 6);

export const hardsigmoid = custom("hardsigmoid", sixth, (g, [x]) => [select(and(gt(x, -3), lt(x, 3)), div(g, 6), 0)]);

export const hardswish = custom(
  "hardswish",
  (x) => mul(x, sixth(x)),
  (g, [x]) => [select(le(x, -3), 0, select(lt(x, 3), mul(g, add(div(x, 3), 0.5)), g))],
);

export const softshrink = custom(
  "softshrink",
  (x, lambda) => select(gt(x, lambda), sub(x, lambda), select(lt(x, neg(lambda)), add(x, lambda), mul(x, 0))),
  (g, [x, lambda]) => [select(and(ge(x, neg(lambda)), le(x, lambda)), 0, g)],
);

/** The linear branch starts where exp could overflow; the sigmoid in the derivative never does. */
export const softplus = custom(
  "softplus",
  (x, beta, threshold) => {
    const scaled = mul(x, beta);
    return select(gt(scaled, threshold), x, div(log1p(exp(scaled)), beta));
  },
  (g, [x, beta, threshold]) => {
    const scaled = mul(x, beta);
    return [select(gt(scaled, threshold), g, mul(g, sigmoid(scaled)))];
  },
);

export const logsigmoid = custom(
  "logsigmoid",
  (x) => sub(min(x, 0), log1p(exp(neg(abs(x))))),
  (g, [x]) => [mul(g, sigmoid(neg(x)))],
);

const normalCdf = (x: Node): Node => madd(erf(mul(x, Math.SQRT1_2)), 0.5, 0.5);

export const gelu = custom(
  "gelu",
  (x) => mul(x, normalCdf(x)),
  (g, [x]) => {
    const pdf = mul(1 / Math.sqrt(2 * Math.PI), exp(mul(mul(x, x), -0.5)));
    return [mul(g, add(normalCdf(x), mul(x, pdf)))];
  },
);

/** log(x / (1 − x)); x is clamped to [eps, 1 − eps] unless eps < 0. */
export const logit = custom(
  "logit",
  (x, eps) => {
    const high = sub(1, eps);
    const z = select(lt(eps, 0), x, select(lt(x, eps), eps, select(gt(x, high), high, x)));
    return log(div(z, sub(1, z)));
  },
  (g, [x, eps]) => {
    const free = lt(eps, 0);
    const beyond = select(free, or(lt(x, 0), gt(x, 1)), or(lt(x, eps), gt(x, sub(1, eps))));
    const atEnd = or(eq(x, 0), eq(x, 1));
    const inner = div(g, select(atEnd, 0, mul(x, sub(1, x)))); // ±∞ at an end
    return [select(beyond, select(free, Number.NaN, 0), inner)];
  },
);

/** sin(πx)/(πx), 1 at 0. */
export const sinc = custom(
  "sinc",
  (x) => {
    const angle = mul(Math.PI, x);
    return select(eq(x, 0), 1, div(sin(angle), angle));
  },
  (g, [x]) => {
    const angle = mul(Math.PI, x);
    const square = mul(mul(x, x), Math.PI);
    return [select(eq(square, 0), 0, mul(g, div(sub(mul(angle, cos(angle)), sin(angle)), square)))];
  },
);

export const nanToNum = custom(
  "nanToNum",
  (x, nan, posinf, neginf) => select(isnan(x), nan, select(eq(x, Infinity), posinf, select(eq(x, -Infinity), neginf, x))),
  (g, [x]) => [mul(g, cast(isfinite(x), "float"))],
);

/** 0 below zero, 1 above, `value` at it; torch gives it no derivative. */
export const heaviside = custom(
  "heaviside",
  (x, value) => cast(select(eq(x, 0), value, select(lt(x, 0), 0, 1)), value.type),
  () => [],
);

/** √(a² + b²) without overflow on the way; ∞ if either is infinite, as C. */
export const hypot = custom(
  "hypot",
  (a, b) => {
    const large = max(abs(a), abs(b));
    const ratio = div(min(abs(a), abs(b)), large);
    const length = mul(large, sqrt(add(1, mul(ratio, ratio))));
    return select(or(isinf(a), isinf(b)), Infinity, select(eq(large, 0), large, length));
  },
  (g, [a, b], y) => [mul(g, div(a, y)), mul(g, div(b, y))],
);

export const copysign = custom(
  "copysign",
  (a, b) => {
    const size = abs(cast(a, "float"));
    return select(signBit(b), neg(size), size);
  },
  (g, [a], y) => [mul(g, select(eq(a, 0), 0, div(y, a)))],
);

/** x·log(y); 0 where x is 0, unless y is NaN. */
export const xlogy: (x: Operand, y: Operand) => Node = custom(
  "xlogy",
  (x, y) => select(isnan(y), Number.NaN, select(eq(x, 0), 0, mul(x, log(y)))),
  (g, [x, y]) => [select(and(eq(x, 0), le(y, 0)), 0, xlogy(g, y)), div(mul(g, x), y)],
);

export const logaddexp = custom(
  "logaddexp",
  (a, b) => {
    const equalInfinities = and(isinf(a), eq(a, b));
    return select(equalInfinities, a, add(max(a, b), log1p(exp(neg(abs(sub(a, b)))))));
  },
  (g, [a, b]) => [div(g, add(1, exp(sub(b, a)))), div(g, add(1, exp(sub(a, b))))],
);

export const logaddexp2 = custom(
  "logaddexp2",
  (a, b) => {
    const equalInfinities = and(isinf(a), eq(a, b));
    return select(equalInfinities, a, add(max(a, b), mul(log1p(exp2(neg(abs(sub(a, b))))), Math.LOG2E)));
  },
  (g, [a, b]) => [div(g, add(1, exp2(sub(b, a)))), div(g, add(1, exp2(sub(a, b))))],
);

/** Division rounded down, through the exact remainder as Python does it; piecewise constant. */
export const floorDivide = custom(
  "floorDivide",
  (a, b) => {
    if (a.type !== "float" && b.type !== "float") {
      const quotient = intDiv(a, b);
      const rest = sub(a, mul(quotient, b));
      return select(and(ne(rest, 0), ne(lt(rest, 0), lt(b, 0))), sub(quotient, 1), quotient);
    }
    const rest = rem(a, b);
    const exact = div(sub(a, rest), b);
    const quotient = select(and(ne(rest, 0), ne(lt(b, 0), lt(rest, 0))), sub(exact, 1), exact);
    const down = floor(quotient);
    const nearest = select(gt(sub(quotient, down), 0.5), add(down, 1), down);
    return select(eq(b, 0), div(a, b), select(eq(quotient, 0), copysign(0, div(a, b)), nearest));
  },
  () => [],
);

/** Remainder with the sign of the divisor, as Python's %. */
export const remainder = custom(
  "remainder",
  (a, b) => {
    const rest = rem(a, b);
    return select(and(ne(rest, 0), ne(lt(b, 0), lt(rest, 0))), add(rest, b), rest);
  },
  (g, [a, b]) => [g, mul(neg(g), floorDivide(a, b))],
);

/** a + w·(b − a), from the nearer end. */
export const lerp = custom(
  "lerp",
  (a, b, w) => {
    const step = sub(b, a);
    return select(lt(abs(w), 0.5), add(a, mul(w, step)), sub(b, mul(step, sub(1, w))));
  },
  (g, [a, b, w]) => [mul(g, sub(1, w)), mul(g, w), mul(g, sub(b, a))],
);

/** Whole numbers to whole powers by squaring: exact, wrapping to 32 bits. A negative power of anything but ±1 is 0. */
export function integerPow(x: Node, exponent: Node): Node {
  let result = cast(1, x.type);
  let square = x;
  for (let bit = 0; bit < 31; bit++) {
    result = select(ne(and(exponent, 2 ** bit), 0), mul(result, square), result);
    square = mul(square, square);
  }
  return select(and(lt(exponent, 0), ne(abs(x), 1)), 0, result);
}
