// Pooling to a given size. Windows may overlap and differ in length by one: they are laid out side by side, all of one length, and pooled.
import { formatShape, IndexError, ShapeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { divideByCounts, windowSums, withBatch } from "./avg-pool.ts";
import { tensor } from "./creation.ts";
import { indexSelect } from "./gather.ts";
import { take } from "./indexing.ts";
import { maxPool1dWithIndices, maxPool2dWithIndices, maxPool3dWithIndices } from "./pool.ts";
import type { ValuesAndIndices } from "./reduce.ts";
import { sumWindows } from "./window-sum.ts";

/** One size for all spatial dims, or one for each; null keeps the input's. */
export type OutputSize = number | null | readonly (number | null)[];

/** The windows along one dim, from ⌊i·size/count⌋ to ⌈(i + 1)·size/count⌉. */
interface AdaptiveWindows {
  readonly count: number;
  readonly starts: readonly number[];
  /** Of the longest window. */
  readonly length: number;
  /** Elements of each window. */
  readonly counts: readonly number[];
  /** Position in the input of each place of each window: shorter windows repeat their last one. Null where windows tile the input. */
  readonly positions: readonly number[] | null;
}

function adaptiveWindows(size: number, count: number): AdaptiveWindows {
  const starts = Array.from({ length: count }, (_, i) => Math.floor((i * size) / count));
  const counts = starts.map((start, i) => Math.ceil(((i + 1) * size) / count) - start);
  const length = Math.max(...counts);
  if (size === count * length) return { count, starts, length, counts, positions: null };
  const places = [...new Array(length).keys()];
  const positions = starts.flatMap((start, i) => places.map((place) => start + Math.min(place, (counts[i] as number) - 1)));
  return { count, starts, length, counts, positions };
}

function outputSizes(op: string, x: Tensor, spatial: number, outputSize: OutputSize): number[] {
  const list = typeof outputSize === "object" && outputSize !== null ? outputSize : new Array<number | null>(spatial).fill(outputSize);
  if (list.length !== spatial) throw new ShapeError(op, `outputSize must be one number or ${spatial} (got ${list.length} numbers)`);
  return list.map((size, i) => {
    const count = size ?? (x.shape[i + 2] as number);
    if (!Number.isInteger(count) || count < 0) throw new IndexError(op, `outputSize must be whole numbers ≥ 0 (got ${count})`);
    return count;
  });
}

/** Runs `pool` on x with a batch; an output without elements needs no windows. */
function adaptivePool<Result>(
  op: string,
  spatial: number,
  input: Tensor,
  outputSize: OutputSize,
  pool: (x: Tensor, dims: readonly AdaptiveWindows[], restore: (y: Tensor) => Tensor) => Result,
  empty: (x: Tensor, shape: Shape) => Result,
): Result {
  return scope(() => {
    const { x, restore } = withBatch(op, spatial, input);
    const sizes = outputSizes(op, x, spatial, outputSize);
    if (x.shape.slice(1).includes(0)) throw new ShapeError(op, `only the batch may be empty (got ${formatShape(input.shape)})`);
    if (sizes.includes(0)) return empty(x, [...input.shape.slice(0, input.ndim - spatial), ...sizes]);
    const dims = sizes.map((count, i) => adaptiveWindows(x.shape[i + 2] as number, count));
    return pool(x, dims, restore);
  });
}

/** Windows side by side along each dim: [N, C, count·length, …]. */
function layOut(x: Tensor, dims: readonly AdaptiveWindows[]): Tensor {
  return dims.reduce(
    (laid, { positions }, i) => (positions ? indexSelect(laid, 2 + i, tensor(positions, { dtype: "int32", device: x.device })) : laid),
    x,
  );
}

function averaged(op: string, spatial: number, input: Tensor, outputSize: OutputSize): Tensor {
  const pool = (x: Tensor, dims: readonly AdaptiveWindows[], restore: (y: Tensor) => Tensor): Tensor => {
    const tiles = dims.map(({ count, length }) => ({ size: count * length, kernel: length, stride: length, padding: 0, count }));
    const tables = dims.map(({ starts, counts }, i) => ({ size: x.shape[i + 2] as number, starts, ends: starts.map((start, j) => start + (counts[j] as number)) })); // biome-ignore format: one step
    const sums = dims.every(({ positions }) => positions === null) ? windowSums(x, tiles) : sumWindows(x, tables);
    return restore(divideByCounts(sums, dims.map(({ counts }) => counts))); // biome-ignore format: one step
  };
  return adaptivePool(op, spatial, input, outputSize, pool, (x, shape) => x.newZeros(shape));
}

const maxPools = [maxPool1dWithIndices, maxPool2dWithIndices, maxPool3dWithIndices];

/** By the place in the laid-out plane: the place in the input's plane. */
function sourcePositions(dims: readonly AdaptiveWindows[], plane: Shape): number[] {
  return dims.reduce<number[]>(
    (before, { positions, count, length }, i) => {
      const along = positions ?? [...new Array(count * length).keys()];
      return before.flatMap((outer) => along.map((position) => outer * (plane[i] as number) + position));
    },
    [0],
  );
}

function maximal(op: string, spatial: number, input: Tensor, outputSize: OutputSize): ValuesAndIndices {
  const pool = (x: Tensor, dims: readonly AdaptiveWindows[], restore: (y: Tensor) => Tensor): ValuesAndIndices => {
    const maxPool = maxPools[spatial - 1] as typeof maxPool1dWithIndices;
    const found = maxPool(
      layOut(x, dims),
      dims.map(({ length }) => length),
    );
    if (dims.every(({ positions }) => positions === null)) return { values: restore(found.values), indices: restore(found.indices) };
    const table = tensor(sourcePositions(dims, x.shape.slice(2)), { dtype: "int32", device: x.device });
    return { values: restore(found.values), indices: restore(take(table, found.indices)) };
  };
  return adaptivePool(op, spatial, input, outputSize, pool, (x, shape) => ({
    values: x.newZeros(shape),
    indices: x.newZeros(shape, { dtype: "int32" }),
  }));
}

/** Means of as many windows as the output has places: x [N, C, L] or [C, L]. */
export const adaptiveAvgPool1d = (x: Tensor, outputSize: OutputSize): Tensor => averaged("adaptiveAvgPool1d", 1, x, outputSize);
/** Means of as many windows as the output has places: x [N, C, H, W] or [C, H, W]. */
export const adaptiveAvgPool2d = (x: Tensor, outputSize: OutputSize): Tensor => averaged("adaptiveAvgPool2d", 2, x, outputSize);
/** Means of as many windows as the output has places: x [N, C, D, H, W] or [C, D, H, W]. */
export const adaptiveAvgPool3d = (x: Tensor, outputSize: OutputSize): Tensor => averaged("adaptiveAvgPool3d", 3, x, outputSize);

/** Maxima of as many windows as the output has places, with their positions within the plane: x [N, C, L] or [C, L]. */
export const adaptiveMaxPool1dWithIndices = (x: Tensor, outputSize: OutputSize): ValuesAndIndices =>
  maximal("adaptiveMaxPool1d", 1, x, outputSize);
/** As adaptiveMaxPool1dWithIndices, of [N, C, H, W] or [C, H, W]. */
export const adaptiveMaxPool2dWithIndices = (x: Tensor, outputSize: OutputSize): ValuesAndIndices =>
  maximal("adaptiveMaxPool2d", 2, x, outputSize);
/** As adaptiveMaxPool1dWithIndices, of [N, C, D, H, W] or [C, D, H, W]. */
export const adaptiveMaxPool3dWithIndices = (x: Tensor, outputSize: OutputSize): ValuesAndIndices =>
  maximal("adaptiveMaxPool3d", 3, x, outputSize);

const valuesOnly = (op: string, spatial: number, x: Tensor, outputSize: OutputSize): Tensor =>
  scope(() => maximal(op, spatial, x, outputSize).values);

/** Maxima of as many windows as the output has places: x [N, C, L] or [C, L]. */
export const adaptiveMaxPool1d = (x: Tensor, outputSize: OutputSize): Tensor => valuesOnly("adaptiveMaxPool1d", 1, x, outputSize);
/** Maxima of as many windows as the output has places: x [N, C, H, W] or [C, H, W]. */
export const adaptiveMaxPool2d = (x: Tensor, outputSize: OutputSize): Tensor => valuesOnly("adaptiveMaxPool2d", 2, x, outputSize);
/** Maxima of as many windows as the output has places: x [N, C, D, H, W] or [C, D, H, W]. */
export const adaptiveMaxPool3d = (x: Tensor, outputSize: OutputSize): Tensor => valuesOnly("adaptiveMaxPool3d", 3, x, outputSize);
