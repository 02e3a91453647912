// Max-pooling over one to three spatial dims, with the positions of the maxima.
import type { PoolAttrs } from "../backend.ts";
import { dtypes, isFloat } from "../dtype.ts";
import { formatShape, IndexError, ShapeError } from "../errors.ts";
import { needsGrad } from "../grad-mode.ts";
import { scope } from "../lifetime.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { numel } from "../view.ts";
import { castFormula } from "./copy.ts";
import { fromArray } from "./creation.ts";
import { allocate, applyOp, type OutputSpec, type StructuredOp } from "./dispatch.ts";
import { scatterAdd } from "./gather.ts";
import { reshape, unsqueeze, view } from "./movement.ts";
import { pointwiseFunctions as pw } from "./pointwise.ts";
import { maxPoolGradVjp, maxPoolVjp } from "./pool-grad.ts";
import type { ValuesAndIndices } from "./reduce.ts";
import { perDim, windowCount, windows } from "./windows.ts";

export interface MaxPoolAttrs extends PoolAttrs {
  /** Windows may hang over the end. */
  readonly ceilMode: boolean;
  /** Whether positions are an output, too: a gradient needs them. */
  readonly indices: boolean;
}

/** Number of windows along one dim; in ceilMode they may hang over the end. */
export function pooledSize(size: number, kernel: number, stride: number, padding: number, dilation: number, ceilMode: boolean): number {
  if (!ceilMode) return windowCount(size, kernel, stride, padding, dilation);
  const count = Math.ceil((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1;
  return (count - 1) * stride >= size + padding ? count - 1 : count; // the last window must start inside
}

const sizesOf = (x: Tensor, { kernelSize, stride, padding, dilation, ceilMode }: MaxPoolAttrs): number[] =>
  kernelSize.map((k, i) =>
    pooledSize(x.shape[i + 2] as number, k, stride[i] as number, padding[i] as number, dilation[i] as number, ceilMode),
  );

export function maxPoolGrad(dy: Tensor, indices: Tensor, attrs: MaxPoolGradAttrs): Tensor {
  return applyOp(maxPoolGradOp, [dy, indices], attrs)[0] as Tensor;
}

/** x [N, C, …S] → values and, if wanted, int32 positions within the plane, both [N, C, …O]. */
export const maxPoolOp: StructuredOp<MaxPoolAttrs> = {
  name: "maxPool",
  vjp: /* @__PURE__ */ maxPoolVjp(maxPoolGrad),
  infer([x], attrs) {
    const { shape, dtype } = x as Tensor;
    const sizes = sizesOf(x as Tensor, attrs);
    if (sizes.some((size) => size < 1))
      throw new ShapeError("maxPool", `windows ${formatShape(attrs.kernelSize)} are larger than the padded input ${formatShape(shape)}`);
    const out = [...shape.slice(0, 2), ...sizes];
    const values: OutputSpec = { shape: out, dtype };
    return attrs.indices ? [values, { shape: out, dtype: "int32" }] : [values];
  },
  run(device, [x], [y, indices], attrs) {
    if (attrs.kernelSize.length !== 2) return false;
    return device.fused?.maxPool?.(x as Tensor, y as Tensor, indices ?? null, attrs) ?? false;
  },
  decompose([x], attrs) {
    const source = x as Tensor;
    const { kernelSize, stride, padding, dilation } = attrs;
    const spatial = kernelSize.length;
    const sizes = sizesOf(source, attrs);
    const overhang = sizes.map((count, i) =>
      Math.max(
        0,
        (count - 1) * (stride[i] as number) +
          (dilation[i] as number) * ((kernelSize[i] as number) - 1) +
          1 -
          (source.shape[i + 2] as number) -
          2 * (padding[i] as number),
      ),
    );
    const lowest = isFloat(source.dtype) ? Number.NEGATIVE_INFINITY : source.dtype === "uint8" ? 0 : -(2 ** 31);
    const all = windows(source, attrs, lowest, overhang); // [N, C, …O, …K]
    const kept = [...source.shape.slice(0, 2), ...sizes, ...kernelSize.map(() => 1)];
    const [values, winners] = [allocate(source.device, kept, source.dtype), allocate(source.device, kept, "int32")];
    const type = dtypes[source.dtype].scalar;
    source.device.reduce(
      "argmax",
      castFormula(type, type),
      [all],
      [],
      [winners, values],
      kernelSize.map((_, i) => 2 + spatial + i),
    );
    const shape = kept.slice(0, 2 + spatial);
    const maxima = reshape(values, shape);
    return attrs.indices ? [maxima, planePositions(reshape(winners, shape), attrs, source.shape.slice(2))] : [maxima];
  },
};

/** From positions within windows to positions within the plane. Where nothing beats the padding it is the first place inside. */
function planePositions(winners: Tensor, { kernelSize, stride, padding, dilation }: PoolAttrs, plane: Shape): Tensor {
  const spatial = kernelSize.length;
  let position: Tensor | null = null;
  for (let i = 0; i < spatial; i++) {
    const [size, step] = [kernelSize[i] as number, dilation[i] as number];
    const count = winners.shape[i + 2] as number;
    const starts = Int32Array.from({ length: count }, (_, window) => window * (stride[i] as number) - (padding[i] as number));
    const firsts = starts.map((start) => start + Math.ceil(Math.max(0, -start) / step) * step);
    const along = (values: Int32Array): Tensor =>
      fromArray(values, [count, ...new Array<number>(spatial - 1 - i).fill(1)], "int32", { device: winners.device });
    const within = pw.remainder(pw.floorDivide(winners, numel(kernelSize.slice(i + 1))), size);
    const at = pw.maximum(pw.add(pw.mul(within, step), along(starts)), along(firsts));
    position = position ? pw.add(pw.mul(position, plane[i] as number), at) : at;
  }
  return position as Tensor;
}

export interface MaxPoolGradAttrs {
  /** Spatial sizes of the pooled input. */
  readonly inputSize: Shape;
}

/** Of (dy, indices), both [N, C, …O]: dx [N, C, …inputSize]; overlapping windows add up. */
export const maxPoolGradOp: StructuredOp<MaxPoolGradAttrs> = {
  name: "maxPoolGrad",
  vjp: maxPoolGradVjp,
  infer: ([dy], { inputSize }) => [{ shape: [...(dy as Tensor).shape.slice(0, 2), ...inputSize], dtype: (dy as Tensor).dtype }],
  run(device, [dy, indices], [dx], { inputSize }) {
    if (inputSize.length !== 2) return false;
    return device.fused?.maxPoolGrad?.(dy as Tensor, indices as Tensor, dx as Tensor) ?? false;
  },
  decompose([dy, indices], { inputSize }) {
    const g = dy as Tensor;
    const planes = g.shape.slice(0, 2);
    const zeros = g.newFull([...planes, numel(inputSize)], 0);
    const flat = (x: Tensor): Tensor => reshape(x, [...planes, numel(x.shape.slice(2))]);
    return [reshape(scatterAdd(zeros, 2, flat(indices as Tensor), flat(g)), [...planes, ...inputSize])];
  },
};

export interface MaxPoolOptions {
  /** Default: kernelSize. */
  stride?: number | readonly number[] | null;
  /** −∞ on both sides, at most half the window. */
  padding?: number | readonly number[];
  dilation?: number | readonly number[];
  /** Default: false. */
  ceilMode?: boolean;
}

/** Values, and positions if wanted. */
function pooled(
  op: string,
  spatial: number,
  input: Tensor,
  kernel: number | readonly number[],
  options: MaxPoolOptions,
  indices: boolean,
): readonly Tensor[] {
  const single = input.ndim === spatial + 1;
  const x = single ? unsqueeze(input, 0) : input;
  if (x.ndim !== spatial + 2)
    throw new ShapeError(op, `expected x with ${spatial + 2} dims, or ${spatial + 1} without batch (got ${formatShape(input.shape)})`);
  if (x.shape.indexOf(0, 1) > 0) throw new ShapeError(op, `only the batch may be empty (got ${formatShape(input.shape)})`);
  const kernelSize = perDim(op, kernel, spatial, "kernelSize");
  const padding = perDim(op, options.padding ?? 0, spatial, "padding");
  const stride = perDim(op, options.stride ?? kernelSize, spatial, "stride");
  const dilation = perDim(op, options.dilation ?? 1, spatial, "dilation");
  if ([...kernelSize, ...stride, ...dilation].some((size) => size < 1))
    throw new IndexError(op, "kernelSize, stride and dilation must be at least 1");
  if (padding.some((size, i) => size < 0 || size > (kernelSize[i] as number) / 2)) {
    throw new IndexError(op, `padding ${formatShape(padding)} must be between 0 and half of kernelSize ${formatShape(kernelSize)}`);
  }
  const attrs = { kernelSize, stride, padding, dilation, ceilMode: options.ceilMode ?? false, indices };
  const outputs = applyOp(maxPoolOp, [x], attrs);
  return single ? outputs.map((output) => view(output, output.shape.slice(1))) : outputs;
}

function maxPoolNd(...[op, spatial, x, kernel, options]: Parameters<typeof valuesOnly>): ValuesAndIndices {
  const [values, indices] = pooled(op, spatial, x, kernel, options, true) as [Tensor, Tensor];
  return { values, indices };
}

const valuesOnly = (op: string, spatial: number, x: Tensor, kernel: number | readonly number[], options: MaxPoolOptions): Tensor =>
  scope(() => pooled(op, spatial, x, kernel, options, needsGrad([x]))[0] as Tensor);

/** Maximum of each window: x [N, C, L] or [C, L]. */
export const maxPool1d = (x: Tensor, kernelSize: number | readonly number[], options: MaxPoolOptions = {}): Tensor =>
  valuesOnly("maxPool1d", 1, x, kernelSize, options);
/** Maximum of each window: x [N, C, H, W] or [C, H, W]. */
export const maxPool2d = (x: Tensor, kernelSize: number | readonly number[], options: MaxPoolOptions = {}): Tensor =>
  valuesOnly("maxPool2d", 2, x, kernelSize, options);
/** Maximum of each window: x [N, C, D, H, W] or [C, D, H, W]. */
export const maxPool3d = (x: Tensor, kernelSize: number | readonly number[], options: MaxPoolOptions = {}): Tensor =>
  valuesOnly("maxPool3d", 3, x, kernelSize, options);

/** As maxPool1d, with the position of each maximum within its line. */
export const maxPool1dWithIndices = (x: Tensor, kernelSize: number | readonly number[], options: MaxPoolOptions = {}): ValuesAndIndices =>
  maxPoolNd("maxPool1d", 1, x, kernelSize, options);
/** As maxPool2d, with the position of each maximum within its plane. */
export const maxPool2dWithIndices = (x: Tensor, kernelSize: number | readonly number[], options: MaxPoolOptions = {}): ValuesAndIndices =>
  maxPoolNd("maxPool2d", 2, x, kernelSize, options);
/** As maxPool3d, with the position of each maximum within its volume. */
export const maxPool3dWithIndices = (x: Tensor, kernelSize: number | readonly number[], options: MaxPoolOptions = {}): ValuesAndIndices =>
  maxPoolNd("maxPool3d", 3, x, kernelSize, options);
