// The rows of the pointwise table as named exports. A test holds this list and the table together.
import { pointwiseFunctions } from "./pointwise.ts";

export const {
  abs, neg, positive, sign, sgn, square, sqrt, rsqrt, reciprocal, exp, exp2, expm1, log, log1p, log2, log10, logit, sin, cos, tan, asin,
  acos, atan, sinh, cosh, tanh, asinh, acosh, atanh, sinc, deg2rad, rad2deg, erf, erfc, lgamma, digamma, floor, ceil, trunc, frac, isnan,
  isinf, isfinite, nanToNum, logicalNot, bitwiseNot, relu, relu6, leakyRelu, hardtanh, hardsigmoid, hardswish, hardshrink, softshrink, elu,
  celu, selu, sigmoid, logsigmoid, silu, mish, softplus, softsign, tanhshrink, geluTanh, mul, truncDivide, floorDivide, fmod, remainder,
  atan2, hypot, copysign, xlogy, heaviside, logaddexp, logaddexp2, maximum, minimum, fmax, fmin, clampMin, clampMax, eq, ne, lt, le, gt,
  ge, logicalAnd, logicalOr, logicalXor, bitwiseAnd, bitwiseOr, bitwiseXor, where, lerp, threshold, addcmul, addcdiv,
} = pointwiseFunctions; // biome-ignore format: a list
