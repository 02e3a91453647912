// Copies of x with rows, or single places, written by index.
import { DTypeError, formatShape, ShapeError } from "../errors.ts";
import { add, lt, select } from "../formula/build.ts";
import { scope } from "../lifetime.ts";
import { normalizeDim, sameShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { toDType } from "./copy.ts";
import { applyOp } from "./dispatch.ts";
import { alongDim, checkedIndex, scatterOp } from "./gather.ts";
import { expand, ravel, reshape, view } from "./movement.ts";
import { pointwise } from "./pointwise.ts";

/** Negative positions count from the end. */
const fromStart = /* @__PURE__ */ pointwise("fromStart", (index, size) => select(lt(index, 0), add(index, size), index));

function checkDType(op: string, x: Tensor, source: Tensor): void {
  if (source.dtype !== x.dtype) throw new DTypeError(op, `the source is ${source.dtype}, the tensor ${x.dtype}. Convert one with .to(…)`);
}

const rowIndex = (op: string, x: Tensor, dim: number, index: Tensor): Tensor => {
  if (index.ndim > 1) throw new ShapeError(op, `indices must be a vector (got ${formatShape(index.shape)})`);
  return checkedIndex(op, view(index, [index.numel]), x.shape[dim] ?? 1);
};

/** A copy of x with the rows along dim that a vector of indices names taken from source; of a row named twice the last one counts. */
export function indexCopy(x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  checkDType("indexCopy", x, source);
  return scope(() => {
    const d = normalizeDim("indexCopy", dim, x.ndim);
    const at = rowIndex("indexCopy", x, d, index);
    if (x.ndim === 0) return reshape(indexCopy(view(x, [1]), 0, at, reshape(source, [1])), []);
    const expected = x.shape.map((size, i) => (i === d ? at.numel : size));
    if (!sameShape(source.shape, expected))
      throw new ShapeError("indexCopy", `source must be ${formatShape(expected)} (got ${formatShape(source.shape)})`);
    return applyOp(scatterOp, [x, alongDim(at, x.shape, d), source], { dim: d, mode: "set" })[0] as Tensor;
  });
}

/** A copy of x with `value` in the rows along dim that a vector of indices names. */
export function indexFill(x: Tensor, dim: number, index: Tensor, value: number | boolean | Tensor): Tensor {
  if (value instanceof Tensor && value.ndim > 0)
    throw new ShapeError("indexFill", `the value must be a number or of rank 0 (got ${formatShape(value.shape)})`);
  return scope(() => {
    const d = normalizeDim("indexFill", dim, x.ndim);
    const at = rowIndex("indexFill", x, d, index);
    if (x.ndim === 0) return reshape(indexFill(view(x, [1]), 0, at, value), []);
    const source = value instanceof Tensor ? toDType(value, x.dtype) : x.newFull([], value);
    const places = alongDim(at, x.shape, d);
    return applyOp(scatterOp, [x, places, expand(source, places.shape)], { dim: d, mode: "set" })[0] as Tensor;
  });
}

/** A copy of x with the elements of source at positions in the flattened x; with `accumulate` they are added. */
export function put(x: Tensor, index: Tensor, source: Tensor, { accumulate = false }: { accumulate?: boolean } = {}): Tensor {
  checkDType("put", x, source);
  if (source.numel !== index.numel)
    throw new ShapeError(
      "put",
      `source and index must have as many elements (got ${formatShape(source.shape)} and ${formatShape(index.shape)})`,
    );
  return scope(() => {
    const at = fromStart(checkedIndex("put", ravel(index), x.numel, -x.numel), x.numel);
    const mode = accumulate ? "add" : "set";
    return reshape(applyOp(scatterOp, [ravel(x), toDType(at, "int32"), ravel(source)], { dim: 0, mode })[0] as Tensor, x.shape);
  });
}
