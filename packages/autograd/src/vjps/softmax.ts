// Softmax, its logarithm, and the two ops that are their gradients.
import { exp, expand, mul, neg, sub, sum, type Tensor } from "@gradkit/tensor";
import { logSoftmaxGrad as logSoftmaxBackward, type SoftmaxAttrs, softmaxGrad as softmaxBackward } from "@gradkit/tensor/recorder";
import type { Vjp } from "../vjp.ts";

const total = (x: Tensor, dim: number): Tensor => sum(x, dim, { keepdim: true });

export const softmax: Vjp<SoftmaxAttrs> = {
  reads: [{ outputs: [0] }],
  gradients: (g, call) => [softmaxBackward(g, call.output(0), call.attrs.dim)],
};

export const logSoftmax: Vjp<SoftmaxAttrs> = {
  reads: [{ outputs: [0] }],
  gradients: (g, call) => [logSoftmaxBackward(g, call.output(0), call.attrs.dim)],
};

/** Of (dy, y): y·(dy − Σ dy·y). */
export const softmaxGrad: Vjp<SoftmaxAttrs> = {
  reads: [{ inputs: [1] }, { inputs: [0, 1] }],
  gradients(g, call) {
    const { dim } = call.attrs;
    const y = call.input(1);
    const ofY = (): Tensor => {
      const dy = call.input(0);
      return sub(mul(g, sub(dy, total(mul(dy, y), dim))), mul(dy, total(mul(g, y), dim)));
    };
    return [call.wants(0) ? softmaxBackward(g, y, dim) : null, call.wants(1) ? ofY() : null];
  },
};

/** Of (dy, y): dy − exp(y)·Σ dy. */
export const logSoftmaxGrad: Vjp<SoftmaxAttrs> = {
  reads: [{ inputs: [1] }, { inputs: [0, 1] }],
  gradients(g, call) {
    const { dim } = call.attrs;
    const weighted = mul(g, exp(call.input(1)));
    return [
      call.wants(0) ? sub(g, expand(total(weighted, dim), g.shape)) : null,
      call.wants(1) ? neg(mul(weighted, total(call.input(0), dim))) : null,
    ];
  },
};
