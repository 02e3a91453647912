// Initial values, as torch.nn.init: each function overwrites a tensor and returns it. Values are drawn on the host, so a seed gives the same
// weights on every backend.
export { calculateGain, type GainOptions, type Nonlinearity } from "./init/gain.ts";
export { constant_, dirac_, type DiracOptions, eye_, ones_, zeros_ } from "./init/exact.ts";
export { kaimingNormal_, type KaimingOptions, kaimingUniform_, xavierNormal_, type XavierOptions, xavierUniform_ } from "./init/fan.ts";
export { orthogonal_, type OrthogonalOptions, sparse_, type SparseOptions } from "./init/matrix.ts";
export { normal_, type NormalOptions, truncNormal_, type TruncNormalOptions, uniform_, type UniformOptions } from "./init/random.ts";
