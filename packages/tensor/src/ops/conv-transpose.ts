// Transposed convolution: the gradient of a convolution with respect to its input, as an op of its own.
import { isFloat } from "../dtype.ts";
import { DTypeError, formatShape, IndexError, ShapeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import { castAsOne } from "../operand-casts.ts";
import type { Tensor } from "../tensor.ts";
import { convInputGrad, convolveWhole } from "./conv.ts";
import { reshape, unsqueeze, view } from "./movement.ts";
import { pad } from "./pad.ts";
import { pointwiseFunctions as pw } from "./pointwise.ts";
import { perDim } from "./windows.ts";

export interface ConvTransposeOptions {
  /** Default: 1. */
  stride?: number | readonly number[];
  /** What the convolution that this transposes would pad: it is cut off on both sides. Default: 0. */
  padding?: number | readonly number[];
  /** Added to one side of the output; smaller than the stride or the dilation. Default: 0. */
  outputPadding?: number | readonly number[];
  /** Default: 1. */
  groups?: number;
  /** Default: 1. */
  dilation?: number | readonly number[];
}

function checked(op: string, name: string, values: readonly number[], lowest: number): readonly number[] {
  if (values.some((value) => !Number.isInteger(value) || value < lowest))
    throw new IndexError(op, `${name} must be whole numbers ≥ ${lowest} (got ${formatShape(values)})`);
  return values;
}

function check(op: string, x: Tensor, weight: Tensor, bias: Tensor | null, groups: number): void {
  const got = `(got x ${formatShape(x.shape)}, weight ${formatShape(weight.shape)}, groups ${groups})`;
  const layout = "x is [N, C, …], weight is [C, O/groups, …]";
  if (weight.ndim !== x.ndim) throw new ShapeError(op, `ranks do not fit ${got}. ${layout}`);
  if (!isFloat(x.dtype) || x.dtype !== weight.dtype)
    throw new DTypeError(op, `x is ${x.dtype}, weight is ${weight.dtype}: both must be floats of one dtype`);
  const [channels, outputs] = [x.shape[1] as number, (weight.shape[1] as number) * groups];
  if (channels % groups !== 0) throw new ShapeError(op, `channels do not divide into groups ${got}`);
  if (weight.shape[0] !== channels)
    throw new ShapeError(op, `x has ${channels} channels, weight takes ${weight.shape[0]} ${got}. ${layout}`);
  if (bias && (bias.ndim !== 1 || bias.shape[0] !== outputs))
    throw new ShapeError(op, `bias ${formatShape(bias.shape)} must be [${outputs}] ${got}`);
}

const convTransposeNd = /* @__PURE__ */ castAsOne(
  "convTranspose",
  (op: string, spatial: number, input: Tensor, weight: Tensor, bias: Tensor | null, options: ConvTransposeOptions): Tensor => {
    if ([input, weight, bias ?? input].every(({ dtype }) => dtype === "int32"))
      return convolveWhole(input, (cast) => convTransposeNd(op, spatial, cast(input), cast(weight), bias && cast(bias), options));
    const single = input.ndim === spatial + 1;
    const batch = single ? unsqueeze(input, 0) : input;
    if (batch.ndim !== spatial + 2)
      throw new ShapeError(op, `expected x with ${spatial + 2} dims, or ${spatial + 1} without batch (got ${formatShape(input.shape)})`);
    const sizes = (name: "stride" | "padding" | "outputPadding" | "dilation", fallback: number, lowest: number): readonly number[] =>
      checked(op, name, perDim(op, options[name] ?? fallback, spatial, name), lowest);
    const [stride, padding, outputPadding, dilation] = [
      sizes("stride", 1, 1),
      sizes("padding", 0, 0),
      sizes("outputPadding", 0, 0),
      sizes("dilation", 1, 1),
    ];
    const [groups] = checked(op, "groups", [options.groups ?? 1], 1) as [number];
    if (outputPadding.some((size, i) => size >= Math.max(stride[i] as number, dilation[i] as number))) {
      throw new IndexError(
        op,
        `outputPadding ${formatShape(outputPadding)} must be smaller than stride ${formatShape(stride)} or dilation ${formatShape(dilation)}`,
      );
    }
    check(op, batch, weight, bias, groups);
    const inputSize = stride.map((s, i) => {
      const reach = (dilation[i] as number) * ((weight.shape[i + 2] as number) - 1);
      return ((batch.shape[i + 2] as number) - 1) * s - 2 * (padding[i] as number) + reach + (outputPadding[i] as number) + 1;
    });
    if (inputSize.some((size) => size < 1))
      throw new ShapeError(
        op,
        `nothing would be left of the output, ${formatShape(inputSize)} (got x ${formatShape(input.shape)}, weight ${formatShape(weight.shape)}, padding ${formatShape(padding)})`,
      );
    return scope(() => {
      // output padding of a whole stride (possible with dilation) is as much as one more input position, which holds zero
      const extra = outputPadding.map((size, i) => Math.floor(size / (stride[i] as number)));
      const x = extra.some((count) => count > 0) ? pad(batch, [...extra].reverse().flatMap((count) => [0, count])) : batch; // biome-ignore format: one step
      const y = convInputGrad(x, weight, { stride, padding, dilation, groups, inputSize }); // [N, O, …]
      const shifted = bias ? pw.add(y, reshape(bias, [bias.numel, ...new Array<number>(spatial).fill(1)])) : y;
      return single ? view(shifted, shifted.shape.slice(1)) : shifted;
    });
  },
);

/** x [N, C, L] (or [C, L]), weight [C, O/groups, K], bias [O] → [N, O, (L − 1)·stride − 2·padding + dilation·(K − 1) + outputPadding + 1]. */
export const convTranspose1d = (x: Tensor, weight: Tensor, bias: Tensor | null = null, options: ConvTransposeOptions = {}): Tensor =>
  convTransposeNd("convTranspose1d", 1, x, weight, bias, options);
/** x [N, C, H, W] (or [C, H, W]), weight [C, O/groups, KH, KW], bias [O] → [N, O, H', W']. */
export const convTranspose2d = (x: Tensor, weight: Tensor, bias: Tensor | null = null, options: ConvTransposeOptions = {}): Tensor =>
  convTransposeNd("convTranspose2d", 2, x, weight, bias, options);
/** x [N, C, D, H, W] (or [C, D, H, W]), weight [C, O/groups, KD, KH, KW], bias [O] → [N, O, D', H', W']. */
export const convTranspose3d = (x: Tensor, weight: Tensor, bias: Tensor | null = null, options: ConvTransposeOptions = {}): Tensor =>
  convTransposeNd("convTranspose3d", 3, x, weight, bias, options);
