// Products summed over chosen dims, and products of vectors and blocks.
import { DTypeError, formatShape, ShapeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import { castAsOne } from "../operand-casts.ts";
import { broadcastShapes, normalizeDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { numel } from "../view.ts";
import { dot, mm } from "./matmul.ts";
import { broadcastTo, permute, reshape } from "./movement.ts";
import { pointwiseFunctions as pw } from "./pointwise.ts";
import { roll } from "./rearrange.ts";
import { sum } from "./reduce.ts";

/** The last n dims of a against the first n of b, or the dims that two lists pair. */
export const tensordot = /* @__PURE__ */ castAsOne(
  "tensordot",
  (a: Tensor, b: Tensor, dims: number | readonly (readonly number[])[] = 2): Tensor => {
    const [first, second] = typeof dims === "number" ? adjacent(a, dims) : (dims as [readonly number[], readonly number[]]);
    if (first.length !== second.length)
      throw new ShapeError("tensordot", `${first.length} dims of a do not pair with ${second.length} of b`);
    const [da, db] = [first.map((d) => normalizeDim("tensordot", d, a.ndim)), second.map((d) => normalizeDim("tensordot", d, b.ndim))];
    if (new Set(da).size !== da.length || new Set(db).size !== db.length) throw new ShapeError("tensordot", "a dim appears twice");
    return scope(() => {
      let [x, y] = [a, b];
      da.forEach((d, i) => {
        const [p, q] = [a.shape[d] as number, b.shape[db[i] as number] as number];
        if (p === q) return;
        if (p !== 1 && q !== 1)
          throw new ShapeError("tensordot", `sizes differ: ${p} vs ${q} (got ${formatShape(a.shape)} and ${formatShape(b.shape)})`);
        if (p === 1) y = sum(y, db[i] as number, { keepdim: true });
        else x = sum(x, d, { keepdim: true });
      });
      const [restA, restB] = [rest(x, da), rest(y, db)];
      const inner = numel(da.map((d) => x.shape[d] as number));
      const sizes = (t: Tensor, of: readonly number[]): number[] => of.map((d) => t.shape[d] as number);
      const left = reshape(permute(x, [...restA, ...da]), [numel(sizes(x, restA)), inner]);
      const right = reshape(permute(y, [...db, ...restB]), [inner, numel(sizes(y, restB))]);
      return reshape(mm(left, right), [...sizes(x, restA), ...sizes(y, restB)]);
    });
  },
);

const rest = (x: Tensor, dims: readonly number[]): number[] => x.shape.map((_, d) => d).filter((d) => !dims.includes(d));

function adjacent(a: Tensor, count: number): [number[], number[]] {
  if (!Number.isInteger(count) || count < 0) throw new ShapeError("tensordot", `dims must be a whole number ≥ 0 (got ${count})`);
  return [Array.from({ length: count }, (_, i) => a.ndim - count + i), Array.from({ length: count }, (_, i) => i)];
}

/** Σ a·b over the last dims: [..., K] and [..., K] give all pairs of rows. */
export function inner(a: Tensor, b: Tensor): Tensor {
  if (a.dtype !== b.dtype) throw new DTypeError("inner", `dtypes differ: ${a.dtype} vs ${b.dtype}. Convert one with .to(…)`);
  if (a.ndim === 0 || b.ndim === 0) return pw.mul(a, b);
  if (a.shape.at(-1) !== b.shape.at(-1))
    throw new ShapeError(
      "inner",
      `last sizes differ: ${a.shape.at(-1)} vs ${b.shape.at(-1)} (got ${formatShape(a.shape)} and ${formatShape(b.shape)})`,
    );
  return tensordot(a, b, [[-1], [-1]]);
}

/** Inner product of two vectors. */
export const vdot = (a: Tensor, b: Tensor): Tensor => dot(a, b);

/** Every product of an element of a with one of b, arranged as blocks a[i, j]·b. */
export function kron(a: Tensor, b: Tensor): Tensor {
  return scope(() => {
    const rank = Math.max(a.ndim, b.ndim);
    const padded = (x: Tensor): number[] => [...new Array<number>(rank - x.ndim).fill(1), ...x.shape];
    const [sa, sb] = [padded(a), padded(b)];
    const spread = pw.mul(
      reshape(
        a,
        sa.flatMap((size) => [size, 1]),
      ),
      reshape(
        b,
        sb.flatMap((size) => [1, size]),
      ),
    );
    return reshape(
      spread,
      sa.map((size, d) => size * (sb[d] as number)),
    );
  });
}

export function crossAlong(op: string, a: Tensor, b: Tensor, dim: number): Tensor {
  const shape = broadcastShapes(op, [a.shape, b.shape]);
  const d = normalizeDim(op, dim, shape.length);
  if (a.shape.at(d - shape.length) !== 3 || b.shape.at(d - shape.length) !== 3)
    throw new ShapeError(op, `dim ${dim} must have size 3 (got ${formatShape(a.shape)} and ${formatShape(b.shape)})`);
  return scope(() => {
    const [x, y] = [broadcastTo(a, shape), broadcastTo(b, shape)];
    const turned = (t: Tensor, by: number): Tensor => roll(t, by, d);
    return pw.sub(pw.mul(turned(x, -1), turned(y, 1)), pw.mul(turned(x, 1), turned(y, -1)));
  });
}

/** a × b along dim, of size 3; without dim along the first one of that size. */
export function cross(a: Tensor, b: Tensor, dim: number | null = null): Tensor {
  if (a.ndim !== b.ndim) throw new ShapeError("cross", `ranks differ (got ${formatShape(a.shape)} and ${formatShape(b.shape)})`);
  const found = dim ?? a.shape.indexOf(3);
  if (found < 0 && dim === null) throw new ShapeError("cross", `no dim has size 3 (got ${formatShape(a.shape)})`);
  return crossAlong("cross", a, b, found);
}

/** Sum of the diagonal of a matrix. */
export function trace(x: Tensor): Tensor {
  if (x.ndim !== 2) throw new ShapeError("trace", `expected a matrix (got ${formatShape(x.shape)})`);
  return scope(() => sum(x.diagonal()));
}
