// What a formula is written with, for `pointwise`: the same words as for tensors, on scalar nodes.
export {
  abs, acos, acosh, add, and, asin, asinh, atan, atan2, atanh, bitcast, cast, ceil, cos, cosh, custom, div, eq, erf, erfc, exp, exp2, expm1, floor, ge,
  gt, le, lgamma, log, log1p, log2, lt, max, min, mul, ne, neg, not, type Operand, or, pow, rem, round, select, shl, shr, sin, sinh, sqrt, sub, tan,
  tanh, trunc, xor,
} from "./formula/build.ts"; // biome-ignore format: a list
export { clamp, gelu, isfinite, isinf, isnan, logsigmoid, relu, sigmoid, softplus } from "./formula/functions.ts";
export { type Formula, index, type Node } from "./formula/nodes.ts";
export { printFormula } from "./formula/print.ts";
