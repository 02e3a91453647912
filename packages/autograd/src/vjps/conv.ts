// Convolution and its two gradients: the three are bilinear, and each one's gradients are the other two.
import { type Shape, sum } from "@gradkit/tensor";
import {
  type ConvAttrs,
  type ConvInputGradAttrs,
  type ConvWeightGradAttrs,
  convolution,
  convInputGrad as inputGrad,
  convWeightGrad as weightGrad,
} from "@gradkit/tensor/recorder";
import { infoOf, type Vjp } from "../vjp.ts";

const spatial = (shape: Shape): Shape => shape.slice(2);

export const conv: Vjp<ConvAttrs> = {
  reads: [{ inputs: [1] }, { inputs: [0] }, {}],
  gradients(g, call) {
    const [x, weight] = [infoOf(call, 0), infoOf(call, 1)];
    const allButChannels = [...g.shape.keys()].filter((d) => d !== 1);
    return [
      call.wants(0) ? inputGrad(g, call.input(1), { ...call.attrs, inputSize: spatial(x.shape) }) : null,
      call.wants(1) ? weightGrad(g, call.input(0), { ...call.attrs, kernelSize: spatial(weight.shape) }) : null,
      call.wants(2) ? sum(g, allButChannels) : null,
    ];
  },
};

/** Of (dy, weight). */
export const convInputGrad: Vjp<ConvInputGradAttrs> = {
  reads: [{ inputs: [1] }, { inputs: [0] }],
  gradients: (g, call) => [
    call.wants(0) ? convolution(g, call.input(1), null, call.attrs) : null,
    call.wants(1) ? weightGrad(call.input(0), g, { ...call.attrs, kernelSize: spatial(infoOf(call, 1).shape) }) : null,
  ],
};

/** Of (dy, x). */
export const convWeightGrad: Vjp<ConvWeightGradAttrs> = {
  reads: [{ inputs: [1] }, { inputs: [0] }],
  gradients: (g, call) => [
    call.wants(0) ? convolution(call.input(1), g, null, call.attrs) : null,
    call.wants(1) ? inputGrad(call.input(0), g, { ...call.attrs, inputSize: spatial(infoOf(call, 1).shape) }) : null,
  ],
};
