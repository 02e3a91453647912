// The gradients of max-pooling: each output's goes to the position of its maximum.
import type { Tensor } from "../tensor.ts";
import { numel } from "../view.ts";
import { applyOp } from "./dispatch.ts";
import { gatherOp } from "./gather.ts";
import { reshape } from "./movement.ts";
import type { MaxPoolAttrs, MaxPoolGradAttrs } from "./pool.ts";
import { infoOf, type Vjp } from "./vjp.ts";

export const maxPoolVjp = (maxPoolGrad: (dy: Tensor, indices: Tensor, attrs: MaxPoolGradAttrs) => Tensor): Vjp<MaxPoolAttrs> => ({
  reads: [{ outputs: [1] }],
  gradients: (g, call) => [maxPoolGrad(g, call.output(1), { inputSize: infoOf(call, 0).shape.slice(2) })],
});

/** Of (dy, indices). */
export const maxPoolGradVjp: Vjp<MaxPoolGradAttrs> = {
  reads: [{ inputs: [1] }],
  gradients(g, call) {
    const planes = (x: Tensor): Tensor => reshape(x, [...x.shape.slice(0, 2), numel(x.shape.slice(2))]); // [N, C, positions]
    const [picked] = applyOp(gatherOp, [planes(g), planes(call.input(1))], { dim: 2 });
    return [reshape(picked as Tensor, infoOf(call, 0).shape), null];
  },
};
