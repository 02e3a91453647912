// The older forms of torch.nn.utils, whose keys many checkpoints have.
export type { SpectralNormOptions } from "./parametrize/spectral-norm.ts";
export type { WeightNormOptions } from "./parametrize/weight-norm.ts";
export { removeSpectralNorm, spectralNorm } from "./utils/spectral-norm.ts";
export { removeWeightNorm, weightNorm } from "./utils/weight-norm.ts";
