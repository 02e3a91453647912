// Batch normalisation: the gradient comes with the op.
import type { BatchNormAttrs, BatchNormFunctions } from "@gradkit/tensor/recorder";
import type { Vjp } from "../vjp.ts";

export const batchNorm: Vjp<BatchNormAttrs, BatchNormFunctions> = {
  reads: [{ inputs: [0, 1], outputs: [1, 2] }, { inputs: [0], outputs: [1, 2] }, {}],
  differentiable: 1,
  gradients: (g, call) => call.functions.batchNormGradients(g, call),
};
