// Normalisation without a batch: layers, groups of channels, root mean square, neighbouring channels.
import { ones, ShapeError, type Tensor, zeros } from "@gradkit/tensor";
import { groupNorm } from "../functional/group-norm.ts";
import { layerNorm, rmsNorm } from "../functional/layer-norm.ts";
import { type LocalResponseNormOptions, localResponseNorm } from "../functional/local-response-norm.ts";
import { Module } from "../module.ts";
import { type Parameter, parameter } from "../parameter.ts";
import { pythonBool, pythonFloat, pythonTuple } from "../print-module.ts";
import type { InitOptions } from "./init-options.ts";

type Place = Pick<InitOptions, "device">;

export interface LayerNormOptions extends Place {
  /** Added to the variance. Default: 1e-5. */
  eps?: number;
  /** Whether to scale and shift. Default: true. */
  elementwiseAffine?: boolean;
  /** Whether to shift. Default: true. */
  bias?: boolean;
}

/**
 * Normalises over the last dims, then scales and shifts each of their elements.
 *
 * @example
 * new LayerNorm(16).call(randn([2, 8, 16]));
 */
export class LayerNorm extends Module {
  readonly normalizedShape: readonly number[];
  readonly eps: number;
  readonly weight: Parameter | null; // normalizedShape
  readonly bias: Parameter | null; // normalizedShape

  constructor(
    normalizedShape: number | readonly number[],
    { eps = 1e-5, elementwiseAffine = true, bias = true, ...place }: LayerNormOptions = {},
  ) {
    super();
    this.normalizedShape = typeof normalizedShape === "number" ? [normalizedShape] : normalizedShape;
    this.eps = eps;
    this.weight = elementwiseAffine ? parameter(ones(this.normalizedShape, place)) : null;
    this.bias = elementwiseAffine && bias ? parameter(zeros(this.normalizedShape, place)) : null;
  }

  forward(x: Tensor): Tensor {
    return layerNorm(x, this.normalizedShape, this.weight, this.bias, { eps: this.eps });
  }

  override extraRepr(): string {
    return `${pythonTuple(this.normalizedShape)}, eps=${pythonFloat(this.eps)}, elementwise_affine=${pythonBool(this.weight !== null)}`;
  }
}

export interface RMSNormLayerOptions extends Place {
  /** Added to the mean square. Default: 2⁻²³. */
  eps?: number | null;
  /** Whether to scale. Default: true. */
  elementwiseAffine?: boolean;
}

/** Divides by the root mean square over the last dims, then scales. */
export class RMSNorm extends Module {
  readonly normalizedShape: readonly number[];
  readonly eps: number | null;
  readonly weight: Parameter | null; // normalizedShape

  constructor(normalizedShape: number | readonly number[], { eps = null, elementwiseAffine = true, ...place }: RMSNormLayerOptions = {}) {
    super();
    this.normalizedShape = typeof normalizedShape === "number" ? [normalizedShape] : normalizedShape;
    this.eps = eps;
    this.weight = elementwiseAffine ? parameter(ones(this.normalizedShape, place)) : null;
  }

  forward(x: Tensor): Tensor {
    return rmsNorm(x, this.normalizedShape, this.weight, { eps: this.eps });
  }

  override extraRepr(): string {
    const eps = this.eps === null ? "None" : pythonFloat(this.eps);
    return `${pythonTuple(this.normalizedShape)}, eps=${eps}, elementwise_affine=${pythonBool(this.weight !== null)}`;
  }
}

export interface GroupNormOptions extends Place {
  /** Added to the variance. Default: 1e-5. */
  eps?: number;
  /** Whether to scale and shift. Default: true. */
  affine?: boolean;
}

/** Normalises groups of channels of [N, C, …], then scales and shifts each channel. */
export class GroupNorm extends Module {
  readonly numGroups: number;
  readonly numChannels: number;
  readonly eps: number;
  readonly weight: Parameter | null; // [C]
  readonly bias: Parameter | null; // [C]

  constructor(numGroups: number, numChannels: number, { eps = 1e-5, affine = true, ...place }: GroupNormOptions = {}) {
    super();
    if (numChannels % numGroups !== 0) throw new ShapeError("GroupNorm", `${numChannels} channels do not divide into ${numGroups} groups`);
    this.numGroups = numGroups;
    this.numChannels = numChannels;
    this.eps = eps;
    this.weight = affine ? parameter(ones([numChannels], place)) : null;
    this.bias = affine ? parameter(zeros([numChannels], place)) : null;
  }

  forward(x: Tensor): Tensor {
    return groupNorm(x, this.numGroups, this.weight, this.bias, { eps: this.eps });
  }

  override extraRepr(): string {
    return `${this.numGroups}, ${this.numChannels}, eps=${pythonFloat(this.eps)}, affine=${pythonBool(this.weight !== null)}`;
  }
}

/** Divides each channel of [N, C, …] by the size of its neighbours. */
export class LocalResponseNorm extends Module {
  readonly size: number;
  readonly options: Required<LocalResponseNormOptions>;

  constructor(size: number, options: LocalResponseNormOptions = {}) {
    super();
    this.size = size;
    this.options = { alpha: 1e-4, beta: 0.75, k: 1, ...options };
  }

  forward(x: Tensor): Tensor {
    return localResponseNorm(x, this.size, this.options);
  }

  override extraRepr(): string {
    const { alpha, beta, k } = this.options;
    return `${this.size}, alpha=${pythonFloat(alpha)}, beta=${pythonFloat(beta)}, k=${pythonFloat(k)}`;
  }
}
