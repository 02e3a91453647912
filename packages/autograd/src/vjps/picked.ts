// Ops whose results are elements along a dim, and say at which positions those stood: every gradient goes back there, alone.
import { scatterAdd, type Tensor, unsqueeze } from "@gradkit/tensor";
import { infoOf, type Vjp } from "../vjp.ts";

export const picked: Vjp<{ readonly dim: number; readonly keepdim?: boolean }> = {
  reads: [{ outputs: [1] }],
  gradients(g, call) {
    const { shape } = infoOf(call, 0);
    if (shape.length === 0) return [g];
    const { dim, keepdim = true } = call.attrs;
    const asColumn = (x: Tensor): Tensor => (keepdim ? x : unsqueeze(x, dim));
    return [scatterAdd(g.newZeros(shape), dim, asColumn(call.output(1)), asColumn(g))];
  },
};
