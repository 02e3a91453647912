// Writing one value where a mask is true.
import { isFloat } from "../dtype.ts";
import { DTypeError, formatShape, ShapeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import { Tensor } from "../tensor.ts";
import { copy_, toDType } from "./copy.ts";
import { type Operand, pointwiseFunctions as pw } from "./pointwise.ts";

function checkMasked(op: string, x: Tensor, mask: Tensor, value: Operand): void {
  if (mask.dtype !== "bool") throw new DTypeError(op, `the mask must be bool (got ${mask.dtype})`);
  if (value instanceof Tensor && value.ndim > 0)
    throw new ShapeError(op, `the value must be a number or of rank 0 (got ${formatShape(value.shape)})`);
  if (typeof value === "number" && !isFloat(x.dtype) && !Number.isInteger(value))
    throw new DTypeError(op, `${value} does not fit into ${x.dtype}`);
}

/** A copy of x with `value` where the mask, which broadcasts, is true. The dtype stays. */
export function maskedFill(x: Tensor, mask: Tensor, value: Operand): Tensor {
  checkMasked("maskedFill", x, mask, value);
  return scope(() => toDType(pw.where(mask, value, x), x.dtype));
}

/** Writes `value` where the mask is true. */
export const maskedFill_ = (x: Tensor, mask: Tensor, value: Operand): Tensor => scope(() => copy_(x, maskedFill(x, mask, value)));
