// Pooling to a given size: one row a layer.
import {
  adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d, adaptiveMaxPool1d, adaptiveMaxPool1dWithIndices, adaptiveMaxPool2d,
  adaptiveMaxPool2dWithIndices, adaptiveMaxPool3d, adaptiveMaxPool3dWithIndices, type OutputSize, type Tensor, type ValuesAndIndices,
} from "@gradkit/tensor"; // biome-ignore format: a list
import { Module } from "../module.ts";

const printed = (size: OutputSize): string =>
  typeof size === "number" || size === null ? `output_size=${size ?? "None"}` : `output_size=(${size.map((n) => n ?? "None").join(", ")})`;

abstract class AdaptivePool extends Module {
  readonly outputSize: OutputSize;

  constructor(outputSize: OutputSize) {
    super();
    this.outputSize = outputSize;
  }

  override extraRepr(): string {
    return printed(this.outputSize);
  }
}

/** Averages [N, C, L] (or [C, L]) to a given length. */
export class AdaptiveAvgPool1d extends AdaptivePool {
  forward(x: Tensor): Tensor {
    return adaptiveAvgPool1d(x, this.outputSize);
  }
}

/**
 * Averages [N, C, H, W] (or [C, H, W]) to a given size; null keeps the input's.
 *
 * @example
 * new AdaptiveAvgPool2d([7, null]).call(zeros([1, 64, 10, 9])); // [1, 64, 7, 9]
 */
export class AdaptiveAvgPool2d extends AdaptivePool {
  forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize);
  }
}

/** Averages [N, C, D, H, W] (or [C, D, H, W]) to a given size; null keeps the input's. */
export class AdaptiveAvgPool3d extends AdaptivePool {
  forward(x: Tensor): Tensor {
    return adaptiveAvgPool3d(x, this.outputSize);
  }
}

export interface AdaptiveMaxPoolOptions<Indices extends boolean> {
  /** Return { values, indices } instead of the values alone. Default: false. */
  returnIndices?: Indices;
}

type Pooled<Indices extends boolean> = Indices extends true ? ValuesAndIndices : Tensor;

abstract class AdaptiveMaxPool<Indices extends boolean> extends AdaptivePool {
  readonly returnIndices: boolean;

  constructor(outputSize: OutputSize, { returnIndices }: AdaptiveMaxPoolOptions<Indices> = {}) {
    super(outputSize);
    this.returnIndices = returnIndices ?? false;
  }
}

/** Maxima of [N, C, L] (or [C, L]), as many as asked for. */
export class AdaptiveMaxPool1d<Indices extends boolean = false> extends AdaptiveMaxPool<Indices> {
  forward(x: Tensor): Pooled<Indices> {
    return (this.returnIndices ? adaptiveMaxPool1dWithIndices : adaptiveMaxPool1d)(x, this.outputSize) as Pooled<Indices>;
  }
}

/** Maxima of [N, C, H, W] (or [C, H, W]), as many as asked for. */
export class AdaptiveMaxPool2d<Indices extends boolean = false> extends AdaptiveMaxPool<Indices> {
  forward(x: Tensor): Pooled<Indices> {
    return (this.returnIndices ? adaptiveMaxPool2dWithIndices : adaptiveMaxPool2d)(x, this.outputSize) as Pooled<Indices>;
  }
}

/** Maxima of [N, C, D, H, W] (or [C, D, H, W]), as many as asked for. */
export class AdaptiveMaxPool3d<Indices extends boolean = false> extends AdaptiveMaxPool<Indices> {
  forward(x: Tensor): Pooled<Indices> {
    return (this.returnIndices ? adaptiveMaxPool3dWithIndices : adaptiveMaxPool3d)(x, this.outputSize) as Pooled<Indices>;
  }
}
