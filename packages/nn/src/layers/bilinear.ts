// A layer of two inputs.
import { type Tensor, uniform } from "@gradkit/tensor";
import { bilinear } from "../functional/bilinear.ts";
import { Module } from "../module.ts";
import { type Parameter, parameter } from "../parameter.ts";
import { pythonBool } from "../print-module.ts";
import type { LinearOptions } from "./linear.ts";

/** y = x1ᵀ·W·x2 + b, from [..., in1] and [..., in2] to [..., out]. Weights start uniform in ±1/√in1. */
export class Bilinear extends Module {
  readonly weight: Parameter; // [out, in1, in2]
  readonly bias: Parameter | null; // [out]

  constructor(in1Features: number, in2Features: number, outFeatures: number, { bias = true, ...init }: LinearOptions = {}) {
    super();
    const bound = 1 / Math.sqrt(in1Features);
    this.weight = parameter(uniform([outFeatures, in1Features, in2Features], -bound, bound, init));
    this.bias = bias ? parameter(uniform([outFeatures], -bound, bound, init)) : null;
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    return bilinear(x1, x2, this.weight, this.bias);
  }

  override extraRepr(): string {
    const [out, in1, in2] = this.weight.shape;
    return `in1_features=${in1}, in2_features=${in2}, out_features=${out}, bias=${pythonBool(this.bias !== null)}`;
  }
}
