// Fully connected layers.
import { linear, type Tensor, uniform } from "@gradkit/tensor";
import { Module } from "../module.ts";
import { type Parameter, parameter } from "../parameter.ts";
import { pythonBool } from "../print-module.ts";
import type { InitOptions } from "./init-options.ts";

export interface LinearOptions extends InitOptions {
  /** Whether to add a bias. Default: true. */
  bias?: boolean;
}

/**
 * Affine map y = x·Wᵀ + b, from [..., in] to [..., out]. Weights start uniform in ±1/√in.
 *
 * @example
 * new Linear(784, 10).call(zeros([64, 784])); // [64, 10]
 */
export class Linear extends Module {
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly weight: Parameter; // [out, in]
  readonly bias: Parameter | null; // [out]

  constructor(inFeatures: number, outFeatures: number, { bias = true, ...init }: LinearOptions = {}) {
    super();
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    const bound = inFeatures > 0 ? 1 / Math.sqrt(inFeatures) : 0; // what torch's kaiming_uniform(a=√5) reduces to
    this.weight = parameter(uniform([outFeatures, inFeatures], -bound, bound, init));
    this.bias = bias ? parameter(uniform([outFeatures], -bound, bound, init)) : null;
  }

  forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias);
  }

  override extraRepr(): string {
    return `in_features=${this.inFeatures}, out_features=${this.outFeatures}, bias=${pythonBool(this.bias !== null)}`;
  }
}
