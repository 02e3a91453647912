// Transposed convolutions over one, two and three spatial dims.
import {
  type ConvTransposeOptions, convTranspose1d, convTranspose2d, convTranspose3d, formatShape, IndexError, type Shape, ShapeError, type Tensor, uniform,
} from "@gradkit/tensor"; // biome-ignore format: a list
import { Module } from "../module.ts";
import { type Parameter, parameter } from "../parameter.ts";
import { type PerDim, perDim } from "../per-dim.ts";
import { pythonTuple } from "../print-module.ts";
import type { InitOptions } from "./init-options.ts";

export interface ConvTransposeLayerOptions extends InitOptions, ConvTransposeOptions {
  /** Default: true. */
  bias?: boolean;
  /** Only "zeros". */
  paddingMode?: "zeros";
}

type Convolution = (x: Tensor, weight: Tensor, bias: Tensor | null, options: ConvTransposeOptions) => Tensor;

/** What `ConvTranspose1d`, `ConvTranspose2d` and `ConvTranspose3d` share. Weights start uniform in ±1/√(out/groups · kernel), as torch's. */
export abstract class ConvTransposeNd extends Module {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly outputPadding: readonly number[];
  readonly groups: number;
  readonly dilation: readonly number[];
  readonly weight: Parameter; // [in, out/groups, …kernel]
  readonly bias: Parameter | null; // [out]
  protected readonly convolution: Convolution;

  constructor(
    convolution: Convolution,
    dims: number,
    inChannels: number,
    outChannels: number,
    kernelSize: PerDim,
    options: ConvTransposeLayerOptions,
  ) {
    super();
    const { stride = 1, padding = 0, outputPadding = 0, groups = 1, bias = true, dilation = 1, paddingMode = "zeros", ...init } = options;
    const op = this.constructor.name;
    this.convolution = convolution;
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = perDim(op, kernelSize, dims, "kernelSize");
    this.stride = perDim(op, stride, dims, "stride");
    this.padding = perDim(op, padding, dims, "padding");
    this.outputPadding = perDim(op, outputPadding, dims, "outputPadding");
    this.groups = groups;
    this.dilation = perDim(op, dilation, dims, "dilation");
    if (paddingMode !== "zeros") throw new IndexError(op, `paddingMode must be "zeros" (got ${JSON.stringify(paddingMode)})`);
    if (!(groups > 0) || inChannels % groups !== 0 || outChannels % groups !== 0)
      throw new ShapeError(op, `${inChannels} and ${outChannels} channels do not divide into ${groups} groups`);
    const shape = [inChannels, outChannels / groups, ...this.kernelSize];
    const bound = 1 / Math.sqrt(shape.slice(1).reduce((product, size) => product * size, 1)); // what torch's kaiming_uniform(a=√5) reduces to
    this.weight = parameter(uniform(shape, -bound, bound, init));
    this.bias = bias ? parameter(uniform([outChannels], -bound, bound, init)) : null;
  }

  /** `outputSize` names the spatial sizes of the output (or its whole shape), where several sizes are convolved to the input's. */
  forward(x: Tensor, outputSize: Shape | null = null): Tensor {
    const { stride, padding, groups, dilation } = this;
    const outputPadding = outputSize ? this.#paddingFor(x, outputSize) : this.outputPadding;
    return this.convolution(x, this.weight, this.bias, { stride, padding, outputPadding, groups, dilation });
  }

  #paddingFor(x: Tensor, outputSize: Shape): number[] {
    const { kernelSize, stride, padding, dilation } = this;
    const dims = kernelSize.length;
    const smallest = kernelSize.map((size, i) => {
      const length = ((x.shape.at(i - dims) as number) - 1) * (stride[i] as number) + (dilation[i] as number) * (size - 1) + 1;
      return length - 2 * (padding[i] as number);
    });
    const wanted = outputSize.length === dims || outputSize.length === x.ndim ? outputSize.slice(-dims) : [];
    const missing = smallest.map((size, i) => (wanted[i] ?? Number.NaN) - size);
    if (!missing.every((size, i) => size >= 0 && size < (stride[i] as number))) {
      throw new ShapeError(
        this.constructor.name,
        `outputSize ${formatShape(outputSize)} must be from ${formatShape(smallest)} to less than a stride ${formatShape(stride)} above`,
      );
    }
    return missing;
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding, outputPadding, dilation, groups } = this;
    const parts = [`${this.inChannels}`, `${this.outChannels}`, `kernel_size=${pythonTuple(kernelSize)}`, `stride=${pythonTuple(stride)}`];
    if (padding.some((size) => size !== 0)) parts.push(`padding=${pythonTuple(padding)}`);
    if (dilation.some((size) => size !== 1)) parts.push(`dilation=${pythonTuple(dilation)}`);
    if (outputPadding.some((size) => size !== 0)) parts.push(`output_padding=${pythonTuple(outputPadding)}`);
    if (groups !== 1) parts.push(`groups=${groups}`);
    if (!this.bias) parts.push("bias=False");
    return parts.join(", ");
  }
}

/** Transposed convolution of [N, C, L] (or [C, L]). */
export class ConvTranspose1d extends ConvTransposeNd {
  constructor(inChannels: number, outChannels: number, kernelSize: PerDim, options: ConvTransposeLayerOptions = {}) {
    super(convTranspose1d, 1, inChannels, outChannels, kernelSize, options);
  }
}

/**
 * Transposed convolution of [N, C, H, W] (or [C, H, W]).
 *
 * @example
 * new ConvTranspose2d(16, 8, 2, { stride: 2 }).call(zeros([1, 16, 14, 14])); // [1, 8, 28, 28]
 */
export class ConvTranspose2d extends ConvTransposeNd {
  constructor(inChannels: number, outChannels: number, kernelSize: PerDim, options: ConvTransposeLayerOptions = {}) {
    super(convTranspose2d, 2, inChannels, outChannels, kernelSize, options);
  }
}

/** Transposed convolution of [N, C, D, H, W] (or [C, D, H, W]). */
export class ConvTranspose3d extends ConvTransposeNd {
  constructor(inChannels: number, outChannels: number, kernelSize: PerDim, options: ConvTransposeLayerOptions = {}) {
    super(convTranspose3d, 3, inChannels, outChannels, kernelSize, options);
  }
}
