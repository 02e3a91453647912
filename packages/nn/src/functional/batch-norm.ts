// Batch normalisation with running statistics (Ioffe & Szegedy 2015).
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
import { affine, channelWise } from "./standardise.ts";

export interface BatchNormOptions {
  /** Normalise by this batch, and fold its statistics into the running ones. Default: false. */
  training?: boolean;
  /** Weight of this batch in the running statistics. A tensor of one number is read where it lies. Default: 0.1. */
  momentum?: number | Tensor;
  /** Added to the variance. Default: 1e-5. */
  eps?: number;
}

/** The running variance takes the unbiased one: biased · n / (n − 1). */
const blend = (momentum: Node, unbias: Node, [mean, variance, batchMean, batchVariance]: Node[]): Node[] => {
  const towards = (running: Node, batch: Node): Node => add(mul(sub(1, momentum), running), mul(momentum, batch));
  return [towards(mean as Node, batchMean as Node), towards(variance as Node, mul(batchVariance as Node, unbias))];
};
const followBy = /* @__PURE__ */ pointwiseUpdate(
  "batchNorm",
  ["momentum", "unbias"],
  ({ momentum, unbias }) =>
    (...operands) =>
      blend(momentum, unbias, operands),
);
const followByTensor = /* @__PURE__ */ pointwiseUpdate(
  "batchNorm",
  ["unbias"],
  ({ unbias }) =>
    (...operands) =>
      blend(operands[4] as Node, unbias, operands),
);

/**
 * Normalises each channel of x [N, C, …], then scales and shifts: by the batch's own statistics in training (or where there are no running
 * ones), else by the running ones. Running statistics, [C], are updated in place.
 */
export function batchNorm(
  x: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  weight: Tensor | null = null,
  bias: Tensor | null = null,
  { training = false, momentum = 0.1, eps = 1e-5 }: BatchNormOptions = {},
): Tensor {
  if (x.ndim === 1 && x.numel === 0) return x.mul(1); // as torch: nothing, of no channels
  const running = runningMean && runningVar ? [runningMean, runningVar] : null;
  if (!training) {
    if (!running) throw new ShapeError("batchNorm", "evaluation needs runningMean and runningVar. Pass both, or { training: true }");
    return batchNormInference(x, running[0] as Tensor, running[1] as Tensor, weight, bias, eps);
  }
  const count = x.numel / (x.shape[1] ?? 1); // values per channel
  if (x.numel === 0) return scope(() => affine(x.clone(), channelWise(weight, x), channelWise(bias, x))); // which says nothing of the statistics
  if (count === 1) throw new ShapeError("batchNorm", `training needs more than one value per channel (got x ${formatShape(x.shape)})`);
  return scope(() => {
    const { y, mean, variance } = batchNormTraining(x, weight, bias, eps);
    if (running) {
      const unbias = count / (count - 1);
      const batch = [mean.detach(), variance.detach()];
      noGrad(() =>
        typeof momentum === "number"
          ? followBy(running, batch, { momentum, unbias })
          : followByTensor(running, [...batch, momentum], { unbias }),
      );
    }
    return y;
  });
}
