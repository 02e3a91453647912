// Dropout.
import { type Generator, IndexError, type Tensor } from "@gradkit/tensor";
import { dropout } from "../functional/dropout.ts";
import { Module } from "../module.ts";

export interface DropoutLayerOptions {
  /** Default: the default generator. */
  generator?: Generator;
}

/**
 * In training, zeroes each element with probability p and scales the others by 1/(1 − p); in evaluation, nothing.
 *
 * @example
 * new Dropout(0.2).call(ones([2, 3]));
 */
export class Dropout extends Module {
  readonly p: number;
  readonly options: DropoutLayerOptions;

  constructor(p = 0.5, options: DropoutLayerOptions = {}) {
    super();
    if (!(p >= 0 && p <= 1)) throw new IndexError("Dropout", `p = ${p} is no probability`);
    this.p = p;
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return dropout(x, { p: this.p, training: this.training, ...this.options });
  }

  override extraRepr(): string {
    return `p=${this.p}, inplace=False`;
  }
}
