// The gradient of layer normalisation: it comes with the op, so that programs without one do not carry it.
import type { LayerNormAttrs } from "../backend.ts";
import { mul, sub } from "../formula/build.ts";
import { isGradEnabled } from "../grad-mode.ts";
import type { Tensor } from "../tensor.ts";
import { gradientsByKernel, type NormCall, type NormGradients } from "./norm-gradients.ts";
import { pointwise, pointwiseFunctions as pw } from "./pointwise.ts";
import { mean as average, sum } from "./reduce.ts";
import type { Vjp } from "./vjp.ts";

const standardised = /* @__PURE__ */ pointwise("layerNormGrad", (x, mean, rstd) => mul(sub(x, mean), rstd));
/** rstd·(g − meanG − x̂·meanGX) */
const inputGradient = /* @__PURE__ */ pointwise("layerNormGrad", (g, normal, meanG, meanGX, rstd) =>
  mul(rstd, sub(sub(g, meanG), mul(normal, meanGX))),
);
const withoutMean = /* @__PURE__ */ pointwise("layerNormGrad", (g, normal, meanGX, rstd) => mul(rstd, sub(g, mul(normal, meanGX))));

export const lastDims = (count: number): number[] => Array.from({ length: count }, (_, d) => d - count);

/** Mean and 1/σ over the last dims, which stay as 1. */
export function statistics(x: Tensor, { dims, eps, centre }: LayerNormAttrs): { mean: Tensor | null; rstd: Tensor } {
  const over = lastDims(dims);
  const mean = centre ? average(x, over, { keepdim: true }) : null;
  const variance = average(pw.square(mean ? pw.sub(x, mean) : x), over, { keepdim: true });
  return { mean, rstd: pw.rsqrt(pw.add(variance, eps)) };
}

function fusedGradients(g: Tensor, call: NormCall<LayerNormAttrs>): NormGradients | null {
  const kernel = g.device.fused?.layerNormGrad;
  if (!kernel) return null;
  const { attrs } = call;
  const [x, mean, rstd, weight] = [call.input(0), call.output(1), call.output(2), call.inputs[1] && call.wants(0) ? call.input(1) : null];
  const ends = x.shape.slice(x.ndim - attrs.dims);
  return gradientsByKernel("layerNormGrad", g, call, ends, (dx, dweight, dbias) =>
    kernel(g, x, mean, rstd, weight, dx, dweight, dbias, attrs),
  );
}

/** Of x, weight and bias, as far as they are wanted. Where their own gradients are to be recorded, statistics are computed from x again. */
function layerNormGradients(g: Tensor, call: NormCall<LayerNormAttrs>): NormGradients {
  const { attrs } = call;
  const rows = Array.from({ length: g.ndim - attrs.dims }, (_, d) => d);
  const overRows = (x: Tensor): Tensor => (rows.length > 0 ? sum(x, rows) : x);
  const onlyBias = !call.wants(0) && !call.wants(1);
  if (onlyBias) return [null, null, overRows(g)];
  const recorded = isGradEnabled();
  const fused = recorded ? null : fusedGradients(g, call);
  if (fused) return fused;

  const x = call.input(0);
  const { mean, rstd } = recorded ? statistics(x, attrs) : { mean: attrs.centre ? call.output(1) : null, rstd: call.output(2) };
  const normal = mean ? standardised(x, mean, rstd) : pw.mul(x, rstd);
  const inputGrad = (): Tensor => {
    const over = lastDims(attrs.dims);
    const weighted = call.inputs[1] ? pw.mul(g, call.input(1)) : g;
    const meanGX = average(pw.mul(weighted, normal), over, { keepdim: true });
    if (!mean) return withoutMean(weighted, normal, meanGX, rstd);
    return inputGradient(weighted, normal, average(weighted, over, { keepdim: true }), meanGX, rstd);
  };
  return [call.wants(0) ? inputGrad() : null, call.wants(1) ? overRows(pw.mul(g, normal)) : null, call.wants(2) ? overRows(g) : null];
}

export const layerNormVjp: Vjp<LayerNormAttrs> = {
  reads: [{ inputs: [0, 1], outputs: [1, 2] }, { inputs: [0], outputs: [1, 2] }, {}],
  differentiable: 1,
  gradients: layerNormGradients,
};
