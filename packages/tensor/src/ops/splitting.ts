// Splitting at given places, or into a number of parts.
import { formatShape, IndexError, ShapeError } from "../errors.ts";
import { normalizeDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { split } from "./join.ts";
import { slice } from "./movement.ts";

/** Parts of x along dim: as many as the number says, sizes differing by at most one; or those between the positions of a list. */
export function tensorSplit(x: Tensor, indicesOrSections: number | readonly number[], dim = 0): Tensor[] {
  if (x.ndim === 0) throw new ShapeError("tensorSplit", "expected at least 1 dim (got [])");
  const d = normalizeDim("tensorSplit", dim, x.ndim);
  const size = x.shape[d] as number;
  if (typeof indicesOrSections !== "number") {
    const bounds = [0, ...indicesOrSections, size];
    return bounds.slice(1).map((end, i) => slice(x, d, bounds[i] as number, i + 2 === bounds.length ? null : end));
  }
  const sections = indicesOrSections;
  if (!Number.isInteger(sections) || sections < 1) throw new IndexError("tensorSplit", `expected at least one section (got ${sections})`);
  const larger = size % sections;
  return split(
    x,
    Array.from({ length: sections }, (_, i) => Math.floor(size / sections) + (i < larger ? 1 : 0)),
    d,
  );
}

function evenly(op: string, x: Tensor, indicesOrSections: number | readonly number[], dim: number, rank: number): Tensor[] {
  if (x.ndim < rank) throw new ShapeError(op, `expected at least ${rank} dim${rank > 1 ? "s" : ""} (got ${formatShape(x.shape)})`);
  const size = x.shape[dim] as number;
  if (typeof indicesOrSections === "number" && !(indicesOrSections > 0 && size % indicesOrSections === 0)) {
    throw new ShapeError(
      op,
      `dim ${dim} of size ${size} does not split into ${indicesOrSections} equal parts (got ${formatShape(x.shape)})`,
    );
  }
  return tensorSplit(x, indicesOrSections, dim);
}

/** Splits columns (of a vector: elements), into equal parts or at positions. */
export const hsplit = (x: Tensor, indicesOrSections: number | readonly number[]): Tensor[] =>
  evenly("hsplit", x, indicesOrSections, x.ndim === 1 ? 0 : 1, 1);
/** Splits rows, into equal parts or at positions. */
export const vsplit = (x: Tensor, indicesOrSections: number | readonly number[]): Tensor[] => evenly("vsplit", x, indicesOrSections, 0, 2);
/** Splits along dim 2, into equal parts or at positions. */
export const dsplit = (x: Tensor, indicesOrSections: number | readonly number[]): Tensor[] => evenly("dsplit", x, indicesOrSections, 2, 3);

/** Consecutive parts of the given sizes along dim. */
export const splitWithSizes = (x: Tensor, sizes: readonly number[], dim = 0): Tensor[] => split(x, sizes, dim);
