// Activations that are no single formula.
import { chunk, formatShape, ShapeError, scope, type Tensor, where } from "@gradkit/tensor";

/** The first half along dim, times the sigmoid of the second (Dauphin et al. 2017). */
export function glu(x: Tensor, dim = -1): Tensor {
  const size = x.shape.at(dim) ?? 0;
  if (size % 2 !== 0 || size === 0) throw new ShapeError("glu", `dim ${dim} does not divide into halves (got ${formatShape(x.shape)})`);
  return scope(() => {
    const [value, gate] = chunk(x, 2, dim) as [Tensor, Tensor];
    return value.mul(gate.sigmoid());
  });
}

/** x above zero, weight·x below; the weight is one number, or one for each channel of x [N, C, …]. */
export function prelu(x: Tensor, weight: Tensor): Tensor {
  const channels = x.ndim >= 2 ? (x.shape[1] as number) : 1;
  if (weight.ndim > 1 || (weight.numel !== 1 && weight.numel !== channels)) {
    throw new ShapeError("prelu", `weight must be [1] or [${channels}] (got ${formatShape(weight.shape)} for x ${formatShape(x.shape)})`);
  }
  return scope(() => {
    const slope = weight.numel === 1 ? weight.reshape([]) : weight.reshape(x.shape.map((_, d) => (d === 1 ? channels : 1)));
    return where(x.gt(0), x, x.mul(slope));
  });
}

/** softmax(−x) along dim. */
export const softmin = (x: Tensor, dim: number): Tensor => scope(() => x.neg().softmax(dim));
