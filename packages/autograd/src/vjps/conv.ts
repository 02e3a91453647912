// Convolution and its two gradients: the three are bilinear, and each one's gradients are the other two.
import { type Shape, sum } from "@gradkit/tensor";
import type { ConvAttrs, ConvFunctions, ConvInputGradAttrs, ConvWeightGradAttrs } from "@gradkit/tensor/recorder";
import { infoOf, type Vjp } from "../vjp.ts";

const spatial = (shape: Shape): Shape => shape.slice(2);

export const conv: Vjp<ConvAttrs, ConvFunctions> = {
  reads: [{ inputs: [1] }, { inputs: [0] }, {}],
  gradients(g, call) {
    const [x, weight] = [infoOf(call, 0), infoOf(call, 1)];
    const allButChannels = [...g.shape.keys()].filter((d) => d !== 1);
    return [
      call.wants(0) ? call.functions.convInputGrad(g, call.input(1), { ...call.attrs, inputSize: spatial(x.shape) }) : null,
      call.wants(1) ? call.functions.convWeightGrad(g, call.input(0), { ...call.attrs, kernelSize: spatial(weight.shape) }) : null,
      call.wants(2) ? sum(g, allButChannels) : null,
    ];
  },
};

/** Of (dy, weight). */
export const convInputGrad: Vjp<ConvInputGradAttrs, ConvFunctions> = {
  reads: [{ inputs: [1] }, { inputs: [0] }],
  gradients: (g, call) => [
    call.wants(0) ? call.functions.convolution(g, call.input(1), null, call.attrs) : null,
    call.wants(1) ? call.functions.convWeightGrad(call.input(0), g, { ...call.attrs, kernelSize: spatial(infoOf(call, 1).shape) }) : null,
  ],
};

/** Of (dy, x). */
export const convWeightGrad: Vjp<ConvWeightGradAttrs, ConvFunctions> = {
  reads: [{ inputs: [1] }, { inputs: [0] }],
  gradients: (g, call) => [
    call.wants(0) ? call.functions.convolution(call.input(1), g, null, call.attrs) : null,
    call.wants(1) ? call.functions.convInputGrad(call.input(0), g, { ...call.attrs, inputSize: spatial(infoOf(call, 1).shape) }) : null,
  ],
};
