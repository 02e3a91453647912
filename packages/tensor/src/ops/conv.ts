// Convolution (cross-correlation, as everywhere in deep learning) and its two gradients, over one to three spatial dims.
import type { ConvAttrs, View } from "../backend.ts";
import { isFloat } from "../dtype.ts";
import { DTypeError, formatShape, IndexError, ShapeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { convInputGradVjp, convVjp, convWeightGradVjp } from "./conv-grad.ts";
import { toDType } from "./copy.ts";
import { applyOp, type StructuredOp } from "./dispatch.ts";
import { embed } from "./join.ts";
import { flip, reshape, unsqueeze, view } from "./movement.ts";
import { pad } from "./pad.ts";
import { pointwiseFunctions as pw } from "./pointwise.ts";
import { perDim, sumOfProducts, windowCount, windows } from "./windows.ts";

/** Kernels know two spatial dims: a line is a picture of height 1. */
function asPicture(tensor: Tensor): View {
  if (tensor.ndim === 4) return tensor;
  const insert = (list: Shape, value: number): number[] => [...list.slice(0, 2), value, ...list.slice(2)];
  return {
    buffer: tensor.buffer,
    dtype: tensor.dtype,
    shape: insert(tensor.shape, 1),
    strides: insert(tensor.strides, 0),
    offset: tensor.offset,
  };
}

function pictureAttrs(attrs: ConvAttrs): ConvAttrs {
  if (attrs.stride.length === 2) return attrs;
  return { groups: attrs.groups, stride: [1, ...attrs.stride], padding: [0, ...attrs.padding], dilation: [1, ...attrs.dilation] };
}

const spatialOf = (x: Tensor): Shape => x.shape.slice(2);
const range = (start: number, count: number): number[] => Array.from({ length: count }, (_, i) => start + i);

/** [N, C, …S] and kernel → windows by group: [N, G, 1, C/G, …O, …K]. */
function groupedWindows(x: Tensor, kernelSize: Shape, attrs: Pick<ConvAttrs, "stride" | "padding" | "dilation" | "groups">): Tensor {
  const w = windows(x, { kernelSize, ...attrs }, 0);
  const [n, c] = w.shape as [number, number];
  return reshape(w, [n, attrs.groups, 1, c / attrs.groups, ...w.shape.slice(2)]);
}

/** Convolution and its gradients by attributes: one entry per spatial dim. */
export function convolution(x: Tensor, weight: Tensor, bias: Tensor | null, attrs: ConvAttrs): Tensor {
  return applyOp(convOp, [x, weight, bias], attrs)[0] as Tensor;
}
export function convInputGrad(dy: Tensor, weight: Tensor, attrs: ConvInputGradAttrs): Tensor {
  return applyOp(convInputGradOp, [dy, weight], attrs)[0] as Tensor;
}
export function convWeightGrad(dy: Tensor, x: Tensor, attrs: ConvWeightGradAttrs): Tensor {
  return applyOp(convWeightGradOp, [dy, x], attrs)[0] as Tensor;
}

const convolutions = { convolution, convInputGrad, convWeightGrad };

/** x [N, C, …S] * weight [O, C/groups, …K] + bias [O] → [N, O, …]. */
export const convOp: StructuredOp<ConvAttrs> = {
  name: "conv",
  vjp: /* @__PURE__ */ convVjp(convolutions),
  infer([x, weight, bias], attrs) {
    const [input, kernel] = [x as Tensor, weight as Tensor];
    checkConv("conv", input, kernel, bias as Tensor | null, attrs.groups);
    const sizes = spatialOf(input).map((size, i) => {
      const count = windowCount(
        size,
        kernel.shape[i + 2] as number,
        attrs.stride[i] as number,
        attrs.padding[i] as number,
        attrs.dilation[i] as number,
      );
      if (count < 1)
        throw new ShapeError(
          "conv",
          `the kernel is larger than the padded input (got x ${formatShape(input.shape)}, weight ${formatShape(kernel.shape)}, padding ${formatShape(attrs.padding)})`,
        );
      return count;
    });
    return [{ shape: [input.shape[0] as number, kernel.shape[0] as number, ...sizes], dtype: input.dtype }];
  },
  run(device, [x, weight, bias], [y], attrs) {
    if (!device.fused?.conv || attrs.stride.length > 2) return false;
    return device.fused.conv(
      asPicture(x as Tensor),
      asPicture(weight as Tensor),
      bias ?? null,
      asPicture(y as Tensor),
      pictureAttrs(attrs),
    );
  },
  decompose([x, weight, bias], attrs) {
    const [input, kernel] = [x as Tensor, weight as Tensor];
    const spatial = attrs.stride.length;
    const grouped = groupedWindows(input, kernel.shape.slice(2), attrs); // [N, G, 1, C/G, …O, …K]
    const [o, cg] = kernel.shape as [number, number];
    const w = reshape(kernel, [1, attrs.groups, o / attrs.groups, cg, ...new Array<number>(spatial).fill(1), ...kernel.shape.slice(2)]);
    const shape = grouped.shape.map((size, d) => (d === 2 ? o / attrs.groups : size));
    const summed = sumOfProducts(grouped, w, shape, [3, ...range(4 + spatial, spatial)]); // [N, G, O/G, …O]
    const y = reshape(summed, [input.shape[0] as number, o, ...summed.shape.slice(3)]);
    return [bias ? pw.add(y, reshape(bias, [o, ...new Array<number>(spatial).fill(1)])) : y];
  },
};

export interface ConvInputGradAttrs extends ConvAttrs {
  /** Spatial sizes of the input. */
  readonly inputSize: Shape;
}

/** Of (dy [N, O, …], weight [O, C/groups, …K]): the gradient of the input, [N, C, …inputSize]. Also the transposed convolution. */
export const convInputGradOp: StructuredOp<ConvInputGradAttrs> = {
  name: "convInputGrad",
  vjp: /* @__PURE__ */ convInputGradVjp(convolutions),
  infer: ([dy, weight], { inputSize, groups }) => [
    {
      shape: [(dy as Tensor).shape[0] as number, ((weight as Tensor).shape[1] as number) * groups, ...inputSize],
      dtype: (dy as Tensor).dtype,
    },
  ],
  run(device, [dy, weight], [dx], attrs) {
    if (!device.fused?.convInputGrad || attrs.stride.length > 2) return false;
    return device.fused.convInputGrad(asPicture(dy as Tensor), asPicture(weight as Tensor), asPicture(dx as Tensor), pictureAttrs(attrs));
  },
  decompose([dy, weight], { stride, padding, dilation, groups, inputSize }) {
    const [g, kernel] = [dy as Tensor, weight as Tensor];
    const spatial = stride.length;
    let stuffed = g; // zeros between the gradients of strided windows
    const pads: number[] = [];
    for (let i = 0; i < spatial; i++) {
      const [s, size] = [stride[i] as number, g.shape[i + 2] as number];
      const length = (size - 1) * s + 1;
      const shape = stuffed.shape.map((old, d) => (d === i + 2 ? length : old));
      if (s > 1) stuffed = embed(stuffed, { shape, fill: 0, view: "slice", attrs: { dim: i + 2, start: 0, step: s, length: size } });
      const reach = (dilation[i] as number) * ((kernel.shape[i + 2] as number) - 1);
      const before = reach - (padding[i] as number);
      pads.unshift(before, (inputSize[i] as number) + reach - length - before);
    }
    const [o, cg] = kernel.shape as [number, number];
    const grouped = groupedWindows(pad(stuffed, pads), kernel.shape.slice(2), {
      stride: stride.map(() => 1),
      padding: padding.map(() => 0),
      dilation,
      groups,
    });
    const dyw = reshape(grouped, [grouped.shape[0] as number, groups, o / groups, 1, ...grouped.shape.slice(4)]); // [N, G, O/G, 1, …S, …K]
    const w = flip(
      reshape(kernel, [1, groups, o / groups, cg, ...new Array<number>(spatial).fill(1), ...kernel.shape.slice(2)]),
      range(4 + spatial, spatial),
    );
    const shape = dyw.shape.map((size, d) => (d === 3 ? cg : size));
    const summed = sumOfProducts(dyw, w, shape, [2, ...range(4 + spatial, spatial)]); // [N, G, C/G, …S]
    return [reshape(summed, [g.shape[0] as number, groups * cg, ...inputSize])];
  },
};

export interface ConvWeightGradAttrs extends ConvAttrs {
  readonly kernelSize: Shape;
}

/** Of (dy [N, O, …], x [N, C, …S]): the gradient of the weight, [O, C/groups, …K]. */
export const convWeightGradOp: StructuredOp<ConvWeightGradAttrs> = {
  name: "convWeightGrad",
  vjp: /* @__PURE__ */ convWeightGradVjp(convolutions),
  infer: ([dy, x], { kernelSize, groups }) => [
    { shape: [(dy as Tensor).shape[1] as number, ((x as Tensor).shape[1] as number) / groups, ...kernelSize], dtype: (dy as Tensor).dtype },
  ],
  run(device, [dy, x], [dw], attrs) {
    if (!device.fused?.convWeightGrad || attrs.stride.length > 2) return false;
    return device.fused.convWeightGrad(asPicture(dy as Tensor), asPicture(x as Tensor), asPicture(dw as Tensor), pictureAttrs(attrs));
  },
  decompose([dy, x], attrs) {
    const [g, input] = [dy as Tensor, x as Tensor];
    const spatial = attrs.stride.length;
    // a stride that leaves input over at the end makes no window more than dy has
    const all = groupedWindows(input, attrs.kernelSize, attrs); // [N, G, 1, C/G, …O, …K]
    const [n, o] = g.shape as [number, number];
    const dyg = reshape(g, [n, attrs.groups, o / attrs.groups, 1, ...g.shape.slice(2), ...new Array<number>(spatial).fill(1)]);
    const shape = all.shape.map((size, d) => (d === 2 ? o / attrs.groups : size));
    const summed = sumOfProducts(all, dyg, shape, [0, ...range(4, spatial)]); // [G, O/G, C/G, …K]
    return [reshape(summed, [o, (input.shape[1] as number) / attrs.groups, ...attrs.kernelSize])];
  },
};

function checkConv(op: string, x: Tensor, weight: Tensor, bias: Tensor | null, groups: number): void {
  const got = `(got x ${formatShape(x.shape)}, weight ${formatShape(weight.shape)}, groups ${groups})`;
  const layout = "x is [N, C, …], weight is [O, C/groups, …]";
  if (x.ndim < 3 || x.ndim > 5 || weight.ndim !== x.ndim) throw new ShapeError(op, `ranks do not fit ${got}. ${layout}`);
  if (!isFloat(x.dtype) || x.dtype !== weight.dtype)
    throw new DTypeError(op, `x is ${x.dtype}, weight is ${weight.dtype}: both must be floats of one dtype`);
  const [channels, outputs] = [x.shape[1] as number, weight.shape[0] as number];
  if (channels % groups !== 0 || outputs % groups !== 0) throw new ShapeError(op, `channels do not divide into groups ${got}`);
  if (weight.shape[1] !== channels / groups)
    throw new ShapeError(op, `x has ${channels} channels, weight takes ${(weight.shape[1] as number) * groups} ${got}. ${layout}`);
  if (bias && (bias.ndim !== 1 || bias.shape[0] !== outputs))
    throw new ShapeError(op, `bias ${formatShape(bias.shape)} must be [${outputs}] ${got}`);
}

export interface ConvOptions {
  stride?: number | readonly number[];
  /** Zeros on both sides; "same" keeps the size (stride 1 only), "valid" is none. */
  padding?: number | readonly number[] | "same" | "valid";
  dilation?: number | readonly number[];
  groups?: number;
}

function positive(op: string, name: string, values: readonly number[], lowest = 1): readonly number[] {
  if (values.some((value) => !Number.isInteger(value) || value < lowest))
    throw new IndexError(op, `${name} must be whole numbers ≥ ${lowest} (got ${formatShape(values)})`);
  return values;
}

/** Padding that keeps the size; the odd one goes to the end, as torch. */
function samePadding(x: Tensor, weight: Tensor, stride: readonly number[], dilation: readonly number[]): { x: Tensor; padding: number[] } {
  if (stride.some((s) => s !== 1)) throw new IndexError("conv", 'padding "same" needs stride 1');
  const total = dilation.map((d, i) => d * ((weight.shape[i + 2] as number) - 1));
  const odd = total.map((size) => size % 2).reverse();
  return {
    x: odd.includes(1)
      ? pad(
          x,
          odd.flatMap((size) => [0, size]),
        )
      : x,
    padding: total.map((size) => Math.floor(size / 2)),
  };
}

/** Whole numbers are convolved as floats: exact up to 2²⁴. */
export function convolveWhole(x: Tensor, convolve: (cast: (operand: Tensor) => Tensor) => Tensor): Tensor {
  return scope(() =>
    toDType(
      convolve((operand) => toDType(operand, "float32")),
      x.dtype,
    ),
  );
}

function convNd(op: string, spatial: number, input: Tensor, weight: Tensor, bias: Tensor | null, options: ConvOptions): Tensor {
  if ([input, weight, bias ?? input].every(({ dtype }) => dtype === "int32"))
    return convolveWhole(input, (cast) => convNd(op, spatial, cast(input), cast(weight), bias && cast(bias), options));
  const single = input.ndim === spatial + 1;
  const batch = single ? unsqueeze(input, 0) : input;
  if (batch.ndim !== spatial + 2)
    throw new ShapeError(op, `expected x with ${spatial + 2} dims, or ${spatial + 1} without batch (got ${formatShape(input.shape)})`);
  const stride = positive(op, "stride", perDim(op, options.stride ?? 1, spatial, "stride"));
  const dilation = positive(op, "dilation", perDim(op, options.dilation ?? 1, spatial, "dilation"));
  const [groups] = positive(op, "groups", [options.groups ?? 1]) as [number];
  return scope(() => {
    const { x, padding } =
      options.padding === "same"
        ? samePadding(batch, weight, stride, dilation)
        : {
            x: batch,
            padding:
              options.padding === "valid"
                ? stride.map(() => 0)
                : positive(op, "padding", perDim(op, options.padding ?? 0, spatial, "padding"), 0),
          };
    const [y] = applyOp(convOp, [x, weight, bias], { stride, padding, dilation, groups }) as [Tensor];
    return single ? view(y, y.shape.slice(1)) : y;
  });
}

/** x [N, C, L] (or [C, L]), weight [O, C/groups, K], bias [O] → [N, O, L']. */
export const conv1d = (x: Tensor, weight: Tensor, bias: Tensor | null = null, options: ConvOptions = {}): Tensor =>
  convNd("conv1d", 1, x, weight, bias, options);
/** x [N, C, H, W] (or [C, H, W]), weight [O, C/groups, KH, KW], bias [O] → [N, O, H', W']. */
export const conv2d = (x: Tensor, weight: Tensor, bias: Tensor | null = null, options: ConvOptions = {}): Tensor =>
  convNd("conv2d", 2, x, weight, bias, options);
/** x [N, C, D, H, W] (or [C, D, H, W]), weight [O, C/groups, KD, KH, KW], bias [O] → [N, O, D', H', W']. */
export const conv3d = (x: Tensor, weight: Tensor, bias: Tensor | null = null, options: ConvOptions = {}): Tensor =>
  convNd("conv3d", 3, x, weight, bias, options);
