// Reductions that pass NaN over, and other compositions of sums and extremes.
import type { DType } from "../dtype.ts";
import { isFloat } from "../dtype.ts";
import { DTypeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import type { Tensor } from "../tensor.ts";
import { pointwiseFunctions as pw } from "./pointwise.ts";
import { amax, amin, type Dims, type ReduceOptions, type SumOptions, sum } from "./reduce.ts";

const numbers = (x: Tensor): Tensor => (isFloat(x.dtype) ? pw.where(pw.isnan(x.detach()), 0, x) : x);

/** The sum of the elements that are not NaN. */
export const nansum = (x: Tensor, dims?: Dims, options?: SumOptions): Tensor => scope(() => sum(numbers(x), dims, options));

/** The mean of the elements that are not NaN. Throws a DTypeError for whole numbers. */
export function nanmean(x: Tensor, dims?: Dims, { keepdim = false, dtype }: ReduceOptions & { dtype?: DType } = {}): Tensor {
  if (!isFloat(dtype ?? x.dtype)) throw new DTypeError("nanmean", `expected floats (got ${x.dtype}). Convert with .to("float32")`);
  return scope(() => {
    const count = sum(pw.logicalNot(pw.isnan(x.detach())), dims, { keepdim });
    return pw.div(nansum(x, dims, { keepdim, ...(dtype && { dtype }) }), count);
  });
}

/** How many elements are not zero: int32. */
export const countNonzero = (x: Tensor, dims?: Dims): Tensor => scope(() => sum(pw.ne(x.detach(), 0), dims));

export interface AminmaxOptions extends ReduceOptions {
  /** Default: all elements. */
  dim?: number | null;
}

/** Minimum and maximum; gradients are shared evenly among equals. */
export const aminmax = (
  x: Tensor,
  { dim = null, keepdim = false }: AminmaxOptions = {},
): { readonly min: Tensor; readonly max: Tensor } => ({
  min: amin(x, dim, { keepdim }),
  max: amax(x, dim, { keepdim }),
});
