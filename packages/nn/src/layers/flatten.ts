// Layers that only change the shape, and the one that changes nothing.
import type { Tensor } from "@gradkit/tensor";
import { Module } from "../module.ts";
import { pythonTuple } from "../print-module.ts";

/**
 * Merges dims startDim … endDim into one: [N, C, H, W] becomes [N, C·H·W].
 *
 * @example
 * new Flatten().call(zeros([64, 1, 28, 28])); // [64, 784]
 */
export class Flatten extends Module {
  readonly startDim: number;
  readonly endDim: number;

  constructor(startDim = 1, endDim = -1) {
    super();
    this.startDim = startDim;
    this.endDim = endDim;
  }

  forward(x: Tensor): Tensor {
    return x.flatten(this.startDim, this.endDim);
  }

  override extraRepr(): string {
    return `start_dim=${this.startDim}, end_dim=${this.endDim}`;
  }
}

/** Splits one dim into several; one of the sizes may be −1. */
export class Unflatten extends Module {
  readonly dim: number;
  readonly unflattenedSize: readonly number[];

  constructor(dim: number, unflattenedSize: readonly number[]) {
    super();
    this.dim = dim;
    this.unflattenedSize = unflattenedSize;
  }

  forward(x: Tensor): Tensor {
    return x.unflatten(this.dim, this.unflattenedSize);
  }

  override extraRepr(): string {
    return `dim=${this.dim}, unflattened_size=${pythonTuple(this.unflattenedSize)}`;
  }
}

/** Returns its input. Takes any arguments, so it can stand in for another layer. */
export class Identity extends Module {
  constructor(..._ignored: unknown[]) {
    super();
  }

  forward(x: Tensor): Tensor {
    return x;
  }
}
