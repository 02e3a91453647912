// Weights as a direction and a length.
import { norm, scope, type Tensor } from "@gradkit/tensor";
import { Module } from "../module.ts";
import { registerParametrization } from "./register.ts";

class WeightNorm extends Module {
  readonly dim: number | null;

  constructor(dim: number | null) {
    super();
    this.dim = dim;
  }

  protected lengths(direction: Tensor): Tensor {
    if (this.dim === null) return norm(direction);
    const kept = this.dim < 0 ? this.dim + direction.ndim : this.dim;
    const others = [...direction.shape.keys()].filter((d) => d !== kept);
    return others.length === 0 ? direction.abs() : norm(direction, 2, others, { keepdim: true });
  }

  forward(length: Tensor, direction: Tensor): Tensor {
    return scope(() => direction.mul(length.div(this.lengths(direction))));
  }

  rightInverse(weight: Tensor): readonly Tensor[] {
    return [this.lengths(weight), weight.clone()];
  }
}

export interface WeightNormOptions {
  /** The field. Default: "weight". */
  name?: string;
  /** Each position along it has a length of its own; null for one length in all. Default: 0. */
  dim?: number | null;
}

/**
 * weight = g · v / ‖v‖, with g and v trained (Salimans & Kingma 2016), as torch.nn.utils.parametrizations.weight_norm: the state dict holds g and v
 * as `parametrizations.weight.original0` and `original1`.
 *
 * @example
 * const layer = weightNorm(new Linear(20, 40));
 */
export function weightNorm<M extends Module>(module: M, { name = "weight", dim = 0 }: WeightNormOptions = {}): M {
  return registerParametrization(module, name, new WeightNorm(dim));
}
