// Shape rules shared by ops: broadcasting, dims counted from the end, sizes with a −1.
import { formatShape, IndexError, ShapeError } from "./errors.ts";
import { contiguousStrides, numel } from "./view.ts";

export type Shape = readonly number[];

interface Shaped {
  readonly shape: Shape;
}

/** The shape that all operands broadcast to, or a ShapeError that names the two sizes. */
export function commonShape(op: string, operands: readonly Shaped[]): Shape {
  let result = (operands[0] as Shaped).shape;
  for (let i = 1; i < operands.length; i++) result = broadcastPair(op, result, (operands[i] as Shaped).shape);
  return result;
}

export const broadcastShapes = (op: string, shapes: readonly Shape[]): Shape =>
  commonShape(
    op,
    shapes.map((shape) => ({ shape })),
  );

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function broadcastPair(op: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const out = new Array<number>(rank);
  let [isA, isB] = [a.length === rank, b.length === rank];
  for (let d = rank - 1; d >= 0; d--) {
    const [i, j] = [d - rank + a.length, d - rank + b.length];
    const x = i < 0 ? 1 : (a[i] as number); // beyond a list's end the engine looks further, and slowly
    const y = j < 0 ? 1 : (b[j] as number);
    if (x !== y && x !== 1 && y !== 1) {
      throw new ShapeError(
        op,
        `sizes differ at dim ${d}: ${x} vs ${y} (got ${formatShape(a)} and ${formatShape(b)}). Sizes must be equal, or one of them 1`,
      );
    }
    const size = x === 1 ? y : x;
    isA &&= size === x;
    isB &&= size === y;
    out[d] = size;
  }
  return isA ? a : isB ? b : out;
}

/** Strides that walk a tensor of `shape` as if it had the shape `target`: 0 along broadcast dims. */
export function broadcastStrides(shape: Shape, strides: Shape, target: Shape): number[] {
  const lead = target.length - shape.length;
  const out = new Array<number>(target.length);
  for (let i = 0; i < target.length; i++)
    out[i] = i < lead || (shape[i - lead] === 1 && target[i] !== 1) ? 0 : (strides[i - lead] as number);
  return out;
}

/** A dim counted from the front. A tensor of rank 0 takes dims 0 and −1, as torch. */
export function normalizeDim(op: string, dim: number, rank: number): number {
  const n = Math.max(rank, 1);
  if (!Number.isInteger(dim) || dim < -n || dim >= n)
    throw new IndexError(op, `dim ${dim} is out of range for rank ${rank}. Dims are ${-n} … ${n - 1}`);
  return dim < 0 ? dim + n : dim;
}

/** Of reductions, as torch. */
const MAX_RANK = 64;

const allDims: (readonly number[] | undefined)[] = []; // by rank

/** Sorted distinct dims; null or an empty list means all of them. */
export function normalizeDims(op: string, dims: number | readonly number[] | null | undefined, rank: number): readonly number[] {
  if (rank > MAX_RANK) throw new ShapeError(op, `at most ${MAX_RANK} dims (got ${rank})`);
  if (dims === null || dims === undefined || (typeof dims !== "number" && dims.length === 0))
    return (allDims[rank] ??= Array.from({ length: rank }, (_, i) => i));
  if (typeof dims === "number" && rank > 0) return [normalizeDim(op, dims, rank)];
  const given = [dims].flat();
  const list = given.map((dim) => normalizeDim(op, dim, rank));
  if (new Set(list).size !== list.length) throw new ShapeError(op, `a dim appears twice in [${given.join(", ")}]`);
  return rank === 0 ? [] : list.sort((a, b) => a - b);
}

/** The shape after a reduction. */
export function reducedShape(shape: Shape, dims: readonly number[], keepdim: boolean): number[] {
  const out = new Array<number>(keepdim ? shape.length : shape.length - dims.length);
  let at = 0;
  for (let d = 0; d < shape.length; d++) {
    if (!dims.includes(d)) out[at++] = shape[d] as number;
    else if (keepdim) out[at++] = 1;
  }
  return out;
}

/** Fills in the one −1 of a target shape. */
export function inferSize(op: string, target: Shape, shape: Shape): number[] {
  const count = numel(shape);
  const unknown = target.indexOf(-1);
  const known = target.reduce((n, size, i) => (i === unknown ? n : n * size), 1);
  const fits = unknown < 0 ? known === count : known > 0 && count % known === 0;
  if (!fits || target.some((size, i) => size < 0 && i !== unknown)) {
    throw new ShapeError(
      op,
      `${formatShape(target)} does not hold ${count} elements (got ${formatShape(shape)}). The sizes must multiply to ${count}; one of them may be -1`,
    );
  }
  return target.map((size, i) => (i === unknown ? count / known : size));
}

/** Strides that show the same memory under another shape, or null where only a copy can (as torch's computeStride). */
export function reshapeStrides(shape: Shape, strides: Shape, target: Shape): number[] | null {
  if (numel(shape) === 0) return contiguousStrides(target);
  const out = new Array<number>(target.length);
  let t = target.length - 1;
  let chunkStep = strides.at(-1) ?? 1;
  let targetCount = 1;
  let count = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    count *= shape[d] as number;
    if (d > 0 && (shape[d - 1] === 1 || strides[d - 1] === count * chunkStep)) continue;
    while (t >= 0 && (targetCount < count || target[t] === 1)) {
      out[t] = targetCount * chunkStep;
      targetCount *= target[t] as number;
      t--;
    }
    if (targetCount !== count) return null;
    if (d > 0) {
      chunkStep = strides[d - 1] as number;
      targetCount = 1;
      count = 1;
    }
  }
  while (t >= 0) out[t--] = chunkStep; // only ones are left
  return out;
}
