// Between vectors and the diagonals of matrices.
import { formatShape, ShapeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import { normalizeDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { embed } from "./join.ts";
import { diagonal, ravel } from "./movement.ts";

export interface DiagEmbedOptions {
  /** Which diagonal: 0 is the main one, positive ones lie above it. Default: 0. */
  offset?: number;
  /** Dims of the rows and of the columns in the result. Default: the last two. */
  dim1?: number;
  dim2?: number;
}

/** Matrices of zeros with the last dim of x, [..., L], on a diagonal. */
export function diagEmbed(x: Tensor, { offset = 0, dim1 = -2, dim2 = -1 }: DiagEmbedOptions = {}): Tensor {
  if (x.ndim === 0) throw new ShapeError("diagEmbed", "expected at least 1 dim (got []). A diagonal is a vector");
  const [row, column] = [normalizeDim("diagEmbed", dim1, x.ndim + 1), normalizeDim("diagEmbed", dim2, x.ndim + 1)];
  if (row === column) throw new ShapeError("diagEmbed", `dim1 and dim2 are both ${row}`);
  const size = (x.shape.at(-1) as number) + Math.abs(offset);
  const shape = x.shape.slice(0, -1);
  shape.splice(Math.min(row, column), 0, size);
  shape.splice(Math.max(row, column), 0, size);
  return embed(x, { shape, fill: 0, view: "diagonal", attrs: { offset, dim1: row, dim2: column } });
}

/** A vector as the diagonal of a matrix, or the diagonal of a matrix as a view. */
export function diag(x: Tensor, { diagonal: offset = 0 }: { diagonal?: number } = {}): Tensor {
  if (x.ndim === 1) return diagEmbed(x, { offset });
  if (x.ndim === 2) return diagonal(x, { offset });
  throw new ShapeError("diag", `expected a vector or a matrix (got ${formatShape(x.shape)}). Use diagEmbed or diagonal`);
}

/** All elements as the diagonal of a matrix. */
export const diagflat = (x: Tensor, { offset = 0 }: { offset?: number } = {}): Tensor => scope(() => diagEmbed(ravel(x), { offset }));
