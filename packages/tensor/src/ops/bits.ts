// Shifts, signs and infinities: what is read off, or done to, the bits of an element.

import { isFloat } from "../dtype.ts";
import { DTypeError } from "../errors.ts";
import { bitcast, cast, eq, lt, shl, shr } from "../formula/build.ts";
import { Tensor } from "../tensor.ts";
import { type Operand, pointwise } from "./pointwise.ts";

const left = /* @__PURE__ */ pointwise("bitwiseLeftShift", (x, n) => shl(cast(x, "int"), cast(n, "int")));
const right = /* @__PURE__ */ pointwise("bitwiseRightShift", (x, n) => shr(cast(x, "int"), cast(n, "int")));

function checkWhole(op: string, ...operands: readonly Operand[]): void {
  for (const operand of operands) {
    const whole = operand instanceof Tensor ? !isFloat(operand.dtype) : Number.isInteger(Number(operand));
    if (!whole) throw new DTypeError(op, `expected whole numbers (got ${operand instanceof Tensor ? operand.dtype : operand})`);
  }
}

/** x·2ⁿ of whole numbers. */
export function bitwiseLeftShift(x: Operand, n: Operand): Tensor {
  checkWhole("bitwiseLeftShift", x, n);
  return left(x, n);
}

/** x/2ⁿ of whole numbers, rounded down. */
export function bitwiseRightShift(x: Operand, n: Operand): Tensor {
  checkWhole("bitwiseRightShift", x, n);
  return right(x, n);
}

/** Whether the sign bit is set: −0 has it, too. */
export const signbit = /* @__PURE__ */ pointwise("signbit", (x) => (x.type === "float" ? lt(bitcast(x, "int"), 0) : lt(cast(x, "int"), 0)));

/** Whether an element is +∞. */
export const isposinf = /* @__PURE__ */ pointwise("isposinf", (x) => eq(cast(x, "float"), Number.POSITIVE_INFINITY));
/** Whether an element is −∞. */
export const isneginf = /* @__PURE__ */ pointwise("isneginf", (x) => eq(cast(x, "float"), Number.NEGATIVE_INFINITY));
