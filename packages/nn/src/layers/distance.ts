// Distances and similarities as layers.
import type { Tensor } from "@gradkit/tensor";
import { type CosineSimilarityOptions, cosineSimilarity, type PairwiseDistanceOptions, pairwiseDistance } from "../functional/distance.ts";
import { Module } from "../module.ts";

/** Cosine of the angle between vectors along dim. */
export class CosineSimilarity extends Module {
  readonly dim: number;
  readonly options: CosineSimilarityOptions;

  constructor(dim = 1, options: CosineSimilarityOptions = {}) {
    super();
    this.dim = dim;
    this.options = options;
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    return cosineSimilarity(x1, x2, this.dim, this.options);
  }
}

/** p-norm of the differences along the last dim. */
export class PairwiseDistance extends Module {
  readonly options: PairwiseDistanceOptions;

  constructor(options: PairwiseDistanceOptions = {}) {
    super();
    this.options = options;
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    return pairwiseDistance(x1, x2, this.options);
  }
}
