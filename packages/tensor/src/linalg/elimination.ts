// Gaussian elimination with partial pivoting, written in ops: it runs on every backend, for whole batches, and has gradients of any order.
import { DTypeError, formatShape, ShapeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import { applyOp } from "../ops/dispatch.ts";
import { gatherOp } from "../ops/gather.ts";
import { cat } from "../ops/join.ts";
import { expand, narrow, reshape, squeeze, transpose, unsqueeze } from "../ops/movement.ts";
import { pointwiseFunctions as pw } from "../ops/pointwise.ts";
import { argmax, prod, sum } from "../ops/reduce.ts";
import { tril, triu } from "../ops/triangle.ts";
import { broadcastShapes, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { checkEach, identities, rowNumbers, squareSize } from "./matrices.ts";

/** Brings the largest element of column k, at or below row k, to row k. `swapped` [..., 1, 1] tells whether rows changed places. */
function pivoted(m: Tensor, rows: Tensor, k: number): { m: Tensor; swapped: Tensor } {
  const sizes = pw.where(pw.ge(rows, k), pw.abs(narrow(m, -1, k, 1).detach()), -1);
  const found = argmax(sizes, -2, { keepdim: true }); // [..., 1, 1]
  const order = pw.where(pw.eq(rows, k), found, pw.where(pw.eq(rows, found), k, rows)); // [..., N, 1]
  const [moved] = applyOp(gatherOp, [m, expand(order, m.shape)], { dim: m.ndim - 2 }) as [Tensor];
  return { m: moved, swapped: pw.ne(found, k) };
}

/** Gauss–Jordan: A⁻¹·B of a [..., N, N] and b [..., N, K]. */
function eliminate(op: string, a: Tensor, b: Tensor): Tensor {
  const n = a.shape.at(-1) as number;
  const rows = rowNumbers(n, a);
  const pivots: Tensor[] = [];
  let m = cat([a, b], -1);
  for (let k = 0; k < n; k++) {
    m = pivoted(m, rows, k).m;
    const row = narrow(m, -2, k, 1);
    const pivot = narrow(row, -1, k, 1);
    pivots.push(pivot.detach());
    const scaled = pw.div(row, pivot);
    m = pw.where(pw.eq(rows, k), scaled, pw.sub(m, pw.mul(narrow(m, -1, k, 1), scaled)));
  }
  if (n > 0) checkEach(op, cat(pivots, -1), (pivot) => pivot !== 0, "the matrix is singular. Use pinv()");
  return narrow(m, -1, n, b.shape.at(-1) as number);
}

/** The inverses of matrices [..., N, N]. Throws where one is singular and the device reads synchronously. */
export function inv(a: Tensor): Tensor {
  const n = squareSize("linalg.inv", a);
  return scope(() => pw.positive(eliminate("linalg.inv", a, identities(n, a))));
}

const withBatch = (x: Tensor, batch: readonly number[]): Tensor => expand(x, [...batch, ...x.shape.slice(-2)]);

/** X of A·X = B (of X·A = B with `left` false): A [..., N, N], B [..., N, K] or a batch of vectors [..., N]; batch dims broadcast. */
export function solve(a: Tensor, b: Tensor, { left = true }: { left?: boolean } = {}): Tensor {
  return solveBy("linalg.solve", a, b, left);
}

function solveBy(op: string, a: Tensor, b: Tensor, left: boolean): Tensor {
  const n = squareSize(op, a);
  if (a.dtype !== b.dtype) throw new DTypeError(op, `dtypes differ: ${a.dtype} vs ${b.dtype}. Convert one with .to(…)`);
  const isVector = b.ndim === 1 || (a.ndim - 1 === b.ndim && sameShape(b.shape, a.shape.slice(0, -1)));
  if (isVector && !left) throw new ShapeError(op, `with left: false, B must hold matrices (got ${formatShape(b.shape)})`);
  return scope(() => {
    const right = isVector ? unsqueeze(b, -1) : b;
    if (right.shape.at(left ? -2 : -1) !== n || right.ndim < 2)
      throw new ShapeError(
        op,
        `A and B do not fit (got ${formatShape(a.shape)} and ${formatShape(b.shape)}). A is [N, N], B is [N, K] or [N]`,
      );
    const batch = broadcastShapes(op, [a.shape.slice(0, -2), right.shape.slice(0, -2)]);
    const turned = (x: Tensor): Tensor => (left ? x : transpose(x, -2, -1));
    const x = turned(eliminate(op, withBatch(turned(a), batch), withBatch(turned(right), batch)));
    return isVector ? squeeze(x, -1) : pw.positive(x);
  });
}

export interface TriangularOptions {
  /** Whether A is an upper triangle; the other one is not read. */
  upper: boolean;
  /** Whether A stands on the left. Default: true. */
  left?: boolean;
  /** Take the diagonal as ones. Default: false. */
  unitriangular?: boolean;
}

/** As solve, for a triangular A. */
export function solveTriangular(a: Tensor, b: Tensor, { upper, left = true, unitriangular = false }: TriangularOptions): Tensor {
  const n = squareSize("linalg.solveTriangular", a);
  return scope(() => {
    const beside = Number(unitriangular) * (upper ? 1 : -1);
    const triangle = (upper ? triu : tril)(a, { diagonal: beside });
    return solveBy("linalg.solveTriangular", unitriangular ? pw.add(triangle, identities(n, a)) : triangle, b, left);
  });
}

/** The diagonal of U in P·A = L·U, [..., N], and the sign of the permutation. */
function pivotsOf(op: string, a: Tensor): { pivots: Tensor; sign: Tensor } {
  const n = squareSize(op, a);
  const batch = a.shape.slice(0, -2);
  const rows = rowNumbers(n, a);
  let sign = a.newOnes([...batch, 1, 1]);
  let m = a;
  const found: Tensor[] = [];
  for (let k = 0; k < n; k++) {
    const next = pivoted(m, rows, k);
    m = next.m;
    sign = pw.where(next.swapped, pw.neg(sign), sign);
    const row = narrow(m, -2, k, 1);
    const pivot = narrow(row, -1, k, 1);
    found.push(pivot);
    const scaled = pw.div(row, pw.where(pw.eq(pivot, 0), 1, pivot)); // a zero pivot has nothing but zeros below
    m = pw.where(pw.gt(rows, k), pw.sub(m, pw.mul(narrow(m, -1, k, 1), scaled)), m);
  }
  const pivots = n === 0 ? reshape(a, [...batch, 0]) : reshape(cat(found, -1), [...batch, n]);
  return { pivots, sign: reshape(sign, batch) };
}

/** Determinants of matrices [..., N, N]: [...]. */
export const det = (a: Tensor): Tensor =>
  scope(() => {
    const { pivots, sign } = pivotsOf("linalg.det", a);
    return pw.mul(prod(pivots, -1), sign);
  });

/** The logarithm of determinants: −∞ of a singular matrix, NaN where a determinant is negative. */
export const logdet = (a: Tensor): Tensor =>
  scope(() => {
    const { sign, logabsdet } = slogdet(a);
    return pw.where(pw.lt(sign, 0), Number.NaN, logabsdet);
  });

/** Sign and logarithm of the absolute value of determinants; of a singular matrix 0 and −∞. */
export const slogdet = (a: Tensor): { readonly sign: Tensor; readonly logabsdet: Tensor } =>
  scope(() => {
    const { pivots, sign } = pivotsOf("linalg.slogdet", a);
    return { sign: pw.mul(prod(pw.sign(pivots.detach()), -1), sign), logabsdet: sum(pw.log(pw.abs(pivots)), -1) };
  });
