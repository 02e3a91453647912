// Reading and writing by index tensors along one dim.
import type { ScatterMode } from "../backend.ts";
import { dtypes, isFloat } from "../dtype.ts";
import { DTypeError, formatShape, IndexError, ShapeError } from "../errors.ts";
import { normalizeDim, type Shape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { castFormula, toDType } from "./copy.ts";
import { applyOp, type StructuredOp } from "./dispatch.ts";
import { expand, view } from "./movement.ts";

function checkIndexDType(op: string, index: Tensor): void {
  if (isFloat(index.dtype) || index.dtype === "bool")
    throw new DTypeError(op, `indices must be whole numbers (got ${index.dtype}). Convert with .to("int32")`);
}

/** Indices as kernels take them: int32, and looked at here where the device reads synchronously (a GPU's kernels clamp instead). */
export function checkedIndex(op: string, index: Tensor, size: number, lowest = 0): Tensor {
  checkIndexDType(op, index);
  if (index.device.capabilities.syncRead) {
    for (const at of index.dataSync()) {
      if (at < lowest || at >= size)
        throw new IndexError(op, `index ${at} is out of range for a dim of size ${size} (got indices ${formatShape(index.shape)})`);
    }
  }
  return toDType(index, "int32");
}

export function checkFits(op: string, index: Shape, x: Shape, dim: number): void {
  if (index.length !== x.length || index.some((size, d) => d !== dim && size > (x[d] as number))) {
    throw new ShapeError(
      op,
      `indices ${formatShape(index)} do not fit ${formatShape(x)}. All sizes but dim ${dim} may be at most the tensor's`,
    );
  }
}

/** x and the index have one rank ≥ 1; the index is within bounds. */
export const gatherOp: StructuredOp<{ dim: number }> = {
  name: "gather",
  infer: ([x, index]) => [{ shape: (index as Tensor).shape, dtype: (x as Tensor).dtype }],
  run(device, [x, index], [out], { dim }) {
    const [source, at] = [x as Tensor, index as Tensor];
    const strides = source.strides;
    // kernels take an input as large as the index in all other dims
    const window = {
      buffer: source.buffer,
      dtype: source.dtype,
      shape: at.shape.map((size, d) => (d === dim ? (source.shape[d] as number) : size)),
      strides,
      offset: source.offset,
    };
    if (at.numel > 0) device.gather(window, dim, at, out as Tensor);
    return true;
  },
};

/** out[i, j, k] = x[i, index[i, j, k], k] for dim = 1. */
export function gather(x: Tensor, dim: number, index: Tensor): Tensor {
  const d = normalizeDim("gather", dim, x.ndim);
  if (x.ndim === 0) return view(gather(view(x, [1]), 0, index.ndim === 0 ? view(index, [1]) : index), index.shape);
  // as torch: an index without elements may have any rank
  if (index.numel === 0 && index.ndim !== x.ndim)
    return view(
      gather(
        x,
        d,
        view(
          index,
          x.shape.map((size, i) => (i === d ? 0 : size)),
        ),
      ),
      index.shape,
    );
  if (index.ndim === x.ndim) checkFits("gather", index.shape, x.shape, d);
  else throw new ShapeError("gather", `indices must have the tensor's rank (got ${formatShape(index.shape)} for ${formatShape(x.shape)})`);
  return applyOp(gatherOp, [x, checkedIndex("gather", index, x.shape[d] as number)], { dim: d })[0] as Tensor;
}

/** Rows of x along dim, in the order of a vector of indices. */
export function indexSelect(x: Tensor, dim: number, index: Tensor): Tensor {
  const d = normalizeDim("indexSelect", dim, x.ndim);
  if (index.ndim > 1) throw new ShapeError("indexSelect", `indices must be a vector (got ${formatShape(index.shape)})`);
  if (x.ndim === 0) return view(indexSelect(view(x, [1]), 0, index), []);
  const at = checkedIndex("indexSelect", view(index, [index.numel]), x.shape[d] as number);
  return applyOp(gatherOp, [x, alongDim(at, x.shape, d)], { dim: d })[0] as Tensor;
}

/** A vector of indices as one that names a position for every element beside dim: stride 0, no copy. */
export function alongDim(index: Tensor, shape: Shape, dim: number): Tensor {
  const column = view(
    index,
    shape.map((_, d) => (d === dim ? index.numel : 1)),
  );
  return expand(
    column,
    shape.map((size, d) => (d === dim ? index.numel : size)),
  );
}

/** Rows of a table: ids of any shape give [...ids, D]. */
export function embeddingLookup(ids: Tensor, weight: Tensor): Tensor {
  const rows = indexSelect(weight, 0, view(ids.isContiguous ? ids : ids.contiguous(), [ids.numel]));
  return view(rows, [...ids.shape, ...weight.shape.slice(1)]);
}

export interface ScatterAttrs {
  readonly dim: number;
  readonly mode: ScatterMode;
}

/** A copy of x with src written (or reduced) into the places that the index names. */
export const scatterOp: StructuredOp<ScatterAttrs> = {
  name: "scatter",
  infer: ([x]) => [{ shape: (x as Tensor).shape, dtype: (x as Tensor).dtype }],
  run(device, [x, index, src], [out], { dim, mode }) {
    const [source, at, values, y] = [x as Tensor, index as Tensor, src as Tensor, out as Tensor];
    const type = dtypes[source.dtype].scalar;
    if (y.numel > 0) device.map(castFormula(type, type), [source], [], [y]);
    if (at.numel > 0)
      device.scatter(mode, y, dim, at, {
        buffer: values.buffer,
        dtype: values.dtype,
        shape: at.shape,
        strides: values.strides,
        offset: values.offset,
      });
    return true;
  },
};

function scatterBy(op: string, mode: ScatterMode, x: Tensor, dim: number, index: Tensor, src: Tensor | number): Tensor {
  const d = normalizeDim(op, dim, x.ndim);
  if (x.ndim === 0)
    return view(
      scatterBy(
        op,
        mode,
        view(x, [1]),
        0,
        index.ndim === 0 ? view(index, [1]) : index,
        src instanceof Tensor && src.ndim === 0 ? view(src, [1]) : src,
      ),
      [],
    );
  checkFits(op, index.shape, x.shape, d);
  const values = src instanceof Tensor ? src : expand(filledLike(x, src), index.shape);
  if (values.dtype !== x.dtype) throw new DTypeError(op, `src is ${values.dtype}, the tensor ${x.dtype}. Convert one with .to(…)`);
  if (values.ndim !== x.ndim || index.shape.some((size, i) => size > (values.shape[i] as number))) {
    throw new ShapeError(op, `src ${formatShape(values.shape)} is smaller than the indices ${formatShape(index.shape)}`);
  }
  return applyOp(scatterOp, [x, checkedIndex(op, index, x.shape[d] as number), values], { dim: d, mode })[0] as Tensor;
}

function filledLike(x: Tensor, value: number): Tensor {
  return x.newFull(new Array<number>(x.ndim).fill(1), value);
}

export interface ScatterOptions {
  /** How src joins what is there. Default: it replaces it. */
  reduce?: "add" | "multiply" | null;
}

/** A copy of x with out[i, index[i, j, k], k] = src[i, j, k] for dim = 1. src may be a number. */
export function scatter(x: Tensor, dim: number, index: Tensor, src: Tensor | number, { reduce = null }: ScatterOptions = {}): Tensor {
  const mode = reduce === null ? "set" : ({ add: "add", multiply: "mul" } as const)[reduce];
  if (!mode) throw new IndexError("scatter", `reduce must be "add" or "multiply" (got ${JSON.stringify(reduce)}). Use scatterAdd`);
  return scatterBy("scatter", mode, x, dim, index, src);
}
/** As scatter, adding. */
export const scatterAdd = (x: Tensor, dim: number, index: Tensor, src: Tensor): Tensor =>
  scatterBy("scatterAdd", "add", x, dim, index, src);

/** x with alpha·source added to the rows along dim that the vector of indices names; a row named twice is added twice. */
export function indexAdd(x: Tensor, dim: number, index: Tensor, source: Tensor, { alpha = 1 }: { alpha?: number } = {}): Tensor {
  const d = normalizeDim("indexAdd", dim, x.ndim);
  const at = checkedIndex("indexAdd", view(index, [index.numel]), x.shape[d] ?? 1);
  const values = alpha === 1 ? source : source.mul(alpha);
  if (x.ndim === 0) return view(indexAdd(view(x, [1]), 0, at, view(values, [1])), []);
  const expected = x.shape.map((size, i) => (i === d ? at.numel : size));
  if (formatShape(values.shape) !== formatShape(expected)) {
    throw new ShapeError("indexAdd", `source must be ${formatShape(expected)} (got ${formatShape(values.shape)})`);
  }
  return applyOp(scatterOp, [x, alongDim(at, x.shape, d), values], { dim: d, mode: "add" })[0] as Tensor;
}

/** One-hot rows of class indices: [...] gives int32 [..., classes]. */
export function oneHot(index: Tensor, numClasses = -1): Tensor {
  checkIndexDType("oneHot", index);
  const classes = numClasses === -1 ? countClasses(index) : numClasses;
  const at = view(checkedIndex("oneHot", index.contiguous(), classes), [...index.shape, 1]);
  const zeros = at.newFull([...index.shape, classes], 0);
  return scatterBy("oneHot", "set", zeros, -1, at, 1);
}

function countClasses(index: Tensor): number {
  if (index.numel === 0) throw new ShapeError("oneHot", "the number of classes of no indices is unknown. Pass numClasses");
  let highest = -1;
  for (const at of index.dataSync()) highest = Math.max(highest, at);
  return highest + 1;
}
