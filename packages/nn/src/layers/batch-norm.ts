// Batch normalisation over one, two and three spatial dims.
import { formatShape, noGrad, ones, ShapeError, scope, type Tensor, zeros } from "@gradkit/tensor";
import { batchNorm } from "../functional/batch-norm.ts";
import { Module } from "../module.ts";
import { type BufferTensor, buffer, type Parameter, parameter } from "../parameter.ts";
import { pythonBool, pythonFloat } from "../print-module.ts";
import type { InitOptions } from "./init-options.ts";

export interface BatchNormLayerOptions extends Pick<InitOptions, "device"> {
  /** Added to the variance. Default: 1e-5. */
  eps?: number;
  /** Weight of a batch in the running statistics; null gives each batch so far the same. Default: 0.1. */
  momentum?: number | null;
  /** Whether to scale and shift. Default: true. */
  affine?: boolean;
  /** Without running statistics evaluation also normalises by the batch. Default: true. */
  trackRunningStats?: boolean;
}

/** What `BatchNorm1d`, `BatchNorm2d` and `BatchNorm3d` share. */
export abstract class BatchNormNd extends Module {
  readonly numFeatures: number;
  readonly eps: number;
  momentum: number | null;
  /** Whether a momentum of null averages all batches: batches are counted. */
  readonly countsBatches: boolean = true;
  readonly affine: boolean;
  readonly trackRunningStats: boolean;
  readonly weight: Parameter | null; // [C]
  readonly bias: Parameter | null; // [C]
  readonly runningMean: BufferTensor | null; // [C]
  readonly runningVar: BufferTensor | null; // [C]
  readonly numBatchesTracked: BufferTensor | null; // []

  constructor(numFeatures: number, options: BatchNormLayerOptions = {}) {
    super();
    const { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true, ...place } = options;
    this.numFeatures = numFeatures;
    this.eps = eps;
    this.momentum = momentum;
    this.affine = affine;
    this.trackRunningStats = trackRunningStats;
    this.weight = affine ? parameter(ones([numFeatures], place)) : null;
    this.bias = affine ? parameter(zeros([numFeatures], place)) : null;
    this.runningMean = trackRunningStats ? buffer(zeros([numFeatures], place)) : null;
    this.runningVar = trackRunningStats ? buffer(ones([numFeatures], place)) : null;
    this.numBatchesTracked = trackRunningStats ? buffer(zeros([], { ...place, dtype: "int32" })) : null;
  }

  /** Throws where x has not the rank of the layer. */
  protected abstract checkRank(x: Tensor): void;

  protected checkChannels(x: Tensor): void {
    if (x.shape[1] !== this.numFeatures) {
      throw new ShapeError(this.constructor.name, `expected ${this.numFeatures} channels (got x ${formatShape(x.shape)}). x is [N, C, …]`);
    }
  }

  forward(x: Tensor): Tensor {
    this.checkRank(x);
    this.checkChannels(x);
    const { runningMean, runningVar, numBatchesTracked, weight, bias, eps } = this;
    const training = this.training || !this.trackRunningStats;
    return scope(() => {
      if (this.training && numBatchesTracked) noGrad(() => numBatchesTracked.add_(1));
      const momentum = this.momentum ?? (training && numBatchesTracked ? noGrad(() => numBatchesTracked.to("float32").reciprocal()) : 0);
      return batchNorm(x, runningMean, runningVar, weight, bias, { training, momentum, eps });
    });
  }

  /** Running statistics as at the start: mean 0, variance 1, no batch seen. */
  resetRunningStats(): void {
    noGrad(() => {
      this.runningMean?.zero_();
      this.runningVar?.fill_(1);
      this.numBatchesTracked?.zero_();
    });
  }

  override extraRepr(): string {
    const momentum = this.momentum === null ? "None" : pythonFloat(this.momentum);
    const flags = `affine=${pythonBool(this.affine)}, track_running_stats=${pythonBool(this.trackRunningStats)}`;
    return `${this.numFeatures}, eps=${pythonFloat(this.eps)}, momentum=${momentum}, ${flags}`;
  }
}

function checkRanks(layer: string, x: Tensor, ranks: readonly number[], expected: string): void {
  if (!ranks.includes(x.ndim)) throw new ShapeError(layer, `expected x ${expected} (got ${formatShape(x.shape)})`);
}

/** Batch normalisation of [N, C] or [N, C, L]. */
export class BatchNorm1d extends BatchNormNd {
  protected checkRank(x: Tensor): void {
    checkRanks("BatchNorm1d", x, [2, 3], "[N, C] or [N, C, L]");
  }
}

/**
 * Batch normalisation of [N, C, H, W]: each channel gets mean 0 and variance 1 over the batch, then a learned scale and shift.
 *
 * @example
 * new BatchNorm2d(16).call(zeros([64, 16, 14, 14]));
 */
export class BatchNorm2d extends BatchNormNd {
  protected checkRank(x: Tensor): void {
    checkRanks("BatchNorm2d", x, [4], "[N, C, H, W]");
  }
}

/** Batch normalisation of [N, C, D, H, W]. */
export class BatchNorm3d extends BatchNormNd {
  protected checkRank(x: Tensor): void {
    checkRanks("BatchNorm3d", x, [5], "[N, C, D, H, W]");
  }
}
