// The reverse of max-pooling over one, two and three spatial dims.
import type { Shape, Tensor } from "@gradkit/tensor";
import { type MaxUnpoolOptions, maxUnpool1d, maxUnpool2d, maxUnpool3d } from "../functional/max-unpool.ts";
import { Module } from "../module.ts";
import { type PerDim, perDim } from "../per-dim.ts";
import { pythonTuple } from "../print-module.ts";

export type MaxUnpoolLayerOptions = Omit<MaxUnpoolOptions, "outputSize">;

abstract class MaxUnpoolNd extends Module {
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];

  constructor(dims: number, kernelSize: PerDim, { stride, padding = 0 }: MaxUnpoolLayerOptions) {
    super();
    const { name } = this.constructor;
    this.kernelSize = perDim(name, kernelSize, dims, "kernelSize");
    this.stride = perDim(name, stride ?? kernelSize, dims, "stride");
    this.padding = perDim(name, padding, dims, "padding");
  }

  protected optionsFor(outputSize: Shape | null): MaxUnpoolOptions {
    return { stride: this.stride, padding: this.padding, outputSize };
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding } = this;
    return `kernel_size=${pythonTuple(kernelSize)}, stride=${pythonTuple(stride)}, padding=${pythonTuple(padding)}`;
  }
}

/** Puts the values of [N, C, L] (or [C, L]) back where MaxPool1d with returnIndices took them from. */
export class MaxUnpool1d extends MaxUnpoolNd {
  constructor(kernelSize: PerDim, options: MaxUnpoolLayerOptions = {}) {
    super(1, kernelSize, options);
  }
  forward(x: Tensor, indices: Tensor, outputSize: Shape | null = null): Tensor {
    return maxUnpool1d(x, indices, this.kernelSize, this.optionsFor(outputSize));
  }
}

/** Puts the values of [N, C, H, W] (or [C, H, W]) back where MaxPool2d with returnIndices took them from. */
export class MaxUnpool2d extends MaxUnpoolNd {
  constructor(kernelSize: PerDim, options: MaxUnpoolLayerOptions = {}) {
    super(2, kernelSize, options);
  }
  forward(x: Tensor, indices: Tensor, outputSize: Shape | null = null): Tensor {
    return maxUnpool2d(x, indices, this.kernelSize, this.optionsFor(outputSize));
  }
}

/** Puts the values of [N, C, D, H, W] (or [C, D, H, W]) back where MaxPool3d with returnIndices took them from. */
export class MaxUnpool3d extends MaxUnpoolNd {
  constructor(kernelSize: PerDim, options: MaxUnpoolLayerOptions = {}) {
    super(3, kernelSize, options);
  }
  forward(x: Tensor, indices: Tensor, outputSize: Shape | null = null): Tensor {
    return maxUnpool3d(x, indices, this.kernelSize, this.optionsFor(outputSize));
  }
}
