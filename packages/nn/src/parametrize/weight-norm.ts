// Weights as a direction and a length.
import { norm, scope, type Tensor } from "@gradkit/tensor";
import { Module } from "../module.ts";
import { registerParametrization } from "./register.ts";

export interface WeightNormOptions {
  /** The field. Default: "weight". */
  name?: string;
  /** Each position along it has a length of its own; null, or −1 as in PyTorch, for one length in all. Default: 0. */
  dim?: number | null;
}

/** ‖direction‖ at each position along dim, with the other dims kept as 1. */
export function lengths(direction: Tensor, dim: number | null): Tensor {
  if (dim === null || dim === -1) return norm(direction);
  const kept = dim < 0 ? dim + direction.ndim : dim;
  const others = [...direction.shape.keys()].filter((d) => d !== kept);
  return others.length === 0 ? direction.abs() : norm(direction, 2, others, { keepdim: true });
}

/** direction · length / ‖direction‖. */
export const withLength = (direction: Tensor, length: Tensor, dim: number | null): Tensor =>
  scope(() => direction.mul(length.div(lengths(direction, dim))));

class WeightNorm extends Module {
  readonly dim: number | null;

  constructor(dim: number | null) {
    super();
    this.dim = dim;
  }

  forward(length: Tensor, direction: Tensor): Tensor {
    return withLength(direction, length, this.dim);
  }

  rightInverse(weight: Tensor): readonly Tensor[] {
    return [lengths(weight, this.dim), weight.clone()];
  }
}

/**
 * weight = g · v / ‖v‖, with g and v trained (Salimans & Kingma 2016), as torch.nn.utils.parametrizations.weight_norm: the state dict holds g and v
 * as `parametrizations.weight.original0` and `original1`. For the older keys weight_g and weight_v see `@gradkit/nn/utils`.
 *
 * @example
 * const layer = weightNorm(new Linear(20, 40));
 */
export function weightNorm<M extends Module>(module: M, { name = "weight", dim = 0 }: WeightNormOptions = {}): M {
  return registerParametrization(module, name, new WeightNorm(dim));
}
