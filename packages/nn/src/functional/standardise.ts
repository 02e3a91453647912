// What the normalisations without a batch share. Statistics are batch norm's, on a shape where each set of values is a channel.
import { batchNormTraining, pointwise, type Tensor } from "@gradkit/tensor";
import { add, mul } from "@gradkit/tensor/formula";

export interface EpsOptions {
  /** Added to the variance. Default: 1e-5. */
  eps?: number;
}

/** Mean 0 and variance 1 for each of `sets` runs of consecutive elements. */
export const standardise = (x: Tensor, sets: number, eps: number): Tensor =>
  x.numel === 0 ? x : batchNormTraining(x.reshape(1, sets, x.numel / sets), null, null, eps).y.reshape(x.shape);

const scaleAndShift = /* @__PURE__ */ pointwise("affine", (x, weight, bias) => add(mul(x, weight), bias));

export const affine = (x: Tensor, weight: Tensor | null, bias: Tensor | null): Tensor => {
  if (weight && bias) return scaleAndShift(x, weight, bias);
  const scaled = weight ? x.mul(weight) : x;
  return bias ? scaled.add(bias) : scaled;
};

export const channelWise = (vector: Tensor | null, x: Tensor): Tensor | null =>
  vector ? vector.reshape(x.shape.map((size, d) => (d === 1 ? size : 1))) : null;
