// The same elements in another order along dims.
import { formatShape, ShapeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import { normalizeDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { cat } from "./join.ts";
import { flip, narrow, ravel, transpose, view } from "./movement.ts";

function rollDim(x: Tensor, shift: number, dim: number): Tensor {
  const size = x.shape[dim] as number;
  const first = size === 0 ? 0 : ((shift % size) + size) % size; // where element 0 goes
  return cat([narrow(x, dim, size - first, first), narrow(x, dim, 0, size - first)], dim);
}

/** Elements move `shifts` places on along dims, those beyond the end to the start; without dims, in row-major order over all. */
export function roll(x: Tensor, shifts: number | readonly number[], dims?: number | readonly number[]): Tensor {
  const by = [shifts].flat() as number[];
  const along = dims === undefined ? [] : ([dims].flat() as number[]);
  return scope(() => {
    if (along.length === 0) {
      if (by.length !== 1) throw new ShapeError("roll", `${by.length} shifts need as many dims`);
      return view(rollDim(ravel(x), by[0] as number, 0), x.shape);
    }
    if (along.length !== by.length) throw new ShapeError("roll", `${by.length} shifts do not fit ${along.length} dims`);
    if (x.ndim === 0) throw new ShapeError("roll", "a tensor of rank 0 has no dim to roll along");
    return along.reduce((rolled, dim, i) => rollDim(rolled, by[i] as number, normalizeDim("roll", dim, x.ndim)), x);
  });
}

/** Rows in reverse order. */
export function flipud(x: Tensor): Tensor {
  if (x.ndim < 1) throw new ShapeError("flipud", "expected at least 1 dim (got [])");
  return flip(x, 0);
}

/** Columns in reverse order. */
export function fliplr(x: Tensor): Tensor {
  if (x.ndim < 2) throw new ShapeError("fliplr", `expected at least 2 dims (got ${formatShape(x.shape)})`);
  return flip(x, 1);
}

/** Turned by k quarters from the first of two dims towards the second. */
export function rot90(x: Tensor, k = 1, dims: readonly [number, number] = [0, 1]): Tensor {
  const [a, b] = [normalizeDim("rot90", dims[0], x.ndim), normalizeDim("rot90", dims[1], x.ndim)];
  if (a === b) throw new ShapeError("rot90", `expected two different dims (got [${dims.join(", ")}] for ${formatShape(x.shape)})`);
  return scope(() => {
    const quarters = ((k % 4) + 4) % 4;
    if (quarters === 0) return flip(x, []);
    if (quarters === 2) return flip(x, a, b);
    return flip(transpose(x, a, b), quarters === 1 ? a : b);
  });
}
