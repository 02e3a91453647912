// Convolutions over one, two and three spatial dims.
import { type ConvOptions, conv1d, conv2d, conv3d, formatShape, IndexError, pad, ShapeError, type Tensor, uniform } from "@gradkit/tensor";
import { Module } from "../module.ts";
import { type Parameter, parameter } from "../parameter.ts";
import { type PerDim, perDim } from "../per-dim.ts";
import { pythonTuple } from "../print-module.ts";
import type { InitOptions } from "./init-options.ts";

const paddingModes = ["zeros", "reflect", "replicate", "circular"];

export interface ConvLayerOptions extends InitOptions {
  /** Default: 1. */
  stride?: PerDim;
  /** On both sides; "same" keeps the size (stride 1 only), "valid" is none. Default: 0. */
  padding?: PerDim | "same" | "valid";
  /** Default: 1. */
  dilation?: PerDim;
  /** Default: 1. */
  groups?: number;
  /** Default: true. */
  bias?: boolean;
  /** What the padding holds. Default: "zeros". */
  paddingMode?: "zeros" | "reflect" | "replicate" | "circular";
}

type Convolution = (x: Tensor, weight: Tensor, bias: Tensor | null, options: ConvOptions) => Tensor;

function checkSettings(layer: string, { inChannels, outChannels, groups, padding, stride, paddingMode }: ConvNd): void {
  if (!(groups > 0) || inChannels % groups !== 0 || outChannels % groups !== 0)
    throw new ShapeError(layer, `${inChannels} and ${outChannels} channels do not divide into ${groups} groups`);
  if (typeof padding === "string" && padding !== "same" && padding !== "valid")
    throw new IndexError(layer, `padding is a number for each side, "same" or "valid" (got ${JSON.stringify(padding)})`);
  if (padding === "same" && stride.some((step) => step !== 1))
    throw new IndexError(layer, `padding "same" needs a stride of 1 (got ${formatShape(stride)})`);
  if (!paddingModes.includes(paddingMode))
    throw new IndexError(layer, `paddingMode is one of ${paddingModes.join(", ")} (got ${JSON.stringify(paddingMode)})`);
}

/** What `Conv1d`, `Conv2d` and `Conv3d` share. Weights start uniform in ±1/√(fan in). */
export abstract class ConvNd extends Module {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[] | "same" | "valid";
  readonly dilation: readonly number[];
  readonly groups: number;
  readonly paddingMode: NonNullable<ConvLayerOptions["paddingMode"]>;
  readonly weight: Parameter; // [out, in/groups, …kernel]
  readonly bias: Parameter | null; // [out]
  protected readonly convolution: Convolution;

  constructor(
    convolution: Convolution,
    dims: number,
    inChannels: number,
    outChannels: number,
    kernelSize: PerDim,
    options: ConvLayerOptions,
  ) {
    super();
    const { stride = 1, padding = 0, dilation = 1, groups = 1, bias = true, paddingMode = "zeros", ...init } = options;
    const { name } = this.constructor;
    this.convolution = convolution;
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = perDim(name, kernelSize, dims, "kernelSize");
    this.stride = perDim(name, stride, dims, "stride");
    this.padding = typeof padding === "string" ? padding : perDim(name, padding, dims, "padding");
    this.dilation = perDim(name, dilation, dims, "dilation");
    this.groups = groups;
    this.paddingMode = paddingMode;
    checkSettings(name, this);
    const shape = [outChannels, inChannels / groups, ...this.kernelSize];
    const bound = 1 / Math.sqrt(shape.slice(1).reduce((product, size) => product * size, 1)); // what torch's kaiming_uniform(a=√5) reduces to
    this.weight = parameter(uniform(shape, -bound, bound, init));
    this.bias = bias ? parameter(uniform([outChannels], -bound, bound, init)) : null;
  }

  forward(x: Tensor): Tensor {
    const { stride, padding, dilation, groups } = this;
    if (this.paddingMode === "zeros") return this.convolution(x, this.weight, this.bias, { stride, padding, dilation, groups });
    const padded = pad(x, this.#sides(), { mode: this.paddingMode });
    return this.convolution(padded, this.weight, this.bias, { stride, dilation, groups });
  }

  /** (before, after) from the last dim to the first, as `pad` takes them. */
  #sides(): number[] {
    const { padding, kernelSize, dilation } = this;
    if (padding === "valid") return kernelSize.flatMap(() => [0, 0]);
    const sides = kernelSize.map((size, i) => {
      if (padding !== "same") return [padding[i] as number, padding[i] as number];
      const total = (dilation[i] as number) * (size - 1);
      return [Math.floor(total / 2), total - Math.floor(total / 2)];
    });
    return sides.reverse().flat();
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding, dilation, groups, paddingMode } = this;
    const parts = [`${this.inChannels}`, `${this.outChannels}`, `kernel_size=${pythonTuple(kernelSize)}`, `stride=${pythonTuple(stride)}`];
    if (typeof padding === "string") parts.push(`padding=${padding}`);
    else if (padding.some((size) => size !== 0)) parts.push(`padding=${pythonTuple(padding)}`);
    if (dilation.some((size) => size !== 1)) parts.push(`dilation=${pythonTuple(dilation)}`);
    if (groups !== 1) parts.push(`groups=${groups}`);
    if (!this.bias) parts.push("bias=False");
    if (paddingMode !== "zeros") parts.push(`padding_mode=${paddingMode}`);
    return parts.join(", ");
  }
}

/** Convolution of [N, C, L] (or [C, L]). */
export class Conv1d extends ConvNd {
  constructor(inChannels: number, outChannels: number, kernelSize: PerDim, options: ConvLayerOptions = {}) {
    super(conv1d, 1, inChannels, outChannels, kernelSize, options);
  }
}

/**
 * Convolution of [N, C, H, W] (or [C, H, W]).
 *
 * @example
 * new Conv2d(1, 16, 5, { padding: 2 }).call(zeros([64, 1, 28, 28])); // [64, 16, 28, 28]
 */
export class Conv2d extends ConvNd {
  constructor(inChannels: number, outChannels: number, kernelSize: PerDim, options: ConvLayerOptions = {}) {
    super(conv2d, 2, inChannels, outChannels, kernelSize, options);
  }
}

/** Convolution of [N, C, D, H, W] (or [C, D, H, W]). */
export class Conv3d extends ConvNd {
  constructor(inChannels: number, outChannels: number, kernelSize: PerDim, options: ConvLayerOptions = {}) {
    super(conv3d, 3, inChannels, outChannels, kernelSize, options);
  }
}
