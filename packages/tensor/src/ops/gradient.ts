// Slopes of samples on a grid, by differences.
import { isFloat } from "../dtype.ts";
import { formatShape, IndexError, ShapeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import { normalizeDim, normalizeDims } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { diff } from "./differences.ts";
import { cat } from "./join.ts";
import { narrow, reshape } from "./movement.ts";
import { pointwiseFunctions as pw } from "./pointwise.ts";

export interface GradientOptions {
  /** Distance of the samples along every dim; or a list with a distance, or a vector of coordinates, for each. Default: 1. */
  spacing?: number | readonly (number | Tensor)[] | null;
  /** Default: all dims. */
  dim?: number | readonly number[] | null;
  /** Order of accuracy at the two ends: 1 or 2. Default: 1. */
  edgeOrder?: 1 | 2;
}

/** Distances of neighbours along d, as one number or [n − 1, 1, …]. */
function gapsOf(x: Tensor, d: number, spacing: number | Tensor): Tensor {
  if (!(spacing instanceof Tensor)) return x.newFull([1], spacing, { dtype: isFloat(x.dtype) ? x.dtype : "float32" });
  if (spacing.ndim !== 1 || spacing.numel !== x.shape[d])
    throw new ShapeError("gradient", `coordinates along dim ${d} must be [${x.shape[d]}] (got ${formatShape(spacing.shape)})`);
  return reshape(diff(spacing), [spacing.numel - 1, ...new Array<number>(x.ndim - 1 - d).fill(1)]);
}

function slopeAlong(x: Tensor, d: number, spacing: number | Tensor, edgeOrder: 1 | 2): Tensor {
  const gaps = gapsOf(x, d, spacing);
  const slopes = pw.div(diff(x, 1, d), gaps); // between neighbours
  const count = (x.shape[d] as number) - 1;
  const part = (y: Tensor, start: number, length: number): Tensor => narrow(y, d, start, length);
  const gap = (start: number): Tensor => (spacing instanceof Tensor ? narrow(gaps, 0, start, count - 1) : gaps);
  const [left, right] = [part(slopes, 0, count - 1), part(slopes, 1, count - 1)];
  const [before, behind] = [gap(0), gap(1)];
  const both = pw.add(before, behind);
  const inner = pw.div(pw.add(pw.mul(left, behind), pw.mul(right, before)), both); // of the parabola through three neighbours
  if (edgeOrder === 1) return cat([part(slopes, 0, 1), inner, part(slopes, count - 1, 1)], d);
  const bend = pw.div(pw.sub(right, left), both);
  const first = pw.sub(left, pw.mul(bend, before));
  const last = pw.add(right, pw.mul(bend, behind));
  return cat([part(first, 0, 1), inner, part(last, count - 2, 1)], d);
}

/** Estimates of the partial derivatives of samples on a grid: one tensor of the shape of x for each dim, by central differences. */
export function gradient(x: Tensor, { spacing = 1, dim = null, edgeOrder = 1 }: GradientOptions = {}): Tensor[] {
  if (edgeOrder !== 1 && edgeOrder !== 2) throw new IndexError("gradient", `edgeOrder must be 1 or 2 (got ${edgeOrder})`);
  const dims = (dim === null ? normalizeDims("gradient", null, x.ndim) : [dim].flat()).map((d) =>
    normalizeDim("gradient", d as number, x.ndim),
  );
  if (new Set(dims).size !== dims.length) throw new ShapeError("gradient", `a dim appears twice in [${dims.join(", ")}]`);
  const spacings = typeof spacing === "object" && spacing !== null ? spacing : dims.map(() => spacing ?? 1);
  if (spacings.length !== dims.length) throw new ShapeError("gradient", `${spacings.length} spacings do not fit ${dims.length} dims`);
  const short = dims.find((d) => (x.shape[d] ?? 0) < edgeOrder + 1);
  if (short !== undefined)
    throw new ShapeError("gradient", `dim ${short} has fewer than ${edgeOrder + 1} samples (got ${formatShape(x.shape)})`);
  return scope(() => dims.map((d, i) => slopeAlong(x, d, spacings[i] as number | Tensor, edgeOrder)));
}
