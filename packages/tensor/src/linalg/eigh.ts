// Eigenvalues and eigenvectors of symmetric matrices: the singular vectors of a shifted, positive one.
import { needsGrad } from "../grad-mode.ts";
import { scope } from "../lifetime.ts";
import { matmul } from "../ops/matmul.ts";
import { flip, transpose } from "../ops/movement.ts";
import { pointwiseFunctions as pw } from "../ops/pointwise.ts";
import { norm } from "../ops/statistics.ts";
import type { Tensor } from "../tensor.ts";
import { symmetric } from "./cholesky.ts";
import { identities, squareSize } from "./matrices.ts";
import { factorise, inverseGaps, twiceDifferentiable } from "./svd.ts";

const adjoint = (x: Tensor): Tensor => transpose(x, -2, -1);

export interface EighOptions {
  /** Which triangle is read: "L" or "U". Default: "L". */
  UPLO?: "L" | "U";
}

export interface Eigh {
  /** [..., N], ascending. */
  readonly eigenvalues: Tensor;
  /** [..., N, N], one a column, orthonormal. */
  readonly eigenvectors: Tensor;
}

/** A = V·diag(w)·Vᵀ for symmetric A [..., N, N]. Gradients are of first and second order, those of the vectors only where eigenvalues are distinct. */
export function eigh(a: Tensor, { UPLO = "L" }: EighOptions = {}): Eigh {
  const n = squareSize("linalg.eigh", a);
  return scope(() => {
    const matrix = symmetric(a, UPLO === "U");
    const fixed = matrix.detach();
    const shift = norm(fixed, 2, [-2, -1], { keepdim: true }); // no eigenvalue is larger
    const v = flip(factorise(pw.add(fixed, pw.mul(identities(n, a), shift))).v, -1);
    const within = (basis: Tensor, x: Tensor): Tensor => matmul(matmul(adjoint(basis), x), basis);
    const diagonalOf = (x: Tensor): Tensor => x.diagonal({ dim1: -2, dim2: -1 });
    const found = { eigenvalues: pw.positive(diagonalOf(within(v, fixed))), eigenvectors: v };
    if (!needsGrad([a])) return found;
    const change = pw.sub(matrix, fixed); // 0, with the gradient of a
    return twiceDifferentiable(found, ({ eigenvalues, eigenvectors }): Eigh => {
      const inner = within(eigenvectors, change);
      return {
        eigenvalues: pw.add(found.eigenvalues, diagonalOf(inner)),
        eigenvectors: pw.add(v, matmul(eigenvectors, pw.mul(inverseGaps(eigenvalues), inner))),
      };
    });
  });
}

/** Eigenvalues of symmetric matrices, ascending: [..., N]. */
export const eigvalsh = (a: Tensor, options: EighOptions = {}): Tensor => scope(() => eigh(a, options).eigenvalues);
