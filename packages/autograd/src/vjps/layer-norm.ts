// Layer normalisation: the gradient comes with the op.
import type { LayerNormAttrs, LayerNormFunctions } from "@gradkit/tensor/recorder";
import type { Vjp } from "../vjp.ts";

export const layerNorm: Vjp<LayerNormAttrs, LayerNormFunctions> = {
  reads: [{ inputs: [0, 1], outputs: [1, 2] }, { inputs: [0], outputs: [1, 2] }, {}],
  differentiable: 1,
  gradients: (g, call) => call.functions.layerNormGradients(g, call),
};
