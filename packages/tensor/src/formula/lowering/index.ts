// Functions that a device lacks, written as formulas over what every device has: arithmetic, comparisons, bit operations, square root.
// For float32; each file states the source of its coefficients and the error it reaches.
import { erf, erfc } from "./erf.ts";
import { exp, exp2, expm1 } from "./exp.ts";
import { acosh, asinh, atanh, cosh, sinh, tanh } from "./hyperbolic.ts";
import { acos, asin, atan, atan2 } from "./inverse-trigonometric.ts";
import { lgamma } from "./lgamma.ts";
import { log, log1p, log2 } from "./log.ts";
import { type Lowerings, lowerWith } from "./lower.ts";
import { pow } from "./pow.ts";
import { cos, sin, tan } from "./trigonometric.ts";

const lowerings: Lowerings = {
  exp, exp2, expm1, log, log1p, log2, pow, sin, cos, tan, asin, acos, atan, atan2,
  sinh, cosh, tanh, asinh, acosh, atanh, erf, erfc, lgamma,
}; // biome-ignore format: a table

/** Lowers all that has a lowering. */
export const lower = /* @__PURE__ */ lowerWith(lowerings);
