// The lowerings that models need, without those that few programs call.
import { erf } from "./erf.ts";
import { exp, exp2, expm1 } from "./exp.ts";
import { tanh } from "./hyperbolic.ts";
import { log, log1p, log2 } from "./log.ts";
import { type Lowerings, lowerWith } from "./lower.ts";
import { pow } from "./pow.ts";
import { cos, sin } from "./trigonometric.ts";

const commonLowerings: Lowerings = { exp, exp2, expm1, log, log1p, log2, pow, sin, cos, tanh, erf };

/** As `lower`, for devices that count bytes: tan, the inverse functions, sinh, cosh, erfc and lgamma stay as they are. */
export const lowerCommon = /* @__PURE__ */ lowerWith(commonLowerings);
