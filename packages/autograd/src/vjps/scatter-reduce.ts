// Scattered products; the other reductions are composed of ops that have gradients.
import type { ScatterProdAttrs, ScatterProdFunctions } from "@gradkit/tensor/recorder";
import type { Vjp } from "../vjp.ts";

export const scatterProd: Vjp<ScatterProdAttrs, ScatterProdFunctions> = {
  reads: [{ inputs: [0, 1, 2] }, {}, { inputs: [0, 1, 2] }],
  gradients(g, call) {
    const { attrs, functions } = call;
    const [x, index, src] = [call.input(0), call.input(1), call.input(2)];
    return [
      call.wants(0) ? functions.ofSelf(g, x, index, src, attrs) : null,
      null,
      call.wants(2) ? functions.ofSource(g, x, index, src, attrs) : null,
    ];
  },
};
