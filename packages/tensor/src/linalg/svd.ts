// Singular values and vectors: found by Jacobi's rotations outside the graph, then written as functions of A with the right first derivative.
import { needsGrad } from "../grad-mode.ts";
import { scope } from "../lifetime.ts";
import { applyOp } from "../ops/dispatch.ts";
import { gatherOp } from "../ops/gather.ts";
import { cat } from "../ops/join.ts";
import { matmul } from "../ops/matmul.ts";
import { expand, narrow, transpose, unsqueeze } from "../ops/movement.ts";
import { pointwiseFunctions as pw } from "../ops/pointwise.ts";
import { sum } from "../ops/reduce.ts";
import { sort } from "../ops/sort.ts";
import type { Tensor } from "../tensor.ts";
import { orthogonalColumns } from "./jacobi.ts";
import { identities, matrixSize } from "./matrices.ts";
import { qr } from "./qr.ts";

const adjoint = (x: Tensor): Tensor => transpose(x, -2, -1);
const diagonalOf = (x: Tensor): Tensor => x.diagonal({ dim1: -2, dim2: -1 });

export interface Factors {
  /** [..., M, N], orthonormal columns. */
  readonly u: Tensor;
  /** [..., M, M − N]: what is missing to a basis. */
  readonly rest: Tensor;
  /** [..., N], descending. */
  readonly s: Tensor;
  /** [..., N, N], orthogonal. */
  readonly v: Tensor;
}

/** A = u·diag(s)·vᵀ for a [..., M, N] with M ≥ N, outside the graph. */
export function factorise(a: Tensor): Factors {
  const [height, n] = a.shape.slice(-2) as [number, number];
  const { product, v } = orthogonalColumns(a);
  const { values, indices } = sort(pw.sqrt(sum(pw.square(product), -2)), -1, { descending: true });
  const ordered = (x: Tensor): Tensor => applyOp(gatherOp, [x, expand(unsqueeze(indices, -2), x.shape)], { dim: x.ndim - 1 })[0] as Tensor;
  const { Q, R } = qr(ordered(product), { mode: "complete" }); // orthonormal where singular values are 0, too
  const signs = pw.where(pw.lt(diagonalOf(R), 0), -1, Q.newOnes([]));
  return { u: pw.mul(narrow(Q, -1, 0, n), unsqueeze(signs, -2)), rest: narrow(Q, -1, n, height - n), s: values, v: ordered(v) };
}

/** 1/(later − earlier) for every two of a row, [..., N, N]; 0 for equal ones, whose vectors have no derivative. */
export function inverseGaps(values: Tensor): Tensor {
  const gaps = pw.sub(unsqueeze(values, -2), unsqueeze(values, -1));
  return pw.where(pw.eq(gaps, 0), 0, pw.div(1, pw.where(pw.eq(gaps, 0), 1, gaps)));
}

/** The factors as functions of a: what they are, plus first-order terms of value 0 (Townsend 2016, "Differentiating the singular value decomposition"). */
function differentiable(a: Tensor, { u, rest, s, v }: Factors): Factors {
  const change = pw.sub(a, a.detach()); // 0, with the gradient of a
  const inner = matmul(matmul(adjoint(u), change), v); // [..., N, N]
  const column = unsqueeze(s, -1);
  const row = unsqueeze(s, -2);
  const gaps = inverseGaps(pw.square(s));
  const invS = pw.where(pw.eq(row, 0), 0, pw.div(1, row));
  const turn = (first: Tensor, second: Tensor): Tensor => pw.mul(gaps, pw.add(first, second));
  const outside = (basis: Tensor, x: Tensor): Tensor => pw.mul(pw.sub(x, matmul(basis, matmul(adjoint(basis), x))), invS);
  const du = pw.add(matmul(u, turn(pw.mul(inner, row), pw.mul(column, adjoint(inner)))), outside(u, matmul(change, v)));
  const dv = matmul(v, turn(pw.mul(column, inner), pw.mul(adjoint(inner), row)));
  return { u: pw.add(u, du), rest, s: pw.add(s, diagonalOf(inner)), v: pw.add(v, dv) };
}

/** Of a, or of aᵀ where a is wide. */
function factors(op: string, a: Tensor): Factors & { wide: boolean } {
  const [rows, columns] = matrixSize(op, a);
  const wide = rows < columns;
  const tall = wide ? adjoint(a) : a;
  const found = factorise(tall);
  return { ...(needsGrad([a]) ? differentiable(tall, found) : found), wide };
}

export interface SVD {
  readonly U: Tensor;
  readonly S: Tensor;
  readonly Vh: Tensor;
}

/**
 * A = U·diag(S)·Vh for A [..., M, N], K = min(M, N): S [..., K] descending, U [..., M, M] and Vh [..., N, N] orthogonal, or [..., M, K] and [..., K, N] with
 * fullMatrices: false. Gradients are of first order, and only where singular values are distinct; columns beyond K have none.
 */
export function svd(a: Tensor, { fullMatrices = true }: { fullMatrices?: boolean } = {}): SVD {
  return scope(() => {
    const { u, rest, s, v, wide } = factors("linalg.svd", a);
    const tallU = fullMatrices ? cat([u, rest], -1) : u;
    return wide ? { U: v, S: s, Vh: adjoint(tallU) } : { U: tallU, S: s, Vh: adjoint(v) };
  });
}

/** Singular values, descending: [..., min(M, N)]. Gradients are of first order. */
export const svdvals = (a: Tensor): Tensor => scope(() => factors("linalg.svdvals", a).s);

const epsilon = (a: Tensor): number => (a.dtype === "float64" ? Number.EPSILON : 2 ** -23);

export interface RankOptions {
  /** Singular values up to this one count as 0. Default: 0. */
  atol?: number;
  /** The same relative to the largest one. Default: max(M, N)·ε, or 0 where atol is given. */
  rtol?: number;
}

/** Which singular values count, and all of them. */
function significant(op: string, a: Tensor, s: Tensor, { atol = 0, rtol }: RankOptions): Tensor {
  const [rows, columns] = matrixSize(op, a);
  const relative = rtol ?? (atol > 0 ? 0 : Math.max(rows, columns) * epsilon(a));
  const largest = narrow(s, -1, 0, Math.min(1, s.shape.at(-1) as number));
  return pw.gt(s, pw.clampMin(pw.mul(largest, relative), atol));
}

/** How many singular values are not negligible: int32 [...]. */
export const matrixRank = (a: Tensor, options: RankOptions = {}): Tensor =>
  scope(() => {
    const s = svdvals(a.detach());
    return sum(significant("linalg.matrixRank", a, s, options), -1);
  });

/** The pseudo-inverses [..., N, M] (Moore & Penrose) of a [..., M, N]. Gradients are of first order, where the rank is constant. */
export function pinv(a: Tensor, options: RankOptions = {}): Tensor {
  return scope(() => {
    const { U, S, Vh } = svd(a.detach(), { fullMatrices: false });
    const counts = significant("linalg.pinv", a, S, options);
    const inverse = pw.where(counts, pw.div(1, pw.where(counts, S, 1)), 0);
    const x = matmul(pw.mul(adjoint(Vh), unsqueeze(inverse, -2)), adjoint(U)); // [..., N, M]
    if (!needsGrad([a])) return x;
    const change = pw.sub(a, a.detach());
    const [rows, columns] = matrixSize("linalg.pinv", a);
    const leftNull = pw.sub(identities(rows, a), matmul(a.detach(), x));
    const rightNull = pw.sub(identities(columns, a), matmul(x, a.detach()));
    const turned = adjoint(change);
    const first = matmul(matmul(x, change), x);
    const second = matmul(matmul(matmul(x, adjoint(x)), turned), leftNull);
    const third = matmul(matmul(rightNull, turned), matmul(adjoint(x), x)); // Golub & Pereyra 1973
    return pw.add(x, pw.sub(pw.add(second, third), first));
  });
}
