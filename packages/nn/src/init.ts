// Initial values, as torch.nn.init: each function overwrites a tensor and returns it. Values are drawn on the host, so a seed gives the same
// weights on every backend.

export { constant_, type DiracOptions, dirac_, eye_, ones_, zeros_ } from "./init/exact.ts";
export { type KaimingOptions, kaimingNormal_, kaimingUniform_, type XavierOptions, xavierNormal_, xavierUniform_ } from "./init/fan.ts";
export { calculateGain, type GainOptions, type Nonlinearity } from "./init/gain.ts";
export { type OrthogonalOptions, orthogonal_, type SparseOptions, sparse_ } from "./init/matrix.ts";
export { type NormalOptions, normal_, type TruncNormalOptions, truncNormal_, type UniformOptions, uniform_ } from "./init/random.ts";
