// Average-pooling over one to three spatial dims. Where there is no kernel for sums of windows they are convolutions of every channel with ones:
// forward and backward run on the kernels of convolution.
import type { WindowTable } from "../backend.ts";
import { isFloat } from "../dtype.ts";
import { formatShape, IndexError, ShapeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { convolution } from "./conv.ts";
import { tensor } from "./creation.ts";
import { narrow, reshape, unsqueeze, view } from "./movement.ts";
import { pad } from "./pad.ts";
import { pointwiseFunctions as pw } from "./pointwise.ts";
import { pooledSize } from "./pool.ts";
import { sum } from "./reduce.ts";
import { sumWindows } from "./window-sum.ts";
import { perDim, windows } from "./windows.ts";

export interface AvgPoolOptions {
  /** Default: kernelSize. */
  stride?: number | readonly number[] | null;
  /** Zeros on both sides, at most half the window. Default: 0. */
  padding?: number | readonly number[];
  /** Windows may hang over the end. Default: false. */
  ceilMode?: boolean;
  /** Whether the zeros count among the elements of a window. Default: true. */
  countIncludePad?: boolean;
}

export interface AvgPoolDivisorOptions extends AvgPoolOptions {
  /** What sums are divided by, instead of the number of elements. */
  divisorOverride?: number | null;
}

interface Window {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  /** How many windows there are. */
  readonly count: number;
}

/** How many elements each window has along one dim; what hangs over the padding never counts. */
function elementCounts({ size, kernel, stride, padding, count }: Window, includePad: boolean): number[] {
  return Array.from({ length: count }, (_, i) => {
    const start = i * stride - padding;
    const end = Math.min(start + kernel, size + padding);
    return includePad ? end - start : Math.min(end, size) - Math.max(start, 0);
  });
}

const isTile = ({ size, kernel, stride, padding, count }: Window): boolean => stride === kernel && padding === 0 && count * kernel <= size;

/** As windowSums, for windows side by side: each dim becomes two, and one of them is summed. */
function tileSums(x: Tensor, dims: readonly Window[]): Tensor {
  const inside = dims.reduce(
    (part, { size, kernel, count }, i) => (count * kernel < size ? narrow(part, 2 + i, 0, count * kernel) : part),
    x,
  );
  const split = reshape(inside, [...x.shape.slice(0, 2), ...dims.flatMap(({ count, kernel }) => [count, kernel])]);
  return sum(split, dims.map((_, i) => 3 + 2 * i), { dtype: x.dtype }); // biome-ignore format: one step
}

/** The parts of the windows that are inside. */
function tableOf({ size, kernel, stride, padding, count }: Window): WindowTable {
  const clip = (place: number): number => Math.min(Math.max(place, 0), size);
  const starts = Array.from({ length: count }, (_, i) => i * stride - padding);
  return { size, starts: starts.map(clip), ends: starts.map((start) => clip(start + kernel)) };
}

/** x [N, C, …S] → sums of its windows [N, C, …O]. */
export function windowSums(x: Tensor, dims: readonly Window[]): Tensor {
  const tiles = dims.every(isTile);
  const one = tiles && dims.every(({ count }) => count === 1);
  if (x.device.fused?.windowSum && x.dtype === "float32" && !one) return sumWindows(x, dims.map(tableOf));
  if (tiles) return tileSums(x, dims);
  const overhang = dims.map(({ size, kernel, stride, padding, count }) => Math.max(0, (count - 1) * stride + kernel - size - 2 * padding));
  const attrs = {
    kernelSize: dims.map(({ kernel }) => kernel),
    stride: dims.map(({ stride }) => stride),
    padding: dims.map(({ padding }) => padding),
    dilation: dims.map(() => 1),
  };
  const out = [...x.shape.slice(0, 2), ...dims.map(({ count }) => count)];
  if (!isFloat(x.dtype)) return sum(windows(x, attrs, 0, overhang), dims.map((_, i) => 2 + dims.length + i), { dtype: x.dtype }); // biome-ignore format: one step
  const whole = overhang.some((size) => size > 0) ? pad(x, [...overhang].reverse().flatMap((size) => [0, size])) : x; // biome-ignore format: one step
  const channels = reshape(whole, [(x.shape[0] as number) * (x.shape[1] as number), 1, ...whole.shape.slice(2)]);
  const ones = x.newFull([1, 1, ...attrs.kernelSize], 1);
  return reshape(convolution(channels, ones, null, { ...attrs, groups: 1 }), out);
}

/** Sums over the products of the counts along each dim; integers are divided as in C. */
export function divideByCounts(sums: Tensor, counts: readonly (readonly number[])[]): Tensor {
  const divide = isFloat(sums.dtype) ? pw.div : pw.truncDivide;
  const same = counts.every((list) => list.every((count) => count === list[0]));
  if (same) return divide(sums, counts.reduce((product, [count = 1]) => product * count, 1)); // biome-ignore format: one step
  const shape = counts.map((list) => list.length);
  const products = counts.reduce<readonly number[]>((before, list) => before.flatMap((a) => list.map((b) => a * b)), [1]);
  return divide(sums, tensor(products, { shape, dtype: sums.dtype, device: sums.device }));
}

/** x with a batch, and what takes the batch off again where there was none. */
export function withBatch(op: string, spatial: number, input: Tensor): { x: Tensor; restore: (y: Tensor) => Tensor } {
  if (input.ndim === spatial + 2) return { x: input, restore: (y) => y };
  if (input.ndim !== spatial + 1)
    throw new ShapeError(op, `expected x with ${spatial + 2} dims, or ${spatial + 1} without batch (got ${formatShape(input.shape)})`);
  return { x: unsqueeze(input, 0), restore: (y) => view(y, y.shape.slice(1)) };
}

function avgPoolNd(op: string, spatial: number, input: Tensor, kernel: number | Shape, options: AvgPoolDivisorOptions): Tensor {
  const { ceilMode = false, countIncludePad = true, divisorOverride = null } = options;
  const kernelSize = perDim(op, kernel, spatial, "kernelSize");
  const given = options.stride ?? kernelSize;
  const stride = perDim(op, typeof given !== "number" && given.length === 0 ? kernelSize : given, spatial, "stride"); // torch: [] is no stride
  const padding = perDim(op, options.padding ?? 0, spatial, "padding");
  if ([...kernelSize, ...stride].some((size) => size < 1)) throw new IndexError(op, "kernelSize and stride must be at least 1");
  if (padding.some((size, i) => size < 0 || size > (kernelSize[i] as number) / 2))
    throw new IndexError(op, `padding ${formatShape(padding)} must be between 0 and half of kernelSize ${formatShape(kernelSize)}`);
  if (divisorOverride === 0) throw new IndexError(op, "divisorOverride must not be 0");
  return scope(() => {
    const { x, restore } = withBatch(op, spatial, input);
    const dims = kernelSize.map((size, i): Window => {
      const geometry = { size: x.shape[i + 2] as number, kernel: size, stride: stride[i] as number, padding: padding[i] as number };
      return { ...geometry, count: pooledSize(geometry.size, size, geometry.stride, geometry.padding, 1, ceilMode) };
    });
    if (dims.some(({ count }) => count < 1))
      throw new ShapeError(op, `windows ${formatShape(kernelSize)} are larger than the padded input ${formatShape(input.shape)}`);
    const sums = windowSums(x, dims);
    const counts = divisorOverride === null ? dims.map((dim) => elementCounts(dim, countIncludePad)) : [[divisorOverride]];
    return restore(divideByCounts(sums, counts));
  });
}

/** Mean of each window: x [N, C, L] or [C, L]. */
export const avgPool1d = (x: Tensor, kernelSize: number | Shape, options: AvgPoolOptions = {}): Tensor =>
  avgPoolNd("avgPool1d", 1, x, kernelSize, options);
/** Mean of each window: x [N, C, H, W] or [C, H, W]. */
export const avgPool2d = (x: Tensor, kernelSize: number | Shape, options: AvgPoolDivisorOptions = {}): Tensor =>
  avgPoolNd("avgPool2d", 2, x, kernelSize, options);
/** Mean of each window: x [N, C, D, H, W] or [C, D, H, W]. */
export const avgPool3d = (x: Tensor, kernelSize: number | Shape, options: AvgPoolDivisorOptions = {}): Tensor =>
  avgPoolNd("avgPool3d", 3, x, kernelSize, options);
