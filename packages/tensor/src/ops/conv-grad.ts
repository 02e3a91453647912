// The gradients of convolution and of its two gradients: the three are bilinear, and each one's gradients are the other two.
import type { ConvAttrs } from "../backend.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { ConvInputGradAttrs, ConvWeightGradAttrs } from "./conv.ts";
import { sum } from "./reduce.ts";
import { infoOf, type Vjp } from "./vjp.ts";

const spatial = (shape: Shape): Shape => shape.slice(2);

interface Convolutions {
  convolution(x: Tensor, weight: Tensor, bias: Tensor | null, attrs: ConvAttrs): Tensor;
  convInputGrad(dy: Tensor, weight: Tensor, attrs: ConvInputGradAttrs): Tensor;
  convWeightGrad(dy: Tensor, x: Tensor, attrs: ConvWeightGradAttrs): Tensor;
}

export const convVjp = ({ convInputGrad, convWeightGrad }: Convolutions): Vjp<ConvAttrs> => ({
  reads: [{ inputs: [1] }, { inputs: [0] }, {}],
  gradients(g, call) {
    const [x, weight] = [infoOf(call, 0), infoOf(call, 1)];
    const allButChannels = [...g.shape.keys()].filter((d) => d !== 1);
    return [
      call.wants(0) ? convInputGrad(g, call.input(1), { ...call.attrs, inputSize: spatial(x.shape) }) : null,
      call.wants(1) ? convWeightGrad(g, call.input(0), { ...call.attrs, kernelSize: spatial(weight.shape) }) : null,
      call.wants(2) ? sum(g, allButChannels) : null,
    ];
  },
});

/** Of (dy, weight). */
export const convInputGradVjp = ({ convolution, convWeightGrad }: Convolutions): Vjp<ConvInputGradAttrs> => ({
  reads: [{ inputs: [1] }, { inputs: [0] }],
  gradients: (g, call) => [
    call.wants(0) ? convolution(g, call.input(1), null, call.attrs) : null,
    call.wants(1) ? convWeightGrad(call.input(0), g, { ...call.attrs, kernelSize: spatial(infoOf(call, 1).shape) }) : null,
  ],
});

/** Of (dy, x). */
export const convWeightGradVjp = ({ convolution, convInputGrad }: Convolutions): Vjp<ConvWeightGradAttrs> => ({
  reads: [{ inputs: [1] }, { inputs: [0] }],
  gradients: (g, call) => [
    call.wants(0) ? convolution(call.input(1), g, null, call.attrs) : null,
    call.wants(1) ? convInputGrad(call.input(0), g, { ...call.attrs, inputSize: spatial(infoOf(call, 1).shape) }) : null,
  ],
});
