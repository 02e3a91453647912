// Instance normalisation over one, two and three spatial dims.
import { formatShape, ShapeError, scope, type Tensor } from "@gradkit/tensor";
import { instanceNorm } from "../functional/group-norm.ts";
import { type BatchNormLayerOptions, BatchNormNd } from "./batch-norm.ts";

export interface InstanceNormOptions extends Omit<BatchNormLayerOptions, "momentum"> {
  /** Weight of a batch in the running statistics. Default: 0.1. */
  momentum?: number;
}

/** What `InstanceNorm1d`, `InstanceNorm2d` and `InstanceNorm3d` share: batch norm's fields, but neither parameters nor statistics by default. */
abstract class InstanceNormNd extends BatchNormNd {
  override readonly countsBatches: boolean = false; // as torch
  readonly #rank: number;

  constructor(rank: number, numFeatures: number, { affine = false, trackRunningStats = false, ...options }: InstanceNormOptions) {
    super(numFeatures, { affine, trackRunningStats, ...options });
    this.#rank = rank;
  }

  protected checkRank(x: Tensor): void {
    if (x.ndim !== this.#rank && x.ndim !== this.#rank - 1) {
      throw new ShapeError(
        this.constructor.name,
        `expected x with ${this.#rank} dims, or ${this.#rank - 1} without batch (got ${formatShape(x.shape)})`,
      );
    }
  }

  override forward(x: Tensor): Tensor {
    this.checkRank(x);
    const single = x.ndim < this.#rank;
    return scope(() => {
      const batch = single ? x.unsqueeze(0) : x;
      if (this.affine || this.trackRunningStats) this.checkChannels(batch); // as torch: the others have no use for the number of channels
      const y = instanceNorm(batch, this.runningMean, this.runningVar, this.weight, this.bias, {
        useInputStats: this.training || !this.trackRunningStats,
        momentum: this.momentum as number,
        eps: this.eps,
      });
      return single ? y.squeeze(0) : y;
    });
  }
}

/** Normalises each channel of each sample of [N, C, L] or [C, L]. */
export class InstanceNorm1d extends InstanceNormNd {
  constructor(numFeatures: number, options: InstanceNormOptions = {}) {
    super(3, numFeatures, options);
  }
}

/** Normalises each channel of each sample of [N, C, H, W] or [C, H, W]. */
export class InstanceNorm2d extends InstanceNormNd {
  constructor(numFeatures: number, options: InstanceNormOptions = {}) {
    super(4, numFeatures, options);
  }
}

/** Normalises each channel of each sample of [N, C, D, H, W] or [C, D, H, W]. */
export class InstanceNorm3d extends InstanceNormNd {
  constructor(numFeatures: number, options: InstanceNormOptions = {}) {
    super(5, numFeatures, options);
  }
}
