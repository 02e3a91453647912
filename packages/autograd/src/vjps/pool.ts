// Max-pooling: each output's gradient goes to the position of its maximum.
import { reshape, type Tensor } from "@gradkit/tensor";
import { applyOp, gatherOp, type MaxPoolAttrs, type MaxPoolFunctions, type MaxPoolGradAttrs, numel } from "@gradkit/tensor/recorder";
import { infoOf, type Vjp } from "../vjp.ts";

export const maxPool: Vjp<MaxPoolAttrs, MaxPoolFunctions> = {
  reads: [{ outputs: [1] }],
  gradients: (g, call) => [call.functions.maxPoolGrad(g, call.output(1), { inputSize: infoOf(call, 0).shape.slice(2) })],
};

/** Of (dy, indices). */
export const maxPoolGrad: Vjp<MaxPoolGradAttrs> = {
  reads: [{ inputs: [1] }],
  gradients(g, call) {
    const planes = (x: Tensor): Tensor => reshape(x, [...x.shape.slice(0, 2), numel(x.shape.slice(2))]); // [N, C, positions]
    const [picked] = applyOp(gatherOp, [planes(g), planes(call.input(1))], { dim: 2 });
    return [reshape(picked as Tensor, infoOf(call, 0).shape), null];
  },
};
