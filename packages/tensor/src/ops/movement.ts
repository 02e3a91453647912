// Views and reshapes: nothing is computed, and nothing is copied unless a reshape cannot do without it.
import { formatShape, IndexError, ShapeError } from "../errors.ts";
import { inferSize, normalizeDim, normalizeDims, reshapeStrides, type Shape, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { numel } from "../view.ts";
import { clone } from "./copy.ts";
import { applyView } from "./dispatch.ts";
import { expandSizes, permutation, type SliceAttrs, sliceAttrs, type ViewName, viewLayout, type views } from "./views.ts";

function viewOp<Name extends ViewName>(name: Name, x: Tensor, attrs: Parameters<(typeof views)[Name]>[1]): Tensor {
  return applyView(name, x, attrs, viewLayout(name, x, attrs));
}

/** Numbers, given one by one or as a list. */
const listed = (list: number[] | [readonly number[]]): readonly number[] => (typeof list[0] === "object" ? list[0] : (list as number[]));

/** Grows dims of size 1, and adds dims in front, without copying. −1 keeps a size. */
export function expand(x: Tensor, ...sizes: number[] | [readonly number[]]): Tensor {
  return viewOp("expand", x, { shape: expandSizes(x.shape, listed(sizes)) });
}

/** x as a view of the shape; dims of size 1 grow. Throws a ShapeError where x does not broadcast to it. */
export const broadcastTo = (x: Tensor, shape: Shape): Tensor => (sameShape(x.shape, shape) ? x : expand(x, shape));
/** x as a view of the shape of `other`. */
export const expandAs = (x: Tensor, other: Tensor): Tensor => expand(x, other.shape);

/** Brings the dims into another order, as a view. Throws where they do not name every dim once. */
export function permute(x: Tensor, ...dims: number[] | [readonly number[]]): Tensor {
  return viewOp("permute", x, { dims: permutation(x.ndim, listed(dims)) });
}

/** Swaps two dims, as a view. */
export function transpose(x: Tensor, dim0: number, dim1: number): Tensor {
  const [a, b] = [normalizeDim("transpose", dim0, x.ndim), normalizeDim("transpose", dim1, x.ndim)];
  const order = x.shape.map((_, d) => (d === a ? b : d === b ? a : d));
  return viewOp("permute", x, { dims: order });
}

/** Transposes a matrix; vectors and scalars stay as they are. */
export function t(x: Tensor): Tensor {
  if (x.ndim > 2) throw new ShapeError("t", `expected at most 2 dims (got ${formatShape(x.shape)}). Use transpose(dim0, dim1)`);
  return x.ndim < 2 ? x : transpose(x, 0, 1);
}

/** Moves dims to other places, as a view; the others keep their order. Throws a ShapeError where source and destination do not pair. */
export function movedim(x: Tensor, source: number | readonly number[], destination: number | readonly number[]): Tensor {
  const from = [source].flat().map((dim) => normalizeDim("movedim", dim as number, x.ndim));
  const to = [destination].flat().map((dim) => normalizeDim("movedim", dim as number, x.ndim));
  if (from.length !== to.length || new Set(from).size !== from.length || new Set(to).size !== to.length) {
    throw new ShapeError("movedim", `source [${from}] and destination [${to}] must name as many distinct dims`);
  }
  const order = new Array<number>(x.ndim).fill(-1);
  to.forEach((dim, i) => {
    order[dim] = from[i] as number;
  });
  const rest = x.shape.map((_, d) => d).filter((d) => !from.includes(d));
  return viewOp("permute", x, { dims: order.map((dim) => (dim < 0 ? (rest.shift() as number) : dim)) });
}

/** The same elements in row-major order under another shape: a view where the strides allow it, else a copy. One size may be −1. */
export function reshape(x: Tensor, ...sizes: number[] | [readonly number[]]): Tensor {
  const shape = inferSize("reshape", listed(sizes), x.shape);
  const strides = reshapeStrides(x.shape, x.strides, shape);
  return strides ? applyView("reshape", x, { shape }, { shape, strides, offset: x.offset }) : reshape(clone(x), shape);
}

/** As reshape, but never a copy: throws a ShapeError where the strides do not allow a view. */
export function view(x: Tensor, ...sizes: number[] | [readonly number[]]): Tensor {
  const shape = inferSize("view", listed(sizes), x.shape);
  const strides = reshapeStrides(x.shape, x.strides, shape);
  if (!strides)
    throw new ShapeError(
      "view",
      `strides ${formatShape(x.strides)} of ${formatShape(x.shape)} do not allow a view as ${formatShape(shape)}. Use reshape(…)`,
    );
  return applyView("reshape", x, { shape }, { shape, strides, offset: x.offset });
}

export const reshapeAs = (x: Tensor, other: Tensor): Tensor => reshape(x, other.shape);
export const viewAs = (x: Tensor, other: Tensor): Tensor => view(x, other.shape);

/** Merges dims startDim … endDim into one. */
export function flatten(x: Tensor, startDim = 0, endDim = -1): Tensor {
  const [start, end] = [normalizeDim("flatten", startDim, x.ndim), normalizeDim("flatten", endDim, x.ndim)];
  if (start > end) throw new IndexError("flatten", `startDim ${startDim} comes after endDim ${endDim} (got ${formatShape(x.shape)})`);
  return reshape(x, [...x.shape.slice(0, start), numel(x.shape.slice(start, end + 1)), ...x.shape.slice(end + 1)]);
}

/** All elements as a vector, in row-major order: a view where the strides allow it, else a copy. */
export const ravel = (x: Tensor): Tensor => reshape(x, [x.numel]);

/** Splits one dim into several. */
export function unflatten(x: Tensor, dim: number, sizes: readonly number[]): Tensor {
  const d = normalizeDim("unflatten", dim, x.ndim);
  const inner = inferSize("unflatten", sizes, [x.shape[d] as number]);
  return reshape(x, [...x.shape.slice(0, d), ...inner, ...x.shape.slice(d + 1)]);
}

/** Drops dims of size 1: all of them, or those named. */
export function squeeze(x: Tensor, dims?: number | readonly number[]): Tensor {
  const drop = normalizeDims("squeeze", dims, x.ndim);
  if (dims !== undefined && typeof dims !== "number" && dims.length === 0) return reshape(x, x.shape);
  return view(
    x,
    x.shape.filter((size, d) => size !== 1 || !drop.includes(d)),
  );
}

/** A new dim of size 1 before `dim`, as a view; −1 puts it last. */
export function unsqueeze(x: Tensor, dim: number): Tensor {
  const d = normalizeDim("unsqueeze", dim, x.ndim + 1);
  return view(x, [...x.shape.slice(0, d), 1, ...x.shape.slice(d)]);
}

/** x[…, start:end:step, …] along one dim, with Python's rules for bounds. */
export function slice(x: Tensor, dim = 0, start: number | null = null, end: number | null = null, step = 1): Tensor {
  const d = normalizeDim("slice", dim, x.ndim);
  if (x.ndim === 0) throw new ShapeError("slice", "a tensor of rank 0 has no dim to slice");
  return sliceBy(x, sliceAttrs("slice", x.shape[d] as number, d, start, end, step));
}

export const sliceBy = (x: Tensor, attrs: SliceAttrs): Tensor => viewOp("slice", x, attrs);

/** `length` elements along dim, from `start`. */
export function narrow(x: Tensor, dim: number, start: number, length: number): Tensor {
  const d = normalizeDim("narrow", dim, x.ndim);
  const size = x.shape[d] ?? 0;
  const from = start < 0 ? start + size : start;
  if (from < 0 || length < 0 || from + length > size) {
    throw new IndexError("narrow", `start ${start} with length ${length} leaves dim ${d} of size ${size} (got ${formatShape(x.shape)})`);
  }
  return sliceBy(x, { dim: d, start: from, step: 1, length });
}

/** One position along dim; the dim goes away. */
export function select(x: Tensor, dim: number, index: number): Tensor {
  const d = normalizeDim("select", dim, x.ndim);
  const size = x.shape[d];
  if (size === undefined) throw new ShapeError("select", "a tensor of rank 0 has no dim to select from");
  if (!Number.isInteger(index) || index < -size || index >= size) {
    throw new IndexError("select", `index ${index} is out of range for dim ${d} of size ${size} (got ${formatShape(x.shape)})`);
  }
  const row = sliceBy(x, { dim: d, start: index < 0 ? index + size : index, step: 1, length: 1 });
  return view(row, [...x.shape.slice(0, d), ...x.shape.slice(d + 1)]);
}

/** Reverses the dims, as a view. Throws a ShapeError where one appears twice. */
export function flip(x: Tensor, ...dims: number[] | [readonly number[]]): Tensor {
  const list = listed(dims).map((dim) => normalizeDim("flip", dim, x.ndim));
  if (new Set(list).size !== list.length) throw new ShapeError("flip", `a dim appears twice in [${dims}]`);
  return viewOp("flip", x, { dims: x.ndim === 0 ? [] : list });
}

/** The elements x[…, i, i + offset, …] as the last dim of a view. */
export function diagonal(x: Tensor, { offset = 0, dim1 = 0, dim2 = 1 }: { offset?: number; dim1?: number; dim2?: number } = {}): Tensor {
  const [a, b] = [normalizeDim("diagonal", dim1, x.ndim), normalizeDim("diagonal", dim2, x.ndim)];
  if (a === b) throw new ShapeError("diagonal", `dim1 and dim2 are both ${a}`);
  return viewOp("diagonal", x, { offset, dim1: a, dim2: b });
}

/** All windows of `size` along dim, `step` apart, as a view: the positions within a window are the last dim. */
export function unfold(x: Tensor, dim: number, size: number, step: number): Tensor {
  const d = normalizeDim("unfold", dim, x.ndim);
  if (step < 1 || size < 0 || size > (x.shape[d] ?? 1)) {
    throw new IndexError("unfold", `windows of ${size}, ${step} apart, do not fit in dim ${d} of ${formatShape(x.shape)}`);
  }
  if (x.ndim === 0) return narrow(view(x, [1]), 0, 0, size); // as torch: one window, not a list of them
  return viewOp("unfold", x, { dim: d, size, step });
}
