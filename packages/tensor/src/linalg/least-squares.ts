// Least squares, and equations whose unknown is a tensor.
import { DTypeError, formatShape, GradkitError, ShapeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import { matmul } from "../ops/matmul.ts";
import { movedim, reshape, squeeze, unsqueeze } from "../ops/movement.ts";
import { pointwiseFunctions as pw } from "../ops/pointwise.ts";
import { sum } from "../ops/reduce.ts";
import { normalizeDim, type Shape, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { numel } from "../view.ts";
import { inv, solve } from "./elimination.ts";
import { matrixSize } from "./matrices.ts";
import { matrixRank, pinv, svdvals } from "./svd.ts";

export interface LeastSquares {
  /** [..., N, K], or [..., N] for vectors. */
  readonly solution: Tensor;
  /** Σ of the squares of what remains, [..., K]; empty where M ≤ N. A matrix of a rank below N has one, too (torch gives none there). */
  readonly residuals: Tensor;
  /** Of each matrix: int32 [...]. */
  readonly rank: Tensor;
  /** [..., min(M, N)]. */
  readonly singularValues: Tensor;
}

export interface LeastSquaresOptions {
  /** Singular values up to this part of the largest count as 0. Default: max(M, N)·ε. */
  rcond?: number | null;
}

/**
 * X with the least ‖A·X − B‖, and of several the shortest: A [..., M, N], B [..., M, K] or a batch of vectors [..., M]. Gradients of the solution and the
 * residuals are of first and second order. Throws a ShapeError where A and B do not fit.
 *
 * @example
 * lstsq(tensor([[1, 0], [1, 1], [1, 2]]), tensor([[1], [3], [5]])).solution; // [[1], [2]]: 1 + 2t
 */
export function lstsq(a: Tensor, b: Tensor, { rcond = null }: LeastSquaresOptions = {}): LeastSquares {
  const [rows, columns] = matrixSize("linalg.lstsq", a);
  if (a.dtype !== b.dtype) throw new DTypeError("linalg.lstsq", `dtypes differ: ${a.dtype} vs ${b.dtype}. Convert one with .to(…)`);
  const isVector = b.ndim === 1 || sameShape(b.shape, a.shape.slice(0, -1));
  if (b.shape.at(isVector ? -1 : -2) !== rows)
    throw new ShapeError(
      "linalg.lstsq",
      `A and B do not fit (got ${formatShape(a.shape)} and ${formatShape(b.shape)}). A is [M, N], B is [M, K] or [M]`,
    );
  return scope(() => {
    const right = isVector ? unsqueeze(b, -1) : b;
    const x = matmul(pinv(a, { rtol: rcond }), right);
    const rest = pw.sub(matmul(a, x), right);
    return {
      solution: isVector ? squeeze(x, -1) : x,
      residuals: rows > columns ? sum(pw.square(rest), -2) : a.newZeros([0]),
      rank: matrixRank(a, { rtol: rcond }),
      singularValues: svdvals(a.detach()),
    };
  });
}

const asSquare = (op: string, rows: Shape, columns: Shape, shape: Shape): number => {
  const n = numel(columns);
  if (numel(rows) !== n) throw new ShapeError(op, `dims ${formatShape(rows)} and ${formatShape(columns)} hold different numbers of elements (got ${formatShape(shape)})`); // biome-ignore format: a message
  return n;
};

/** The tensor that tensordot(…, ind) with A gives the identity for: the first `ind` dims of A are its rows. */
export function tensorinv(a: Tensor, { ind = 2 }: { ind?: number } = {}): Tensor {
  if (!(Number.isInteger(ind) && ind > 0)) throw new GradkitError("linalg.tensorinv", `ind must be a whole number above 0 (got ${ind})`);
  const [rows, columns] = [a.shape.slice(0, ind), a.shape.slice(ind)];
  const n = asSquare("linalg.tensorinv", rows, columns, a.shape);
  return scope(() => reshape(inv(reshape(a, [n, n])), [...columns, ...rows]));
}

/** X with tensordot(A, X, X.ndim) = B; `dims` of A move to its end first. */
export function tensorsolve(a: Tensor, b: Tensor, { dims = null }: { dims?: readonly number[] | null } = {}): Tensor {
  return scope(() => {
    const ends = (dims ?? []).map((d) => normalizeDim("linalg.tensorsolve", d, a.ndim));
    const moved = movedim(a, ends, ends.map((_, i) => a.ndim - ends.length + i)); // biome-ignore format: one step
    const unknown = moved.shape.slice(b.ndim);
    const n = asSquare("linalg.tensorsolve", b.shape, unknown, a.shape);
    return reshape(solve(reshape(moved, [n, n]), reshape(b, [n])), unknown);
  });
}
