// Max-pooling over one, two and three spatial dims.
import {type MaxPoolOptions, 
  maxPool1d, maxPool1dWithIndices, maxPool2d, maxPool2dWithIndices, maxPool3d, maxPool3dWithIndices, type Tensor, type ValuesAndIndices,
} from "@gradkit/tensor"; // biome-ignore format: a list
import { Module } from "../module.ts";
import type { PerDim } from "../per-dim.ts";
import { pythonBool, pythonTuple } from "../print-module.ts";

export interface MaxPoolLayerOptions<Indices extends boolean> extends MaxPoolOptions {
  /** Return { values, indices } instead of the values alone. Default: false. */
  returnIndices?: Indices;
}

type Pooled<Indices extends boolean> = Indices extends true ? ValuesAndIndices : Tensor;

/** A number where all sizes are equal, else a tuple: as torch prints what it was given. */
export const printed = (value: PerDim): string => (typeof value === "number" ? String(value) : pythonTuple(value));

abstract class MaxPoolNd<Indices extends boolean> extends Module {
  readonly kernelSize: PerDim;
  readonly options: MaxPoolOptions;
  readonly returnIndices: boolean;

  constructor(kernelSize: PerDim, { returnIndices, ...options }: MaxPoolLayerOptions<Indices>) {
    super();
    this.kernelSize = kernelSize;
    this.options = options;
    this.returnIndices = returnIndices ?? false;
  }

  protected abstract values(x: Tensor): Tensor;
  protected abstract valuesAndIndices(x: Tensor): ValuesAndIndices;

  forward(x: Tensor): Pooled<Indices> {
    return (this.returnIndices ? this.valuesAndIndices(x) : this.values(x)) as Pooled<Indices>;
  }

  override extraRepr(): string {
    const { stride, padding = 0, dilation = 1, ceilMode = false } = this.options;
    const sizes = Object.entries({ kernel_size: this.kernelSize, stride: stride ?? this.kernelSize, padding, dilation });
    return [...sizes.map(([name, value]) => `${name}=${printed(value)}`), `ceil_mode=${pythonBool(ceilMode)}`].join(", ");
  }
}

/** Maximum of each window of [N, C, L] (or [C, L]). */
export class MaxPool1d<Indices extends boolean = false> extends MaxPoolNd<Indices> {
  constructor(kernelSize: PerDim, options: MaxPoolLayerOptions<Indices> = {}) {
    super(kernelSize, options);
  }
  protected values(x: Tensor): Tensor {
    return maxPool1d(x, this.kernelSize, this.options);
  }
  protected valuesAndIndices(x: Tensor): ValuesAndIndices {
    return maxPool1dWithIndices(x, this.kernelSize, this.options);
  }
}

/**
 * Maximum of each window of [N, C, H, W] (or [C, H, W]).
 *
 * @example
 * new MaxPool2d(2).call(zeros([64, 16, 28, 28])); // [64, 16, 14, 14]
 */
export class MaxPool2d<Indices extends boolean = false> extends MaxPoolNd<Indices> {
  constructor(kernelSize: PerDim, options: MaxPoolLayerOptions<Indices> = {}) {
    super(kernelSize, options);
  }
  protected values(x: Tensor): Tensor {
    return maxPool2d(x, this.kernelSize, this.options);
  }
  protected valuesAndIndices(x: Tensor): ValuesAndIndices {
    return maxPool2dWithIndices(x, this.kernelSize, this.options);
  }
}

/** Maximum of each window of [N, C, D, H, W] (or [C, D, H, W]). */
export class MaxPool3d<Indices extends boolean = false> extends MaxPoolNd<Indices> {
  constructor(kernelSize: PerDim, options: MaxPoolLayerOptions<Indices> = {}) {
    super(kernelSize, options);
  }
  protected values(x: Tensor): Tensor {
    return maxPool3d(x, this.kernelSize, this.options);
  }
  protected valuesAndIndices(x: Tensor): ValuesAndIndices {
    return maxPool3dWithIndices(x, this.kernelSize, this.options);
  }
}
