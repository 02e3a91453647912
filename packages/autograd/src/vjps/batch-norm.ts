// Batch normalisation (Ioffe & Szegedy 2015, section 3): y = (x − mean)·rstd·weight + bias, where the statistics depend on x too.
import { isGradEnabled } from "@gradkit/tensor";
import type { BatchNormAttrs, BatchNormFunctions } from "@gradkit/tensor/recorder";
import { sumOfMap, sumTo } from "../sum-to.ts";
import type { Vjp } from "../vjp.ts";

export const batchNorm: Vjp<BatchNormAttrs, BatchNormFunctions> = {
  reads: [{ inputs: [0, 1], outputs: [1, 2] }, { inputs: [0], outputs: [1, 2] }, {}],
  differentiable: 1,
  gradients(g, call) {
    const fused = !isGradEnabled() && (call.wants(0) || call.wants(1)) ? call.functions.fusedGradients(g, call) : null;
    if (fused) return fused;
    const channels = [1, g.shape[1] as number, ...new Array<number>(g.ndim - 2).fill(1)];
    const sumG = sumTo(g, channels); // [1, C, 1, …], as all below
    const bias = call.wants(2) ? sumG.view(-1) : null;
    if (!call.wants(0) && !call.wants(1)) return [null, null, bias];

    const { perChannel, statistics, timesCentred, inputGrad } = call.functions;
    const x = call.input(0);
    // computed from x again where their own gradients are to be recorded
    const { mean, variance } = isGradEnabled()
      ? statistics(x)
      : { mean: perChannel(call.output(1), x.ndim), variance: perChannel(call.output(2), x.ndim) };
    const rstd = variance.add(call.attrs.eps).rsqrt();
    const sumGX = sumOfMap("batchNormGrad", timesCentred, [g, x, mean], channels);
    const weight = call.wants(1) ? sumGX.mul(rstd).view(-1) : null;
    const dx = call.wants(0) ? inputGrad(g, x, mean, rstd, sumG, sumGX, call.inputs[1] ? call.input(1) : null) : null;
    return [dx, weight, bias];
  },
};
