// Powers and chains of matrices, products of vectors.
import { DTypeError, formatShape, IndexError, ShapeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import { crossAlong } from "../ops/contractions.ts";
import { cat } from "../ops/join.ts";
import { matmul, withZeroGradient } from "../ops/matmul.ts";
import { diagonal as diagonalView, expand, reshape, unsqueeze } from "../ops/movement.ts";
import { pointwiseFunctions as pw } from "../ops/pointwise.ts";
import { sum } from "../ops/reduce.ts";
import { cumprod } from "../ops/scan.ts";
import type { Tensor } from "../tensor.ts";
import { inv } from "./elimination.ts";
import { identities, squareSize } from "./matrices.ts";

/** A·A·…·A, n times, of matrices [..., N, N], by squaring; a negative n is a power of the inverse. */
export function matrixPower(a: Tensor, n: number): Tensor {
  const size = squareSize("linalg.matrixPower", a);
  if (!Number.isInteger(n)) throw new IndexError("linalg.matrixPower", `n must be a whole number (got ${n})`);
  return scope(() => {
    if (n === 0) return withZeroGradient(pw.positive(identities(size, a)), a);
    let [square, result]: [Tensor, Tensor | null] = [n < 0 ? inv(a) : a, null];
    for (let left = Math.abs(n); left > 0; left = Math.floor(left / 2)) {
      if (left % 2 === 1) result = result ? matmul(result, square) : square;
      if (left > 1) square = matmul(square, square);
    }
    return pw.positive(result as Tensor);
  });
}

/** split[i][j]: behind which matrix the cheapest product of matrices i … j is cut (Cormen et al., section 15.2). Matrix k is sizes[k] × sizes[k + 1]. */
function cheapestSplits(sizes: readonly number[]): number[][] {
  const count = sizes.length - 1;
  const cost = Array.from({ length: count }, () => new Array<number>(count).fill(0));
  const split = Array.from({ length: count }, () => new Array<number>(count).fill(0));
  const at = (table: number[][], i: number, j: number): number => (table[i] as number[])[j] as number;
  for (let length = 2; length <= count; length++) {
    for (let i = 0; i + length <= count; i++) {
      const j = i + length - 1;
      let best = Number.POSITIVE_INFINITY;
      for (let k = i; k < j; k++) {
        const price = at(cost, i, k) + at(cost, k + 1, j) + (sizes[i] as number) * (sizes[k + 1] as number) * (sizes[j + 1] as number);
        if (price >= best) continue;
        best = price;
        (split[i] as number[])[j] = k;
      }
      (cost[i] as number[])[j] = best;
    }
  }
  return split;
}

/** The product of several matrices in the order that costs least; the first may be a row and the last a column, as vectors. */
export function multiDot(tensors: readonly Tensor[]): Tensor {
  if (tensors.length < 2) throw new ShapeError("linalg.multiDot", `expected at least 2 tensors (got ${tensors.length})`);
  const last = tensors.length - 1;
  tensors.forEach((x, i) => {
    const mayBeVector = i === 0 || i === last;
    if (x.ndim !== 2 && !(mayBeVector && x.ndim === 1))
      throw new ShapeError("linalg.multiDot", `expected matrices, vectors only at the ends (got ${formatShape(x.shape)} at ${i})`);
    if (x.dtype !== tensors[0]?.dtype) throw new DTypeError("linalg.multiDot", `dtypes differ: ${tensors[0]?.dtype} vs ${x.dtype}`);
  });
  return scope(() => {
    const matrices = tensors.map((x, i) => (x.ndim === 2 ? x : unsqueeze(x, i === 0 ? 0 : 1)));
    matrices.slice(1).forEach((x, i) => {
      if (matrices[i]?.shape[1] !== x.shape[0])
        throw new ShapeError("linalg.multiDot", `inner sizes differ (got ${tensors.map((t) => formatShape(t.shape)).join(", ")})`);
    });
    const split = cheapestSplits([...matrices.map((x) => x.shape[0] as number), matrices[last]?.shape[1] as number]);
    const product = (i: number, j: number): Tensor => {
      if (i === j) return matrices[i] as Tensor;
      const k = (split[i] as number[])[j] as number;
      return matmul(product(i, k), product(k + 1, j));
    };
    const shape = [
      ...(tensors[0]?.ndim === 2 ? [matrices[0]?.shape[0] as number] : []),
      ...(tensors[last]?.ndim === 2 ? [matrices[last]?.shape[1] as number] : []),
    ];
    return reshape(product(0, last), shape);
  });
}

/** The product of one or more matrices, in the order that costs least: PyTorch's older form of `linalg.multiDot`. */
export function chainMatmul(...matrices: Tensor[]): Tensor {
  const odd = matrices.find(({ ndim }) => ndim !== 2);
  if (odd)
    throw new ShapeError("chainMatmul", `expected matrices (got ${formatShape(odd.shape)}). linalg.multiDot takes vectors at the ends`);
  return matrices.length === 1 ? (matrices[0] as Tensor) : multiDot(matrices);
}

/** Σ x·y along dim; the others broadcast. */
export const vecdot = (x: Tensor, y: Tensor, { dim = -1 }: { dim?: number } = {}): Tensor => scope(() => sum(pw.mul(x, y), dim));

/** x × y along dim, of size 3; the others broadcast. */
export function cross(x: Tensor, y: Tensor, { dim = -1 }: { dim?: number } = {}): Tensor {
  if (x.ndim !== y.ndim) throw new ShapeError("linalg.cross", `ranks differ (got ${formatShape(x.shape)} and ${formatShape(y.shape)})`);
  return crossAlong("linalg.cross", x, y, dim);
}

/** Diagonals of the last two dims, as a view. */
export const diagonal = (a: Tensor, { offset = 0, dim1 = -2, dim2 = -1 }: { offset?: number; dim1?: number; dim2?: number } = {}): Tensor =>
  diagonalView(a, { offset, dim1, dim2 });

/** Powers 0 … N − 1 of vectors [..., n], as rows: [..., n, N]. */
export function vander(x: Tensor, { N = x.shape.at(-1) ?? 1 }: { N?: number } = {}): Tensor {
  if (x.ndim === 0) return vander(reshape(x, [1]), { N }); // as torch: a vector of one
  if (!(N >= 1)) throw new IndexError("linalg.vander", `N must be at least 1 (got ${N})`);
  return scope(() => {
    const column = unsqueeze(x, -1);
    const ones = x.newOnes([...x.shape, 1]);
    return cumprod(cat([ones, expand(column, [...x.shape, N - 1])], -1), -1);
  });
}
