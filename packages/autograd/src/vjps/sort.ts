// Sorting: gradients go back to where the elements stood.
import { scatterAdd } from "@gradkit/tensor";
import type { SortAttrs } from "@gradkit/tensor/recorder";
import { infoOf, type Vjp } from "../vjp.ts";

export const sort: Vjp<SortAttrs> = {
  reads: [{ outputs: [1] }],
  gradients(g, call) {
    const { shape } = infoOf(call, 0);
    return [shape.length === 0 ? g : scatterAdd(g.newZeros(shape), call.attrs.dim, call.output(1), g)];
  },
};
