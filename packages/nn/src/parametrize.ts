// Parameters that are computed from others, as torch.nn.utils.parametrize and torch.nn.utils.parametrizations.
export {
  isParametrized, type Parametrization, ParametrizationList, type RemoveParametrizationsOptions, registerParametrization, removeParametrizations,
} from "./parametrize/register.ts"; // biome-ignore format: a list
export { type SpectralNormOptions, spectralNorm } from "./parametrize/spectral-norm.ts";
export { type WeightNormOptions, weightNorm } from "./parametrize/weight-norm.ts";
