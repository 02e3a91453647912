// Singular values and vectors: found by Jacobi's rotations outside the graph, then written as functions of A with the right first and second derivatives.
import { needsGrad } from "../grad-mode.ts";
import { scope } from "../lifetime.ts";
import { toDType } from "../ops/copy.ts";
import { applyOp } from "../ops/dispatch.ts";
import { gatherOp } from "../ops/gather.ts";
import { cat } from "../ops/join.ts";
import { matmul } from "../ops/matmul.ts";
import { expand, narrow, transpose, unsqueeze } from "../ops/movement.ts";
import { pointwiseFunctions as pw } from "../ops/pointwise.ts";
import { sum } from "../ops/reduce.ts";
import { sort } from "../ops/sort.ts";
import { Tensor } from "../tensor.ts";
import { symmetric } from "./cholesky.ts";
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

/**
 * Tensors found outside the graph as functions of what they were found from. `step` adds first-order terms to them, c·δ with δ of value 0, whose coefficients
 * c it takes from another version of the same tensors. Constant ones, c₀, give the first derivative; ones that have a first derivative themselves, c(a), give
 * the second derivative twice: half of the sum of both is right.
 */
export function twiceDifferentiable<Result extends { readonly [K in keyof Result]: Tensor }>(
  found: Result,
  step: (coefficients: Result) => Result,
): Result {
  const once = step(found);
  const twice = step(once);
  const names = Object.keys(found) as (keyof Result)[];
  return Object.fromEntries(names.map((name) => [name, pw.mul(pw.add(once[name], twice[name]), 0.5)])) as unknown as Result;
}

/** The factors plus first-order terms of value 0 (Townsend 2016, "Differentiating the singular value decomposition"). */
function firstOrder(a: Tensor, found: Factors, { u, s, v }: Factors): Factors {
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
  return { u: pw.add(found.u, du), rest: found.rest, s: pw.add(found.s, diagonalOf(inner)), v: pw.add(found.v, dv) };
}

/** Of a, or of aᵀ where a is wide. */
function factors(op: string, a: Tensor): Factors & { wide: boolean } {
  const [rows, columns] = matrixSize(op, a);
  const wide = rows < columns;
  const tall = wide ? adjoint(a) : a;
  const found = factorise(tall);
  if (!needsGrad([a])) return { ...found, wide };
  return { ...twiceDifferentiable(found, (coefficients) => firstOrder(tall, found, coefficients)), wide };
}

export interface SVD {
  readonly U: Tensor;
  readonly S: Tensor;
  readonly Vh: Tensor;
}

/**
 * A = U·diag(S)·Vh for A [..., M, N], K = min(M, N): S [..., K] descending, U [..., M, M] and Vh [..., N, N] orthogonal, or [..., M, K] and [..., K, N] with
 * fullMatrices: false. Gradients are of first and second order, and only where singular values are distinct; columns beyond K have none.
 */
export function svd(a: Tensor, { fullMatrices = true }: { fullMatrices?: boolean } = {}): SVD {
  return scope(() => {
    const { u, rest, s, v, wide } = factors("linalg.svd", a);
    const tallU = fullMatrices ? cat([u, rest], -1) : u;
    return wide ? { U: v, S: s, Vh: adjoint(tallU) } : { U: tallU, S: s, Vh: adjoint(v) };
  });
}

/** Singular values, descending: [..., min(M, N)]. Gradients are of first and second order. */
export const svdvals = (a: Tensor): Tensor => scope(() => factors("linalg.svdvals", a).s);

const epsilon = (a: Tensor): number => (a.dtype === "float64" ? Number.EPSILON : 2 ** -23);

export interface RankOptions {
  /** Singular values up to this one count as 0; a tensor [...] has one for each matrix. Default: 0. */
  atol?: number | Tensor | null;
  /** The same relative to the largest one. Default: max(M, N)·ε, or 0 where atol is above 0. */
  rtol?: number | Tensor | null;
  /** Whether A is symmetric: its lower triangle is read, and eigenvalues take the place of singular values. Default: false. */
  hermitian?: boolean;
}

/** Which of the singular values [..., K] count, given in descending order. */
function significant(op: string, a: Tensor, s: Tensor, { atol, rtol }: RankOptions): Tensor {
  const [rows, columns] = matrixSize(op, a);
  if (s.shape.at(-1) === 0) return pw.gt(s, 0);
  const asColumn = (tolerance: number | Tensor): number | Tensor =>
    tolerance instanceof Tensor ? unsqueeze(toDType(tolerance.detach(), a.dtype), -1) : tolerance;
  const fallback = Math.max(rows, columns) * epsilon(a);
  const absolute = asColumn(atol ?? 0);
  const relative = asColumn(rtol ?? (absolute instanceof Tensor ? pw.where(pw.gt(absolute, 0), 0, fallback) : absolute > 0 ? 0 : fallback));
  return pw.gt(s, pw.maximum(pw.mul(narrow(s, -1, 0, 1), relative), absolute));
}

/** A with its lower triangle mirrored, where that is all that is to be read. */
const readBy = (a: Tensor, { hermitian = false }: RankOptions): Tensor => (hermitian ? symmetric(a, false) : a);

/** How many singular values are not negligible: int32 [...]. */
export const matrixRank = (a: Tensor, options: RankOptions = {}): Tensor =>
  scope(() => {
    const s = svdvals(readBy(a.detach(), options));
    return sum(significant("linalg.matrixRank", a, s, options), -1);
  });

/** The pseudo-inverses [..., N, M] (Moore & Penrose) of a [..., M, N]. Gradients are of first and second order, where the rank is constant. */
export function pinv(a: Tensor, options: RankOptions = {}): Tensor {
  return scope(() => {
    const fixed = readBy(a.detach(), options);
    const { U, S, Vh } = svd(fixed, { fullMatrices: false });
    const counts = significant("linalg.pinv", fixed, S, options);
    const inverse = pw.where(counts, pw.div(1, pw.where(counts, S, 1)), 0);
    const x = matmul(pw.mul(adjoint(Vh), unsqueeze(inverse, -2)), adjoint(U)); // [..., N, M]
    if (!needsGrad([a])) return x;
    const change = pw.sub(a, a.detach());
    const turned = adjoint(change);
    const [rows, columns] = matrixSize("linalg.pinv", a);
    const step = ({ x: by, of }: { x: Tensor; of: Tensor }): { x: Tensor; of: Tensor } => {
      const leftNull = pw.sub(identities(rows, a), matmul(of, by));
      const rightNull = pw.sub(identities(columns, a), matmul(by, of));
      const first = matmul(matmul(by, change), by);
      const second = matmul(matmul(matmul(by, adjoint(by)), turned), leftNull);
      const third = matmul(matmul(rightNull, turned), matmul(adjoint(by), by)); // Golub & Pereyra 1973
      return { x: pw.add(x, pw.sub(pw.add(second, third), first)), of: a };
    };
    return twiceDifferentiable({ x, of: a.detach() }, step).x;
  });
}
