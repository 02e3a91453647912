// Joining: each part gets its own piece of the gradient.
import { sliceBy, toDType } from "@gradkit/tensor/recorder";
import { infoOf, type Vjp } from "../vjp.ts";

export const cat: Vjp<{ dim: number }> = {
  reads: [],
  gradients(g, call) {
    const { dim } = call.attrs;
    let start = 0;
    return call.inputs.map((_, i) => {
      const { shape, dtype } = infoOf(call, i);
      const length = shape[dim] as number;
      const piece = call.wants(i) ? toDType(sliceBy(g, { dim, start, step: 1, length }), dtype) : null;
      start += length;
      return piece;
    });
  },
};
