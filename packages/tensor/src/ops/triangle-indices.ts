// Where the elements of triangles stand.
import { ShapeError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";
import { fromArray, type TensorOptions } from "./creation.ts";

export interface TriangleIndicesOptions extends Omit<TensorOptions, "dtype" | "requiresGrad"> {
  /** Which diagonal bounds the triangle. Default: 0. */
  offset?: number;
}

function indices(op: string, rows: number, columns: number, inside: (row: number, column: number) => boolean, device: object): Tensor {
  if (!(rows >= 0 && columns >= 0)) throw new ShapeError(op, `sizes must be ≥ 0 (got [${rows}, ${columns}])`);
  const [atRow, atColumn]: [number[], number[]] = [[], []];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (!inside(row, column)) continue;
      atRow.push(row);
      atColumn.push(column);
    }
  }
  return fromArray(Int32Array.from(atRow.concat(atColumn)), [2, atRow.length], "int32", device);
}

/** Rows and columns, [2, count], of the lower triangle of a rows × columns matrix. */
export const trilIndices = (rows: number, columns: number, { offset = 0, ...options }: TriangleIndicesOptions = {}): Tensor =>
  indices("trilIndices", rows, columns, (row, column) => column - row <= offset, options);
/** Rows and columns, [2, count], of the upper triangle of a rows × columns matrix. */
export const triuIndices = (rows: number, columns: number, { offset = 0, ...options }: TriangleIndicesOptions = {}): Tensor =>
  indices("triuIndices", rows, columns, (row, column) => column - row >= offset, options);
