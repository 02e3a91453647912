// Differences and integrals along a dim.
import { DTypeError, formatShape, IndexError, ShapeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import { normalizeDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { cat } from "./join.ts";
import { narrow, reshape } from "./movement.ts";
import { pointwiseFunctions as pw } from "./pointwise.ts";
import { sum } from "./reduce.ts";
import { cumsum } from "./scan.ts";

/** Differences of order n along dim, with tensors put before and behind; of bools, whether neighbours differ. */
export function diff(x: Tensor, n = 1, dim = -1, prepend: Tensor | null = null, append: Tensor | null = null): Tensor {
  if (x.ndim === 0) throw new ShapeError("diff", "expected at least 1 dim (got [])");
  if (!Number.isInteger(n) || n < 0) throw new IndexError("diff", `order ${n} is no whole number ≥ 0`);
  const d = normalizeDim("diff", dim, x.ndim);
  return scope(() => {
    if (n === 0) return pw.positive(x);
    const parts = [prepend, x, append].filter((part) => part !== null);
    let rest = parts.length > 1 ? cat(parts, d) : x;
    for (let order = 0; order < n; order++) {
      const left = Math.max(0, (rest.shape[d] as number) - 1);
      const [later, earlier] = [narrow(rest, d, Math.min(1, rest.shape[d] as number), left), narrow(rest, d, 0, left)];
      rest = x.dtype === "bool" ? pw.ne(later, earlier) : pw.sub(later, earlier);
    }
    return rest;
  });
}

export interface TrapezoidOptions {
  /** Distance of the samples, where no x is given. Default: 1. */
  dx?: number;
  /** Default: −1. */
  dim?: number;
}

/** Areas between neighbouring samples. */
function strips(op: string, y: Tensor, x: Tensor | null, dx: number, d: number): Tensor {
  const size = y.shape[d] as number;
  const count = Math.max(0, size - 1);
  const heights = pw.add(narrow(y, d, size - count, count), narrow(y, d, 0, count));
  if (!x) return pw.mul(heights, dx / 2);
  if (x.ndim === 1 && x.numel !== size)
    throw new ShapeError(
      op,
      `x and y differ along dim ${d}: ${x.numel} vs ${size} (got ${formatShape(x.shape)} and ${formatShape(y.shape)})`,
    );
  const along = x.ndim === 1 ? reshape(x, [x.numel, ...new Array<number>(y.ndim - 1 - d).fill(1)]) : x;
  return pw.mul(pw.mul(heights, diff(along, 1, along.ndim - y.ndim + d)), 0.5);
}

const checked = (op: string, y: Tensor, dim: number): number => {
  if (y.ndim === 0) throw new ShapeError(op, "expected at least 1 dim (got [])");
  if (y.dtype === "bool") throw new DTypeError(op, "expected numbers (got bool)");
  return normalizeDim(op, dim, y.ndim);
};

/** ∫ y dx along dim by the trapezoidal rule; x is a vector, or broadcasts to y. */
export function trapezoid(y: Tensor, x: Tensor | null = null, { dx = 1, dim = -1 }: TrapezoidOptions = {}): Tensor {
  const d = checked("trapezoid", y, dim);
  return scope(() => sum(strips("trapezoid", y, x, dx, d), d));
}

/** Running ∫ y dx along dim: one value less than samples. */
export function cumulativeTrapezoid(y: Tensor, x: Tensor | null = null, { dx = 1, dim = -1 }: TrapezoidOptions = {}): Tensor {
  const d = checked("cumulativeTrapezoid", y, dim);
  return scope(() => cumsum(strips("cumulativeTrapezoid", y, x, dx, d), d));
}
