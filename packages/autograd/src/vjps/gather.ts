// Reading by index scatters gradients, writing by index gathers them.
import { type Shape, type Tensor, UnsupportedError } from "@gradkit/tensor";
import { applyOp, embed, gatherOp, type ScatterAttrs, scatterOp } from "@gradkit/tensor/recorder";
import { infoOf, type Vjp } from "../vjp.ts";

// the indices were checked by the op whose gradient this is
const gathered = (x: Tensor, dim: number, index: Tensor): Tensor => applyOp(gatherOp, [x, index], { dim })[0] as Tensor;
const scattered = (x: Tensor, dim: number, index: Tensor, src: Tensor, mode: "set" | "add"): Tensor =>
  applyOp(scatterOp, [x, index, src], { dim, mode })[0] as Tensor;

export const gather: Vjp<{ dim: number }> = {
  reads: [{ inputs: [1] }],
  gradients: (g, call) => [scattered(g.newZeros([]).expand(infoOf(call, 0).shape), call.attrs.dim, call.input(1), g, "add"), null],
};

export const scatter: Vjp<ScatterAttrs> = {
  reads: [{ inputs: [1] }, {}, { inputs: [1] }],
  gradients(g, call) {
    const { dim, mode } = call.attrs;
    if (mode !== "set" && mode !== "add") throw new UnsupportedError("scatter", `no gradient for mode "${mode}", only for "set" and "add"`);
    const index = call.input(1);
    const overwritten = (): Tensor => scattered(g, dim, index, g.newZeros([]).expand(index.shape), "set");
    const dx = mode === "add" ? g : overwritten();
    return [call.wants(0) ? dx : null, null, call.wants(2) ? zeroPadded(gathered(g, dim, index), infoOf(call, 2).shape) : null];
  },
};

/** src may be larger than the indices: what was not used gets zeros. */
const zeroPadded = (x: Tensor, shape: Shape): Tensor =>
  shape.reduce((padded, size, dim) => {
    const length = padded.shape[dim] as number;
    const attrs = { dim, start: 0, step: 1, length };
    return length < size ? embed(padded, { shape: padded.shape.with(dim, size), fill: 0, view: "slice", attrs }) : padded;
  }, x);
