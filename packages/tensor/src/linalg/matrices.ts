// What linear algebra asks of its operands, and small pieces that its algorithms share.
import { isFloat } from "../dtype.ts";
import { DTypeError, formatShape, GradkitError, ShapeError } from "../errors.ts";
import { arange, eye } from "../ops/creation.ts";
import { expand } from "../ops/movement.ts";
import type { Tensor } from "../tensor.ts";

/** [rows, columns] of a batch of matrices of floats. */
export function matrixSize(op: string, a: Tensor): readonly [number, number] {
  const [rows, columns] = a.shape.slice(-2);
  if (rows === undefined || columns === undefined)
    throw new ShapeError(op, `expected matrices with at least 2 dims (got ${formatShape(a.shape)})`);
  if (!isFloat(a.dtype)) throw new DTypeError(op, `expected floats (got ${a.dtype}). Convert with .to("float32")`);
  return [rows, columns];
}

/** N of a batch of N×N matrices of floats. */
export function squareSize(op: string, a: Tensor): number {
  const [rows, columns] = matrixSize(op, a);
  if (rows !== columns) throw new ShapeError(op, `expected square matrices (got ${formatShape(a.shape)})`);
  return rows;
}

/** 0 … n − 1 as a column. */
export const rowNumbers = (n: number, a: Tensor): Tensor => arange(n, { device: a.device }).view(n, 1);

/** Identity matrices in the batch of `a`: [..., n, n]. */
export const identities = (n: number, a: Tensor): Tensor =>
  expand(eye(n, n, { dtype: a.dtype, device: a.device }), [...a.shape.slice(0, -2), n, n]);

/** Throws where a matrix turned out not to have what the algorithm needs; looked at where the device reads synchronously. */
export function checkEach(op: string, values: Tensor, isFine: (value: number) => boolean, problem: string): void {
  if (!values.device.capabilities.syncRead) return;
  for (const value of values.detach().dataSync()) if (!isFine(value)) throw new GradkitError(op, problem);
}
