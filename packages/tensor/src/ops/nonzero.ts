// Ops whose shapes depend on values. The values are read, so the results are promises on every backend.
import { DTypeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import { broadcastShapes, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { contiguousStrides } from "../view.ts";
import { fromArray } from "./creation.ts";
import { indexSelect } from "./gather.ts";
import { unbind } from "./join.ts";
import { broadcastTo, ravel } from "./movement.ts";
import { pointwiseFunctions as pw } from "./pointwise.ts";

/** Row-major positions of the elements that are not zero. */
async function positions(x: Tensor): Promise<number[]> {
  const mask = await scope(() => pw.ne(x.detach(), 0)).data();
  const found: number[] = [];
  mask.forEach((isNonzero, position) => {
    if (isNonzero) found.push(position);
  });
  return found;
}

/** Positions as coordinates, one row each. */
function coordinates(found: readonly number[], shape: Shape): Int32Array {
  const strides = contiguousStrides(shape);
  const out = new Int32Array(found.length * shape.length);
  found.forEach((position, row) => {
    strides.forEach((stride, d) => {
      out[row * shape.length + d] = Math.floor(position / stride) % (shape[d] as number);
    });
  });
  return out;
}

/**
 * Coordinates of the elements that are not zero, in row-major order: int32 [count, rank]; with `asTuple` one vector a dim, which `at` takes as indices.
 *
 * @example
 * const picked = x.at(...(await nonzero(mask, { asTuple: true })));
 */
export function nonzero(x: Tensor, options?: { asTuple?: false }): Promise<Tensor>;
export function nonzero(x: Tensor, options: { asTuple: true }): Promise<Tensor[]>;
export async function nonzero(x: Tensor, { asTuple = false }: { asTuple?: boolean } = {}): Promise<Tensor | Tensor[]> {
  const shape = asTuple && x.ndim === 0 ? [1] : x.shape;
  const { device } = x;
  const found = await positions(x);
  const all = fromArray(coordinates(found, shape), [found.length, shape.length], "int32", { device });
  return asTuple ? unbind(all, 1) : all;
}

/** Coordinates of the elements that are not zero: int32 [count, rank]. */
export const argwhere = (x: Tensor): Promise<Tensor> => nonzero(x);

/** The elements of x where the mask is true, as a vector; the two are broadcast against each other. */
export async function maskedSelect(x: Tensor, mask: Tensor): Promise<Tensor> {
  if (mask.dtype !== "bool") throw new DTypeError("maskedSelect", `the mask must be bool (got ${mask.dtype})`);
  const shape = broadcastShapes("maskedSelect", [x.shape, mask.shape]);
  const flat = ravel(broadcastTo(x, shape));
  const found = Int32Array.from(await positions(broadcastTo(mask, shape)));
  return scope(() => indexSelect(flat, 0, fromArray(found, [found.length], "int32", { device: flat.device })));
}
