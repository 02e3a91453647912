// Attention: the gradient comes with the op.
import type { AttentionAttrs, AttentionFunctions } from "@gradkit/tensor/recorder";
import type { Reads, Vjp } from "../vjp.ts";

const everything: Reads = { inputs: [0, 1, 2, 3], outputs: [1] };

export const attention: Vjp<AttentionAttrs, AttentionFunctions> = {
  reads: [everything, everything, everything, everything],
  differentiable: 1,
  gradients: (g, call) => call.functions.attentionGradients(g, call),
};
