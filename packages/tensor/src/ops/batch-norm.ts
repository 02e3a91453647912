// Batch normalisation (Ioffe & Szegedy 2015): statistics over all dims but the channels, then one formula.
import { isFloat } from "../dtype.ts";
import { DTypeError, formatShape, ShapeError } from "../errors.ts";
import { add, mul, sub } from "../formula/build.ts";
import { scope } from "../lifetime.ts";
import type { Tensor } from "../tensor.ts";
import { batchNormVjp, perChannel, statisticsDims } from "./batch-norm-grad.ts";
import { applyOp, type StructuredOp } from "./dispatch.ts";
import { reshape } from "./movement.ts";
import { pointwise, pointwiseFunctions as pw } from "./pointwise.ts";
import { mean } from "./reduce.ts";

export interface BatchNormAttrs {
  /** Added to the variance. */
  readonly eps: number;
}

const centre = /* @__PURE__ */ pointwise("centre", (x, mean) => sub(x, mean));
const normalise = /* @__PURE__ */ pointwise("normalise", (centred, rstd) => mul(centred, rstd));
const affine = /* @__PURE__ */ pointwise("affine", (x, weight, bias) => add(mul(x, weight), bias));

/** centred [N, C, …], variance [1, C, 1, …], weight and bias [C]. */
function scaleAndShift(centred: Tensor, variance: Tensor, weight: Tensor | null, bias: Tensor | null, eps: number): Tensor {
  const { ndim } = centred;
  const rstd = pw.rsqrt(pw.add(variance, eps));
  const scale = weight ? pw.mul(rstd, perChannel(weight, ndim)) : rstd;
  return bias ? affine(centred, scale, perChannel(bias, ndim)) : normalise(centred, scale);
}

/** x [N, C, …], weight and bias [C] or null → y, and the mean and biased variance it used, [C]. */
export const batchNormOp: StructuredOp<BatchNormAttrs> = {
  name: "batchNorm",
  vjp: batchNormVjp,
  infer([x, weight, bias]) {
    const { shape, dtype } = x as Tensor;
    const channels = shape[1];
    if (channels === undefined) throw new ShapeError("batchNorm", `expected x [N, C, …] (got ${formatShape(shape)})`);
    if (!isFloat(dtype)) throw new DTypeError("batchNorm", `expected floats (got ${dtype})`);
    for (const vector of [weight, bias]) {
      if (vector && (vector.ndim !== 1 || vector.shape[0] !== channels)) {
        throw new ShapeError(
          "batchNorm",
          `weight and bias must be [${channels}] (got ${formatShape(vector.shape)} for x ${formatShape(shape)})`,
        );
      }
    }
    return [
      { shape, dtype },
      { shape: [channels], dtype },
      { shape: [channels], dtype },
    ];
  },
  run: (device, [x, weight, bias], [y, mean, variance], { eps }) =>
    device.fused?.batchNorm?.(x as Tensor, weight ?? null, bias ?? null, y as Tensor, mean as Tensor, variance as Tensor, eps) ?? false,
  decompose([x, weight, bias], { eps }) {
    const input = x as Tensor;
    const { ndim } = input;
    const dims = statisticsDims(ndim);
    const average = mean(input, dims, { keepdim: true });
    const centred = centre(input, average);
    const variance = mean(pw.square(centred), dims, { keepdim: true });
    const y = scaleAndShift(centred, variance, weight ?? null, bias ?? null, eps);
    return [y, reshape(average, [-1]), reshape(variance, [-1])];
  },
};

export interface BatchNormResult {
  readonly y: Tensor;
  /** Of this batch, [C]. */
  readonly mean: Tensor;
  /** Biased, of this batch, [C]. */
  readonly variance: Tensor;
}

/** Normalises each channel of x [N, C, …] by the statistics of this batch, then scales and shifts. */
export function batchNormTraining(x: Tensor, weight: Tensor | null, bias: Tensor | null, eps: number): BatchNormResult {
  const [y, batchMean, variance] = applyOp(batchNormOp, [x, weight, bias], { eps }) as [Tensor, Tensor, Tensor];
  return { y, mean: batchMean, variance };
}

/** Normalises by given statistics: evaluation mode. */
export function batchNormInference(
  x: Tensor,
  mean: Tensor,
  variance: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
): Tensor {
  return scope(() => scaleAndShift(centre(x, perChannel(mean, x.ndim)), perChannel(variance, x.ndim), weight, bias, eps));
}
