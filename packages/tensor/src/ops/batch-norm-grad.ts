// What the gradient of batch normalisation is made of: it comes with the op, so that programs without one do not carry it.
import { mul, sub } from "../formula/build.ts";
import { type Formula, formula, input, type Node } from "../formula/nodes.ts";
import { isGradEnabled } from "../grad-mode.ts";
import type { Tensor } from "../tensor.ts";
import type { BatchNormAttrs } from "./batch-norm.ts";
import { allocate } from "./dispatch.ts";
import { broadcastView, mapFormula } from "./map.ts";
import { reshape } from "./movement.ts";
import { gradientsByKernel, type NormCall, type NormGradients } from "./norm-gradients.ts";
import { pointwiseFunctions as pw } from "./pointwise.ts";
import { mean as average, sum } from "./reduce.ts";
import type { Vjp } from "./vjp.ts";

/** Dims of the statistics: all but the channels. */
export const statisticsDims = (rank: number): number[] => Array.from({ length: rank }, (_, d) => d).filter((d) => d !== 1);

/** A vector over channels as a tensor that broadcasts against [N, C, …]. */
export const perChannel = (vector: Tensor, rank: number): Tensor =>
  reshape(
    vector,
    Array.from({ length: rank }, (_, d) => (d === 1 ? vector.numel : 1)),
  );

function ofFloats(count: number, build: (x: (i: number) => Node) => Node): Formula {
  return formula(new Array<"float">(count).fill("float"), [], [build((i) => input(i, "float"))]);
}

/** g·(x − mean) */
const timesCentred = /* @__PURE__ */ ofFloats(3, (x) => mul(x(0), sub(x(1), x(2))));
/** scale·(g − meanG − (x − mean)·slope), of (g, x, mean, meanG, slope, scale) */
const inputGradient = /* @__PURE__ */ ofFloats(6, (x) => mul(x(5), sub(sub(x(0), x(3)), mul(sub(x(1), x(2)), x(4)))));

/** Mean and biased variance of each channel, [1, C, 1, …]. */
function statistics(x: Tensor): { mean: Tensor; variance: Tensor } {
  const dims = statisticsDims(x.ndim);
  const mean = average(x, dims, { keepdim: true });
  return { mean, variance: average(pw.square(pw.sub(x, mean)), dims, { keepdim: true }) };
}

/** Of g and x [N, C, …]; mean, 1/σ, Σg and Σg·(x − mean) [1, C, 1, …]; weight [C]. */
function inputGrad(g: Tensor, x: Tensor, mean: Tensor, rstd: Tensor, sumG: Tensor, sumGX: Tensor, weight: Tensor | null): Tensor {
  const count = g.numel / (g.shape[1] as number);
  const slope = pw.div(pw.mul(pw.square(rstd), sumGX), count);
  const scale = weight ? pw.mul(rstd, perChannel(weight, g.ndim)) : rstd;
  return mapFormula("batchNormGrad", inputGradient, [g, x, mean, pw.div(sumG, count), slope, scale], [], [x.dtype])[0] as Tensor;
}

/** All that are wanted by the device's kernel; null where it has none. */
function fusedGradients(g: Tensor, call: NormCall<BatchNormAttrs>): NormGradients | null {
  const kernel = g.device.fused?.batchNormGrad;
  if (!kernel) return null;
  const [x, mean, variance, weight] = [
    call.input(0),
    call.output(1),
    call.output(2),
    call.inputs[1] && call.wants(0) ? call.input(1) : null,
  ];
  return gradientsByKernel("batchNormGrad", g, call, mean.shape, (dx, dweight, dbias) =>
    kernel(g, x, mean, variance, weight, dx, dweight, dbias, call.attrs.eps),
  );
}

/** Σ g·(x − mean) of each channel, [1, C, 1, …]; the products are only in memory where they have to be recorded. */
function sumOfProducts(g: Tensor, x: Tensor, mean: Tensor): Tensor {
  const dims = statisticsDims(g.ndim);
  if (isGradEnabled()) {
    const [products] = mapFormula("batchNormGrad", timesCentred, [g, x, mean], [], [g.dtype]);
    return sum(products as Tensor, dims, { keepdim: true });
  }
  const out = allocate(g.device, mean.shape, g.dtype);
  g.device.reduce("sum", timesCentred, [g, x, broadcastView(mean, g.shape)], [], [out], dims);
  return out;
}

/** Of x, weight and bias, as far as they are wanted. Where their own gradients are to be recorded, statistics are computed from x again. */
function batchNormGradients(g: Tensor, call: NormCall<BatchNormAttrs>): NormGradients {
  const recorded = isGradEnabled();
  const onlyBias = !call.wants(0) && !call.wants(1);
  const fused = recorded || onlyBias ? null : fusedGradients(g, call);
  if (fused) return fused;
  const sumG = sum(g, statisticsDims(g.ndim), { keepdim: true }); // [1, C, 1, …], as all below
  const bias = call.wants(2) ? reshape(sumG, [-1]) : null;
  if (onlyBias) return [null, null, bias];

  const x = call.input(0);
  const { mean, variance } = recorded
    ? statistics(x)
    : { mean: perChannel(call.output(1), x.ndim), variance: perChannel(call.output(2), x.ndim) };
  const rstd = pw.rsqrt(pw.add(variance, call.attrs.eps));
  const sumGX = sumOfProducts(g, x, mean);
  const weight = call.wants(1) ? reshape(pw.mul(sumGX, rstd), [-1]) : null;
  const dx = call.wants(0) ? inputGrad(g, x, mean, rstd, sumG, sumGX, call.inputs[1] ? call.input(1) : null) : null;
  return [dx, weight, bias];
}

export const batchNormVjp: Vjp<BatchNormAttrs> = {
  reads: [{ inputs: [0, 1], outputs: [1, 2] }, { inputs: [0], outputs: [1, 2] }, {}],
  differentiable: 1,
  gradients: batchNormGradients,
};
