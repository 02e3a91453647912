// Max-pooling over windows whose places are drawn.
import type { Shape, Tensor, ValuesAndIndices } from "@gradkit/tensor";
import {
  type FractionalMaxPoolOptions,
  fractionalMaxPool2d,
  fractionalMaxPool2dWithIndices,
  fractionalMaxPool3d,
  fractionalMaxPool3dWithIndices,
} from "../functional/fractional-max-pool.ts";
import { Module } from "../module.ts";

export interface FractionalMaxPoolLayerOptions<Indices extends boolean> extends FractionalMaxPoolOptions {
  /** Return { values, indices } instead of the values alone. Default: false. */
  returnIndices?: Indices;
}

type Pooled<Indices extends boolean> = Indices extends true ? ValuesAndIndices : Tensor;

abstract class FractionalMaxPoolNd<Indices extends boolean> extends Module {
  readonly kernelSize: number | Shape;
  readonly options: FractionalMaxPoolOptions;
  readonly returnIndices: boolean;

  constructor(kernelSize: number | Shape, { returnIndices, ...options }: FractionalMaxPoolLayerOptions<Indices>) {
    super();
    this.kernelSize = kernelSize;
    this.options = options;
    this.returnIndices = returnIndices ?? false;
  }
}

/**
 * The maximum of each of as many windows as asked for, placed by chance: [N, C, H, W] or [C, H, W].
 *
 * @example
 * new FractionalMaxPool2d(3, { outputRatio: [0.5, 0.5] }).call(zeros([1, 16, 50, 32])); // [1, 16, 25, 16]
 */
export class FractionalMaxPool2d<Indices extends boolean = false> extends FractionalMaxPoolNd<Indices> {
  forward(x: Tensor): Pooled<Indices> {
    return (this.returnIndices ? fractionalMaxPool2dWithIndices : fractionalMaxPool2d)(x, this.kernelSize, this.options) as Pooled<Indices>;
  }
}

/** The maximum of each of as many windows as asked for, placed by chance: [N, C, D, H, W] or [C, D, H, W]. */
export class FractionalMaxPool3d<Indices extends boolean = false> extends FractionalMaxPoolNd<Indices> {
  forward(x: Tensor): Pooled<Indices> {
    return (this.returnIndices ? fractionalMaxPool3dWithIndices : fractionalMaxPool3d)(x, this.kernelSize, this.options) as Pooled<Indices>;
  }
}
