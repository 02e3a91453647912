// Resizing as layers.
import type { Shape, Tensor } from "@gradkit/tensor";
import { type InterpolateMode, interpolate } from "../functional/interpolate.ts";
import { Module } from "../module.ts";
import { pythonFloat } from "../print-module.ts";
import { printed } from "./max-pool.ts";

export interface UpsamplingOptions {
  /** Spatial sizes of the output. */
  size?: number | Shape | null;
  /** Or factors on the input's. */
  scaleFactor?: number | Shape | null;
}

export interface UpsampleOptions extends UpsamplingOptions {
  /** Default: "nearest". */
  mode?: InterpolateMode;
  /** Whether corner pixels keep their values. Default: false. */
  alignCorners?: boolean | null;
  /** Whether coordinates follow the sizes rather than scaleFactor. Default: false. */
  recomputeScaleFactor?: boolean | null;
}

/**
 * Resizes the spatial dims of [N, C, L], [N, C, H, W] or [N, C, D, H, W].
 *
 * @example
 * new Upsample({ scaleFactor: 2, mode: "bilinear" }).call(zeros([1, 3, 8, 8])); // [1, 3, 16, 16]
 */
export class Upsample extends Module {
  readonly options: UpsampleOptions;

  constructor(options: UpsampleOptions = {}) {
    super();
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return interpolate(x, this.options);
  }

  override extraRepr(): string {
    const { size = null, scaleFactor = null, mode = "nearest" } = this.options;
    const factors = typeof scaleFactor === "number" ? pythonFloat(scaleFactor) : `(${scaleFactor?.map(pythonFloat).join(", ")})`;
    return `${scaleFactor === null ? `size=${size === null ? "None" : printed(size)}` : `scale_factor=${factors}`}, mode='${mode}'`;
  }
}

/** Enlarges pictures by repeating pixels. */
export class UpsamplingNearest2d extends Upsample {
  constructor(options: UpsamplingOptions = {}) {
    super({ ...options, mode: "nearest" });
  }
}

/** Enlarges pictures along straight lines between pixels; corners keep their values. */
export class UpsamplingBilinear2d extends Upsample {
  constructor(options: UpsamplingOptions = {}) {
    super({ ...options, mode: "bilinear", alignCorners: true });
  }
}
