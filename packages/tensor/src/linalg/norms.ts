// Norms of vectors and of matrices.
import { type DType, isFloat } from "../dtype.ts";
import { DTypeError, formatShape, IndexError, ShapeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import { toDType } from "../ops/copy.ts";
import { movedim, ravel, unsqueeze } from "../ops/movement.ts";
import { pointwiseFunctions as pw } from "../ops/pointwise.ts";
import { amax, amin, type Dims, type ReduceOptions, sum } from "../ops/reduce.ts";
import { norm as powerNorm } from "../ops/statistics.ts";
import { normalizeDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { inv } from "./elimination.ts";
import { matrixSize } from "./matrices.ts";
import { svdvals } from "./svd.ts";

export interface NormOptions extends ReduceOptions {
  /** Convert to it first. */
  dtype?: DType;
}

function floats(op: string, x: Tensor, dtype: DType | undefined): Tensor {
  if (!isFloat(dtype ?? x.dtype)) throw new DTypeError(op, `expected floats (got ${x.dtype}). Convert with .to("float32")`);
  return dtype ? toDType(x, dtype) : x;
}

/** (Σ |x|^ord)^(1/ord) over dims, or of all elements; ord may be ±∞ (largest, smallest) and 0 (how many are not 0). */
export function vectorNorm(x: Tensor, ord = 2, dims?: Dims, { keepdim = false, dtype }: NormOptions = {}): Tensor {
  return scope(() => powerNorm(floats("linalg.vectorNorm", x, dtype), ord, dims, { keepdim }));
}

export type MatrixOrder = "fro" | "nuc" | number;

/** The matrix dims last. */
function front(op: string, a: Tensor, dims: readonly number[]): Tensor {
  if (dims.length !== 2 || a.ndim < 2)
    throw new ShapeError(op, `expected two dims of a matrix (got dims [${dims.join(", ")}] of ${formatShape(a.shape)})`);
  const [row, column] = dims.map((d) => normalizeDim(op, d, a.ndim)) as [number, number];
  if (row === column) throw new ShapeError(op, `dims [${dims.join(", ")}] are the same`);
  return movedim(a, [row, column], [-2, -1]);
}

function orderedNorm(op: string, m: Tensor, ord: MatrixOrder): Tensor {
  if (ord === "fro") return powerNorm(m, 2, [-2, -1]);
  if (ord === "nuc") return sum(svdvals(m), -1);
  if (ord === 2) return amax(svdvals(m), -1);
  if (ord === -2) return amin(svdvals(m), -1);
  const alongRows = Math.abs(ord as number) === Number.POSITIVE_INFINITY;
  if (!alongRows && Math.abs(ord as number) !== 1)
    throw new IndexError(op, `no matrix norm ${JSON.stringify(ord)}. Use "fro", "nuc", ±1, ±2 or ±Infinity`);
  const sums = sum(pw.abs(m), alongRows ? -1 : -2);
  return (ord as number) > 0 ? amax(sums, -1) : amin(sums, -1);
}

/** Norms of matrices: "fro", "nuc" (sum of singular values), ±2 (the largest, the smallest), ±1 (sums of columns), ±∞ (sums of rows). */
export function matrixNorm(
  a: Tensor,
  ord: MatrixOrder = "fro",
  dims: readonly number[] = [-2, -1],
  { keepdim = false, dtype }: NormOptions = {},
): Tensor {
  return scope(() => {
    const result = orderedNorm("linalg.matrixNorm", front("linalg.matrixNorm", floats("linalg.matrixNorm", a, dtype), dims), ord);
    if (!keepdim) return result;
    const kept = dims.map((d) => normalizeDim("linalg.matrixNorm", d, a.ndim)).sort((p, q) => p - q);
    return kept.reduce((y, d) => unsqueeze(y, d), result);
  });
}

/** The vector norm over one dim, the matrix norm over two; without dims that of all elements, or of a matrix where `ord` is given. */
export function norm(a: Tensor, ord: MatrixOrder | null = null, dims: Dims = null, { keepdim = false, dtype }: NormOptions = {}): Tensor {
  const options = { keepdim, ...(dtype && { dtype }) };
  const named = dims === null || dims === undefined ? null : ([dims].flat() as number[]);
  if (ord === null) return vectorNorm(a, 2, named, options);
  const over = named ?? a.shape.map((_, d) => d);
  if (over.length === 2) return matrixNorm(a, ord, over, options);
  if (typeof ord !== "number" || over.length > 2)
    throw new ShapeError(
      "linalg.norm",
      `the norm ${JSON.stringify(ord)} is of two dims (got [${over.join(", ")}] of ${formatShape(a.shape)})`,
    );
  return vectorNorm(over.length === 0 ? ravel(a) : a, ord, named, options);
}

/** How much solving with A enlarges errors: ‖A‖·‖A⁻¹‖, by singular values without `p` and for ±2. */
export function cond(a: Tensor, p: MatrixOrder | null = null): Tensor {
  matrixSize("linalg.cond", a);
  return scope(() => {
    if (p !== null && p !== 2 && p !== -2) return pw.mul(matrixNorm(a, p), matrixNorm(inv(a), p));
    const values = svdvals(a);
    const ratio = [amax(values, -1), amin(values, -1)] as const;
    return p === -2 ? pw.div(ratio[1], ratio[0]) : pw.div(ratio[0], ratio[1]);
  });
}
