// x[…] of PyTorch. Positions, slices and new dims are views; index tensors become one gather along the dims they name, merged into one.
import { formatShape, IndexError, ShapeError } from "../errors.ts";
import { add, lt, mul, select } from "../formula/build.ts";
import { scope } from "../lifetime.ts";
import { broadcastShapes, normalizeDim, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { numel } from "../view.ts";
import { contiguous } from "./copy.ts";
import { applyOp } from "./dispatch.ts";
import { alongDim, gather, gatherOp } from "./gather.ts";
import { type DimIndex, type IndexItem, indexedView } from "./index-items.ts";
import { broadcastTo, permute, ravel, reshape, view } from "./movement.ts";
import { pointwise } from "./pointwise.ts";

/** Positions from the end become positions from the start. */
const wrapIndex = pointwise("wrapIndex", (index, size) => select(lt(index, 0), add(index, size), index));
/** One position in two merged dims, the second of the given size. */
const mergeIndex = pointwise("mergeIndex", (outer, inner, size) => add(mul(outer, size), inner));

/** Positions within their dim: looked at here where the device reads synchronously (a GPU's kernels clamp instead). */
function checkBounds(op: string, { axis, index }: DimIndex, size: number): void {
  if (!index.device.capabilities.syncRead) return;
  for (const position of index.dataSync()) {
    if (position < -size || position >= size) {
      throw new IndexError(
        op,
        `index ${position} is out of range for dim ${axis} of size ${size} (got indices ${formatShape(index.shape)})`,
      );
    }
  }
}

/** Replaces a dim by those of the index. */
function takeAlong(x: Tensor, dim: number, index: Tensor): Tensor {
  const flat = view(contiguous(index), [index.numel]);
  const rows = applyOp(gatherOp, [x, alongDim(flat, x.shape, dim)], { dim })[0] as Tensor;
  return view(rows, [...x.shape.slice(0, dim), ...index.shape, ...x.shape.slice(dim + 1)]);
}

/** Dims without gaps keep their place; others go to the front, as in NumPy. */
function takeAll(x: Tensor, indices: readonly DimIndex[]): Tensor {
  const [first] = indices as readonly [DimIndex, ...DimIndex[]];
  broadcastShapes(
    "at",
    indices.map(({ index }) => index.shape),
  ); // a clear error before any work
  const sizes = indices.map(({ dim }) => x.shape[dim] as number);
  const merged = indices
    .map(({ index }, i) => wrapIndex(index, sizes[i] as number))
    .reduce((outer, inner, i) => mergeIndex(outer, inner, sizes[i] as number));
  const picked = indices.map(({ dim }) => dim);
  const adjacent = picked.every((dim, i) => dim === first.dim + i);
  const start = adjacent ? first.dim : 0;
  const rest = x.shape.map((_, d) => d).filter((d) => !picked.includes(d));
  const ordered = adjacent ? x : permute(x, [...picked, ...rest]);
  return takeAlong(mergeDims(ordered, start, picked.length), start, merged);
}

function mergeDims(x: Tensor, start: number, count: number): Tensor {
  const inner: Shape = x.shape.slice(start, start + count);
  return count === 1 ? x : reshape(x, [...x.shape.slice(0, start), numel(inner), ...x.shape.slice(start + count)]);
}

/** Index tensors of rank 0 pick as numbers do: from the last, so that the dims before keep their place. */
function takeScalars(x: Tensor, indices: readonly DimIndex[]): { view: Tensor; indices: DimIndex[] } {
  let picked = x;
  let left = [...indices];
  for (const scalar of indices.filter(({ index }) => index.ndim === 0).reverse()) {
    picked = takeAlong(picked, scalar.dim, wrapIndex(scalar.index, picked.shape[scalar.dim] as number));
    left = left.filter((other) => other !== scalar).map((other) => (other.dim > scalar.dim ? { ...other, dim: other.dim - 1 } : other));
  }
  return { view: picked, indices: left };
}

/**
 * x[…] of PyTorch: a view for positions, slices ("1:5:2", { start, stop, step }), "..." and null; a copy where int32 tensors or lists pick
 * positions. Several of them are broadcast and picked together. Throws an IndexError for positions out of range. Masks: see maskedSelect.
 *
 * @example
 * const x = arange(12).reshape(3, 4);
 * x.at(-1);               // tensor([ 8,  9, 10, 11])
 * x.at(":", "1:3");       // columns 1 and 2
 * x.at([0, 2], [1, 3]);   // tensor([ 1, 11])
 */
export function at(x: Tensor, ...indices: IndexItem[]): Tensor {
  return scope(() => {
    const sliced = indexedView("at", x, indices);
    for (const dimIndex of sliced.indices) checkBounds("at", dimIndex, sliced.view.shape[dimIndex.dim] as number);
    const { view: picked, indices: left } = takeScalars(sliced.view, sliced.indices);
    return left.length === 0 ? picked : takeAll(picked, left);
  });
}

/** The elements at positions in the flattened x; the result has the shape of the index. */
export const take = (x: Tensor, index: Tensor): Tensor => scope(() => at(ravel(x), index));

/** gather, with x and the index broadcast against each other in all dims but `dim`; without a dim both are flattened. */
export function takeAlongDim(x: Tensor, index: Tensor, dim: number | null = null): Tensor {
  return scope(() => {
    if (dim === null) return gather(ravel(x), 0, ravel(index));
    if (index.ndim !== x.ndim) {
      throw new ShapeError(
        "takeAlongDim",
        `indices must have the tensor's rank (got ${formatShape(index.shape)} for ${formatShape(x.shape)})`,
      );
    }
    const d = normalizeDim("takeAlongDim", dim, x.ndim);
    const without = (shape: Shape): number[] => shape.map((size, i) => (i === d ? 1 : size));
    const shared = broadcastShapes("takeAlongDim", [without(x.shape), without(index.shape)]);
    const like = (y: Tensor): Tensor =>
      broadcastTo(
        y,
        shared.map((size, i) => (i === d ? (y.shape[d] as number) : size)),
      );
    return gather(like(x), d, like(index));
  });
}
