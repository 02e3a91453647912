// Sliding windows of pictures as columns, and back, as layers.
import type { Shape, Tensor } from "@gradkit/tensor";
import { type FoldOptions, fold, unfold } from "../functional/fold.ts";
import { Module } from "../module.ts";
import type { PerDim } from "../per-dim.ts";
import { printed } from "./max-pool.ts";

const sizesOf = (kernelSize: PerDim, { dilation = 1, padding = 0, stride = 1 }: FoldOptions): string =>
  `kernel_size=${printed(kernelSize)}, dilation=${printed(dilation)}, padding=${printed(padding)}, stride=${printed(stride)}`;

/**
 * [N, C, H, W] → its windows as columns [N, C·KH·KW, windows].
 *
 * @example
 * new Unfold(2, { stride: 2 }).call(zeros([1, 3, 8, 8])); // [1, 12, 16]
 */
export class Unfold extends Module {
  readonly kernelSize: PerDim;
  readonly options: FoldOptions;

  constructor(kernelSize: PerDim, options: FoldOptions = {}) {
    super();
    this.kernelSize = kernelSize;
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return unfold(x, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    return sizesOf(this.kernelSize, this.options);
  }
}

/** Columns [N, C·KH·KW, windows] → [N, C, …outputSize]; overlapping windows add up. */
export class Fold extends Module {
  readonly outputSize: number | Shape;
  readonly kernelSize: PerDim;
  readonly options: FoldOptions;

  constructor(outputSize: number | Shape, kernelSize: PerDim, options: FoldOptions = {}) {
    super();
    this.outputSize = outputSize;
    this.kernelSize = kernelSize;
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return fold(x, this.outputSize, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    return `output_size=${printed(this.outputSize)}, ${sizesOf(this.kernelSize, this.options)}`;
  }
}
