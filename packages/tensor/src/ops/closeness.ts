// Whether numbers are nearly, or exactly, equal.
import { DTypeError, IndexError } from "../errors.ts";
import { abs, add, and, cast, eq, le, mul, or, sub } from "../formula/build.ts";
import { isfinite, isnan } from "../formula/functions.ts";
import { scope } from "../lifetime.ts";
import { notATensor } from "../operand.ts";
import { sameShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { type Operand, pointwise, pointwiseFunctions as pw } from "./pointwise.ts";
import { all, any } from "./reduce.ts";

export interface ClosenessOptions {
  /** Allowed difference, relative to the second operand. Default: 1e-5. */
  rtol?: number;
  /** Allowed difference besides. Default: 1e-8. */
  atol?: number;
  /** Whether NaN is close to NaN. Default: false. */
  equalNan?: boolean;
}

/** Infinities are close to themselves only. */
const close = /* @__PURE__ */ pointwise("isclose", (x, y, rtol, atol, equalNan) => {
  const [a, b] = [cast(x, "float"), cast(y, "float")];
  const near = and(isfinite(a), and(isfinite(b), le(abs(sub(a, b)), add(atol, mul(rtol, abs(b))))));
  return or(or(eq(x, y), near), and(equalNan, and(isnan(a), isnan(b))));
});

/** Whether |x − y| ≤ atol + rtol·|y|, element by element. Throws a DTypeError for two dtypes. */
export function isclose(x: Tensor, y: Tensor, { rtol = 1e-5, atol = 1e-8, equalNan = false }: ClosenessOptions = {}): Tensor {
  for (const operand of [x, y]) if (!(operand instanceof Tensor)) throw notATensor("isclose", operand);
  if (x.dtype !== y.dtype) throw new DTypeError("isclose", `dtypes differ: ${x.dtype} vs ${y.dtype}. Convert one with .to(…)`);
  if (!(rtol >= 0 && atol >= 0)) throw new IndexError("isclose", `tolerances must be ≥ 0 (got rtol ${rtol} and atol ${atol})`);
  return close(x.detach(), y.detach(), rtol, atol, equalNan);
}

/** Whether all elements are close; see `isclose`. */
export async function allclose(x: Tensor, y: Tensor, options: ClosenessOptions = {}): Promise<boolean> {
  return (await scope(() => all(isclose(x, y, options))).item()) !== 0;
}

/** Whether shape and all elements are the same. */
export async function equal(x: Tensor, y: Tensor): Promise<boolean> {
  if (!sameShape(x.shape, y.shape)) return false;
  return (await scope(() => all(pw.eq(x.detach(), y.detach()))).item()) !== 0;
}

/** Whether each element is among the others. One of the two may be a number. */
export function isin(elements: Operand, others: Operand, { invert = false }: { invert?: boolean } = {}): Tensor {
  return scope(() => {
    const list = typeof others === "object" ? others.detach().reshape(-1) : others;
    const each = typeof elements === "object" ? elements.detach().reshape([...elements.shape, 1]) : elements;
    const same = pw.eq(each, list);
    const found = typeof others === "object" || same.ndim > 0 ? any(same, -1) : same;
    return invert ? pw.logicalNot(found) : found;
  });
}
