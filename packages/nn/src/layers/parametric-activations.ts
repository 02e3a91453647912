// Activations with arguments that have no default, or with parameters.
import { full, type Tensor, threshold } from "@gradkit/tensor";
import { glu, prelu, type RReLUOptions, rrelu } from "../functional/activations.ts";
import { Module } from "../module.ts";
import { type Parameter, parameter } from "../parameter.ts";
import type { InitOptions } from "./init-options.ts";

/** x above the threshold, else `value`. */
export class Threshold extends Module {
  readonly threshold: number;
  readonly value: number;

  constructor(bound: number, value: number) {
    super();
    this.threshold = bound;
    this.value = value;
  }

  forward(x: Tensor): Tensor {
    return threshold(x, this.threshold, this.value);
  }

  override extraRepr(): string {
    return `threshold=${this.threshold}, value=${this.value}`;
  }
}

export interface PReLUOptions extends Pick<InitOptions, "device"> {
  /** First value of the slope. Default: 0.25. */
  init?: number;
}

/** x above zero, a learned slope below: one for all, or one for each channel (He et al. 2015). */
export class PReLU extends Module {
  readonly weight: Parameter; // [numParameters]

  constructor(numParameters = 1, { init = 0.25, ...place }: PReLUOptions = {}) {
    super();
    this.weight = parameter(full([numParameters], init, place));
  }

  forward(x: Tensor): Tensor {
    return prelu(x, this.weight);
  }

  override extraRepr(): string {
    return `num_parameters=${this.weight.numel}`;
  }
}

/** The first half along dim, gated by the second. */
export class GLU extends Module {
  readonly dim: number;

  constructor(dim = -1) {
    super();
    this.dim = dim;
  }

  forward(x: Tensor): Tensor {
    return glu(x, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/** x above zero, a·x below: in training a is drawn for each element, in evaluation it is the mean of its bounds. */
export class RReLU extends Module {
  readonly options: Required<Pick<RReLUOptions, "lower" | "upper">> & Pick<RReLUOptions, "generator">;

  constructor(options: Omit<RReLUOptions, "training"> = {}) {
    super();
    this.options = { lower: 1 / 8, upper: 1 / 3, ...options };
  }

  forward(x: Tensor): Tensor {
    return rrelu(x, { ...this.options, training: this.training });
  }

  override extraRepr(): string {
    return `lower=${this.options.lower}, upper=${this.options.upper}`;
  }
}
