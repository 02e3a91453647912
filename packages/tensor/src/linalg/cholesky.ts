// Cholesky's factorisation, column by column.
import { scope } from "../lifetime.ts";
import { cat } from "../ops/join.ts";
import { narrow, transpose } from "../ops/movement.ts";
import { pointwiseFunctions as pw } from "../ops/pointwise.ts";
import { tril, triu } from "../ops/triangle.ts";
import type { Tensor } from "../tensor.ts";
import { solveTriangular } from "./elimination.ts";
import { checkEach, identities, rowNumbers, squareSize } from "./matrices.ts";

/** A symmetric matrix of which only one triangle is read; the gradient is symmetric, as torch's. */
export function symmetric(a: Tensor, upper: boolean): Tensor {
  const triangle = (upper ? triu : tril)(a.detach());
  const other = transpose((upper ? triu : tril)(a.detach(), { diagonal: upper ? 1 : -1 }), -2, -1);
  const average = pw.mul(pw.add(a, transpose(a, -2, -1)), 0.5);
  if (!a.requiresGrad) return pw.add(triangle, other);
  return pw.add(average, pw.sub(pw.add(triangle, other), average.detach()));
}

/** L of A = L·Lᵀ for symmetric positive definite A [..., N, N], of which one triangle is read; with `upper` Lᵀ. Throws where A is not that and the device reads synchronously. */
export function cholesky(a: Tensor, { upper = false }: { upper?: boolean } = {}): Tensor {
  const n = squareSize("linalg.cholesky", a);
  return scope(() => {
    if (a.numel === 0) return pw.positive(a);
    const rows = rowNumbers(n, a);
    const columns: Tensor[] = [];
    let rest = symmetric(a, upper);
    for (let k = 0; k < n; k++) {
      const column = narrow(rest, -1, k, 1); // [..., N, 1]
      const scaled = pw.where(pw.ge(rows, k), pw.div(column, pw.sqrt(narrow(column, -2, k, 1))), 0);
      columns.push(scaled);
      rest = pw.sub(rest, pw.mul(scaled, transpose(scaled, -2, -1)));
    }
    const factor = cat(columns, -1);
    checkEach("linalg.cholesky", factor.diagonal({ dim1: -2, dim2: -1 }), (value) => value > 0, "the matrix is not positive definite");
    return upper ? transpose(factor, -2, -1) : factor;
  });
}

/** X of A·X = B, with A given by its factor: L, or Lᵀ with `upper`. */
export const choleskySolve = (b: Tensor, factor: Tensor, { upper = false }: { upper?: boolean } = {}): Tensor =>
  scope(() => {
    const lower = upper ? transpose(factor, -2, -1) : factor;
    return solveTriangular(transpose(lower, -2, -1), solveTriangular(lower, b, { upper: false }), { upper: true });
  });

/** A⁻¹, with A given by its factor: L, or Lᵀ with `upper`. */
export const choleskyInverse = (factor: Tensor, options: { upper?: boolean } = {}): Tensor =>
  scope(() => choleskySolve(identities(squareSize("choleskyInverse", factor), factor), factor, options));
