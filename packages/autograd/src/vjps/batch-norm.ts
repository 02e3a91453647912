// Batch normalisation (Ioffe & Szegedy 2015, section 3): y = (x − mean)·rstd·weight + bias, where the statistics depend on x too.
import { mean as average, isGradEnabled, square, type Tensor } from "@gradkit/tensor";
import { mul, sub } from "@gradkit/tensor/formula";
import { type BatchNormAttrs, formula, input, mapFormula, perChannel, statisticsDims } from "@gradkit/tensor/recorder";
import { sumOfMap, sumTo } from "../sum-to.ts";
import { type Call, infoOf, type Vjp } from "../vjp.ts";

const [a, b, c, d, e, f] = Array.from({ length: 6 }, (_, i) => input(i, "float")) as [Input, Input, Input, Input, Input, Input];
type Input = ReturnType<typeof input>;
const inputs = (count: number) => new Array<"float">(count).fill("float");

/** g·(x − mean) */
const timesCentred = formula(inputs(3), [], [mul(a, sub(b, c))]);
/** scale·(g − meanG − (x − mean)·slope), of (g, x, mean, meanG, slope, scale) */
const inputGradient = formula(inputs(6), [], [mul(f, sub(sub(a, d), mul(sub(b, c), e)))]);

export const batchNorm: Vjp<BatchNormAttrs> = {
  reads: [{ inputs: [0, 1], outputs: [1, 2] }, { inputs: [0], outputs: [1, 2] }, {}],
  differentiable: 1,
  gradients(g, call) {
    const channels = [1, g.shape[1] as number, ...new Array<number>(g.ndim - 2).fill(1)];
    const sumG = sumTo(g, channels); // [1, C, 1, …], as all below
    const bias = call.wants(2) ? sumG.view(-1) : null;
    if (!call.wants(0) && !call.wants(1)) return [null, null, bias];

    const x = call.input(0);
    const { mean, variance } = statistics(x, call);
    const rstd = variance.add(call.attrs.eps).rsqrt();
    const sumGX = sumOfMap("batchNormGrad", timesCentred, [g, x, mean], channels);
    const weight = call.wants(1) ? sumGX.mul(rstd).view(-1) : null;
    if (!call.wants(0)) return [null, weight, bias];

    const count = g.numel / (g.shape[1] as number);
    const slope = square(rstd).mul(sumGX).div(count);
    const scale = call.inputs[1] ? rstd.mul(perChannel(call.input(1), g.ndim)) : rstd;
    const [dx] = mapFormula("batchNormGrad", inputGradient, [g, x, mean, sumG.div(count), slope, scale], [], [infoOf(call, 0).dtype]);
    return [dx as Tensor, weight, bias];
  },
};

/** Those that the op used; computed from x again where their own gradients are to be recorded. */
function statistics(x: Tensor, call: Call<BatchNormAttrs>): { mean: Tensor; variance: Tensor } {
  if (!isGradEnabled()) return { mean: perChannel(call.output(1), x.ndim), variance: perChannel(call.output(2), x.ndim) };
  const dims = statisticsDims(x.ndim);
  const mean = average(x, dims, { keepdim: true });
  return { mean, variance: average(square(x.sub(mean)), dims, { keepdim: true }) };
}
