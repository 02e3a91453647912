// Vandermonde's matrix.
import { formatShape, IndexError, ShapeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import type { Tensor } from "../tensor.ts";
import { cat } from "./join.ts";
import { expand, flip, unsqueeze } from "./movement.ts";
import { cumprod } from "./scan.ts";

export interface VanderOptions {
  /** How many powers. Default: as many as x has elements. */
  N?: number | null;
  /** Whether powers grow from left to right. Default: false. */
  increasing?: boolean;
}

/**
 * Powers N − 1 … 0 of the elements of a vector, a row for each: [n, N]. Throws a ShapeError where x is no vector.
 *
 * @example
 * vander(tensor([1, 2, 3]), { N: 2 }); // [[1, 1], [2, 1], [3, 1]]
 */
export function vander(x: Tensor, { N = null, increasing = false }: VanderOptions = {}): Tensor {
  if (x.ndim !== 1) throw new ShapeError("vander", `expected a vector (got ${formatShape(x.shape)})`);
  const count = N ?? x.numel;
  if (!Number.isInteger(count) || count < 0) throw new IndexError("vander", `N must be a whole number ≥ 0 (got ${count})`);
  const dtype = x.dtype === "bool" ? "int32" : x.dtype;
  return scope(() => {
    if (count === 0) return x.newZeros([x.numel, 0], { dtype });
    const column = unsqueeze(x.dtype === "bool" ? x.to("int32") : x, -1);
    const powers = cumprod(cat([column.newOnes([x.numel, 1]), expand(column, [x.numel, count - 1])], -1), -1);
    return increasing ? powers : flip(powers, -1);
  });
}
