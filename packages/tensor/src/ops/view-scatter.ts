// A copy of x with other values where a view looks.
import { formatShape, ShapeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import { normalizeDim, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { toDType } from "./copy.ts";
import { embed } from "./join.ts";
import { diagonal, select, unsqueeze } from "./movement.ts";
import { pointwiseFunctions as pw } from "./pointwise.ts";
import { type SliceAttrs, sliceAttrs, type ViewName } from "./views.ts";

function writeInto(x: Tensor, src: Tensor, view: ViewName, attrs: unknown): Tensor {
  const placed = embed(toDType(src, x.dtype), { shape: x.shape, fill: 0, view, attrs });
  const written = embed(src.newFull(src.shape, true, { dtype: "bool" }), { shape: x.shape, fill: 0, view, attrs });
  return pw.where(written, placed, x);
}

function checkSource(op: string, src: Tensor, expected: readonly number[]): void {
  if (!sameShape(src.shape, expected))
    throw new ShapeError(op, `src must be ${formatShape(expected)}, as the place it is written to (got ${formatShape(src.shape)})`);
}

/** A copy of x with src in place of x.slice(dim, start, end, step). */
export function sliceScatter(x: Tensor, src: Tensor, dim = 0, start: number | null = null, end: number | null = null, step = 1): Tensor {
  const d = normalizeDim("sliceScatter", dim, x.ndim);
  if (x.ndim === 0) throw new ShapeError("sliceScatter", "a tensor of rank 0 has no dim to slice");
  const attrs: SliceAttrs = sliceAttrs("sliceScatter", x.shape[d] as number, d, start, end, step);
  checkSource(
    "sliceScatter",
    src,
    x.shape.map((size, i) => (i === d ? attrs.length : size)),
  );
  return scope(() => writeInto(x, src, "slice", attrs));
}

/** A copy of x with src in place of x.select(dim, index). */
export function selectScatter(x: Tensor, src: Tensor, dim: number, index: number): Tensor {
  return scope(() => {
    const d = normalizeDim("selectScatter", dim, x.ndim);
    checkSource("selectScatter", src, select(x.detach(), d, index).shape);
    const start = index < 0 ? index + (x.shape[d] as number) : index;
    return writeInto(x, unsqueeze(src, d), "slice", { dim: d, start, step: 1, length: 1 } satisfies SliceAttrs);
  });
}

/** A copy of x with src in place of x.diagonal({ offset, dim1, dim2 }). */
export function diagonalScatter(
  x: Tensor,
  src: Tensor,
  { offset = 0, dim1 = 0, dim2 = 1 }: { offset?: number; dim1?: number; dim2?: number } = {},
): Tensor {
  return scope(() => {
    checkSource("diagonalScatter", src, diagonal(x.detach(), { offset, dim1, dim2 }).shape);
    const [a, b] = [normalizeDim("diagonalScatter", dim1, x.ndim), normalizeDim("diagonalScatter", dim2, x.ndim)];
    return writeInto(x, src, "diagonal", { offset, dim1: a, dim2: b });
  });
}
