// One line for each row of the unary table.
import type { unary } from "../../formula/table.ts";
import { division, elementary, line, type RowDomain, wholeDTypes } from "./row-domain.ts";
import { cancelling, exact, ulps } from "./tolerance.ts";

const twoRoundings = ulps(2, "two rounded operations");
const composed = ulps(8, "an elementary function and a few rounded operations");
/** The value is small beside the numbers that it is made of. */
const nearZero = cancelling(1, 4, "numbers of size 1 are subtracted, or 1 is added to an elementary function, before the result is taken");

export const unaryDomains = {
  abs: line(-3, 3, exact),
  neg: line(-3, 3, exact),
  positive: line(-3, 3, exact),
  sign: line(-3, 3, exact),
  sgn: line(-3, 3, exact),
  angle: line(-3, 3, exact),
  square: line(-3, 3, exact),
  sqrt: line(0.2, 4, division, { kinks: [-1] }),
  rsqrt: line(0.2, 4, division, { kinks: [-1] }),
  reciprocal: line(0.3, 4, division),

  exp: line(-3, 3, elementary, { kinks: [88.7, 88.8, -87.3] }),
  exp2: line(-3, 3, elementary, { kinks: [127, 128, -126, 0.5] }),
  expm1: line(-3, 3, elementary, { kinks: [1e-6, -1e-6, -20] }),
  log: line(0.2, 4, elementary, { kinks: [-1, 1, 1e-30, 1e30] }),
  log1p: line(-0.8, 4, elementary, { kinks: [-1, -2, 1e-6, -1e-6] }),
  log2: line(0.2, 4, elementary, { kinks: [-1, 1, 2, 8] }),
  log10: line(0.2, 4, composed, { kinks: [-1, 1, 10] }),
  logit: line(0.15, 0.85, cancelling(1, 4, "x/(1 − x) is near 1, where log is near 0"), { kinks: [1, 0.5, 2, -1] }),

  sin: line(-4, 4, elementary),
  cos: line(-4, 4, elementary),
  tan: line(-1.2, 1.2, elementary),
  asin: line(-0.8, 0.8, elementary, { kinks: [1, -1, 2] }),
  acos: line(-0.8, 0.8, elementary, { kinks: [1, -1, 2] }),
  atan: line(-4, 4, elementary),
  sinh: line(-3, 3, elementary, { kinks: [1e-6, 89] }),
  cosh: line(-3, 3, elementary, { kinks: [89] }),
  tanh: line(-3, 3, elementary, { kinks: [1e-6, 9, -9] }),
  asinh: line(-4, 4, elementary, { kinks: [1e-6, 1e30] }),
  acosh: line(1.3, 5, elementary, { kinks: [1, 0.5, 1e30] }),
  atanh: line(-0.8, 0.8, elementary, { kinks: [1, -1, 2, 1e-6] }),
  sinc: line(-3, 3, cancelling(1, 4, "the rounding of πx shows near the zeros")),
  deg2rad: line(-180, 180, twoRoundings),
  rad2deg: line(-3, 3, twoRoundings),

  erf: line(-3, 3, elementary, { kinks: [1e-6, 6] }),
  erfc: line(-3, 3, elementary, { kinks: [6, 9] }),
  lgamma: line(-1.8, 12, cancelling(4, 4, "near its zeros at 1 and 2 and on the negative axis"), { kinks: [-1, -2, 1, 2, 0.5] }),
  digamma: line(-1.8, 12, cancelling(16, 4, "the recurrence adds reciprocals of both signs, and the reflection a cotangent"), {
    kinks: [-1, 1],
  }),

  floor: line(-3, 3, exact, { kinks: [-1, 1, 0.5, -0.5, 2 ** 23 + 1, 1e30] }),
  ceil: line(-3, 3, exact, { kinks: [-1, 1, 0.5, -0.5, 2 ** 23 + 1, 1e30] }),
  round: line(-3, 3, exact, { kinks: [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 2 ** 23 + 1] }),
  trunc: line(-3, 3, exact, { kinks: [-1, 1, 0.5, -0.5, 2 ** 23 + 1] }),
  frac: line(-3, 3, exact, { kinks: [-1, 1, 0.5, -0.5] }),

  isnan: line(-3, 3, exact),
  isinf: line(-3, 3, exact),
  isfinite: line(-3, 3, exact),
  nanToNum: line(-3, 3, exact),
  logicalNot: line(-3, 3, exact),
  bitwiseNot: line(-99, 99, exact, { dtypes: wholeDTypes }),

  relu: line(-3, 3, exact),
  relu6: line(-2, 8, exact, { kinks: [6] }),
  leakyRelu: line(-3, 3, exact, { scalars: { negativeSlope: 0.25 } }),
  hardtanh: line(-3, 3, exact, { scalars: { minVal: -1, maxVal: 2 }, kinks: [-1, 2] }),
  hardsigmoid: line(-5, 5, division, { kinks: [-3, 3] }),
  hardswish: line(-5, 5, ulps(5, "a division and two rounded operations"), { kinks: [-3, 3] }),
  hardshrink: line(-2, 2, exact, { scalars: { lambd: 0.75 }, kinks: [-0.75, 0.75] }),
  softshrink: line(-2, 2, exact, { scalars: { lambd: 0.75 }, kinks: [-0.75, 0.75] }),
  elu: line(-3, 3, composed, { scalars: { alpha: 1.75 } }),
  celu: line(-3, 3, composed, { scalars: { alpha: 1.75 } }),
  selu: line(-3, 3, composed),
  sigmoid: line(-5, 5, composed),
  logsigmoid: line(-5, 5, nearZero),
  silu: line(-5, 5, composed),
  mish: line(-5, 5, composed),
  softplus: line(-3, 3, composed, { scalars: { beta: 1.5, threshold: 20 }, kinks: [20 / 1.5, 14] }),
  softsign: line(-3, 3, division),
  tanhshrink: line(-3, 3, nearZero),
  gelu: line(-4, 4, nearZero),
  geluTanh: line(-4, 4, nearZero),
} satisfies Record<keyof typeof unary, RowDomain>;
