// @gradkit/tensor/special: torch.special. What the core has anyway goes by its special name, too.
export { round } from "./ops/arithmetic.ts";
export {
  digamma, digamma as psi, erf, erfc, exp2, expm1, lgamma as gammaln, log1p, logit, sigmoid as expit, sinc, xlogy,
} from "./ops/elementwise.ts"; // biome-ignore format: a list
export { logSoftmax, softmax } from "./ops/softmax.ts";
export { logsumexp } from "./ops/statistics.ts";
export { i0, i0e, i1, i1e } from "./special/bessel.ts";
export { entr, multigammaln, xlog1py } from "./special/entropy.ts";
export { erfcx, logNdtr } from "./special/erfcx.ts";
export { erfinv, ndtr, ndtri } from "./special/normal.ts";
export { polygamma } from "./special/polygamma.ts";
export { zeta } from "./special/zeta.ts";
