// How far apart, and in how different directions, vectors are.
import { broadcastTensors, norm, scope, type Tensor } from "@gradkit/tensor";
import { castAsOne } from "@gradkit/tensor/recorder";

export interface CosineSimilarityOptions {
  /** Smallest norm to divide by. Default: 1e-8. */
  eps?: number;
}

/** x1·x2 / (|x1|·|x2|) along dim; the tensors broadcast. */
export const cosineSimilarity = /* @__PURE__ */ castAsOne(
  "cosineSimilarity",
  (x1: Tensor, x2: Tensor, dim: number = 1, { eps = 1e-8 }: CosineSimilarityOptions = {}): Tensor => {
    const unit = (x: Tensor): Tensor => x.div(norm(x, 2, dim, { keepdim: true }).clamp(eps));
    return scope(() => {
      const [a, b] = broadcastTensors(x1, x2) as [Tensor, Tensor]; // before the lengths are taken, as torch
      return unit(a).mul(unit(b)).sum(dim);
    });
  },
);

export interface PairwiseDistanceOptions {
  /** Of the norm. Default: 2. */
  p?: number;
  /** Added to each difference: the distance of equal vectors then has a gradient. Default: 1e-6. */
  eps?: number;
  /** Default: false. */
  keepdim?: boolean;
}

/** The p-norm of x1 − x2 + eps along the last dim; the tensors broadcast. */
export function pairwiseDistance(x1: Tensor, x2: Tensor, { p = 2, eps = 1e-6, keepdim = false }: PairwiseDistanceOptions = {}): Tensor {
  return scope(() => norm(x1.sub(x2).add(eps), p, -1, { keepdim }));
}

export interface NormalizeOptions {
  /** Smallest norm to divide by. Default: 1e-12. */
  eps?: number;
}

/** x divided by its p-norm along dim. */
export const normalize = (x: Tensor, p = 2, dim: number | readonly number[] = 1, { eps = 1e-12 }: NormalizeOptions = {}): Tensor =>
  scope(() => x.div(norm(x, p, dim, { keepdim: true }).clamp(eps)));
