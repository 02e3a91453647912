// Normalisation over groups of channels, and over single ones.
import {
  batchNormInference,
  batchNormTraining,
  formatShape,
  noGrad,
  pointwiseUpdate,
  ShapeError,
  scope,
  type Tensor,
} from "@gradkit/tensor";
import { add, mul, type Node, sub } from "@gradkit/tensor/formula";
import { affine, channelWise, type EpsOptions, standardise } from "./standardise.ts";

/** Normalises each of numGroups groups of channels of each sample of [N, C, …] (Wu & He 2018). */
export function groupNorm(
  x: Tensor,
  numGroups: number,
  weight: Tensor | null = null,
  bias: Tensor | null = null,
  { eps = 1e-5 }: EpsOptions = {},
): Tensor {
  const [samples, channels] = x.shape;
  if (samples === undefined || channels === undefined)
    throw new ShapeError("groupNorm", `expected x [N, C, …] (got ${formatShape(x.shape)})`);
  if (channels % numGroups !== 0)
    throw new ShapeError("groupNorm", `${channels} channels do not divide into ${numGroups} groups (got ${formatShape(x.shape)})`);
  checkSetSize("groupNorm", x, x.numel / numGroups); // as torch: over all samples
  return scope(() => affine(standardise(x, samples * numGroups, eps), channelWise(weight, x), channelWise(bias, x)));
}

function checkSetSize(op: string, x: Tensor, size: number): void {
  if (size === 1) throw new ShapeError(op, `each set that is normalised holds a single value (got ${formatShape(x.shape)})`);
}

export interface InstanceNormOptions extends EpsOptions {
  /** Normalise by the sample's own statistics; else by the running ones. Default: true. */
  useInputStats?: boolean;
  /** Weight of this batch in the running statistics. Default: 0.1. */
  momentum?: number;
}

const follow = /* @__PURE__ */ pointwiseUpdate("instanceNorm", ["momentum"], ({ momentum }) => (running: Node, batch: Node) => [
  add(mul(sub(1, momentum), running), mul(momentum, batch)),
]);

/** Normalises each channel of each sample of [N, C, …] (Ulyanov, Vedaldi & Lempitsky 2016). Running statistics, [C], are updated in place. */
export function instanceNorm(
  x: Tensor,
  runningMean: Tensor | null = null,
  runningVar: Tensor | null = null,
  weight: Tensor | null = null,
  bias: Tensor | null = null,
  { useInputStats = true, momentum = 0.1, eps = 1e-5 }: InstanceNormOptions = {},
): Tensor {
  if (!useInputStats) {
    if (!runningMean || !runningVar)
      throw new ShapeError("instanceNorm", "without useInputStats, runningMean and runningVar are needed. Pass both");
    return batchNormInference(x, runningMean, runningVar, weight, bias, eps);
  }
  const [samples, channels] = x.shape;
  if (samples === undefined || channels === undefined)
    throw new ShapeError("instanceNorm", `expected x [N, C, …] (got ${formatShape(x.shape)})`);
  if (x.numel === 0) return scope(() => affine(x.clone(), channelWise(weight, x), channelWise(bias, x)));
  const count = x.numel / (samples * channels);
  checkSetSize("instanceNorm", x, count);
  return scope(() => {
    const { y, mean, variance } = batchNormTraining(x.reshape(1, samples * channels, count), null, null, eps);
    if (runningMean && runningVar) {
      noGrad(() => {
        const ofBatch = (vector: Tensor): Tensor => vector.detach().reshape(samples, channels).mean(0);
        follow([runningMean], [ofBatch(mean)], { momentum });
        follow([runningVar], [ofBatch(variance).mul(count / (count - 1))], { momentum });
      });
    }
    return affine(y.reshape(x.shape), channelWise(weight, x), channelWise(bias, x));
  });
}
