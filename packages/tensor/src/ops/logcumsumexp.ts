// The logarithm of a running sum of exponentials.
import { isFloat } from "../dtype.ts";
import { DTypeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import { normalizeDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { cat } from "./join.ts";
import { narrow } from "./movement.ts";
import { pointwiseFunctions as pw } from "./pointwise.ts";

/** log Σ exp(x) of all elements up to each along dim, without overflow: sums over 1, 2, 4 … neighbours (Hillis & Steele 1986). */
export function logcumsumexp(x: Tensor, dim: number): Tensor {
  if (!isFloat(x.dtype)) throw new DTypeError("logcumsumexp", `expected floats (got ${x.dtype}). Convert with .to("float32")`);
  const d = normalizeDim("logcumsumexp", dim, x.ndim);
  const size = x.shape[d] ?? 1;
  return scope(() => {
    let sums = pw.positive(x);
    for (let reach = 1; reach < size; reach *= 2) {
      const joined = pw.logaddexp(narrow(sums, d, reach, size - reach), narrow(sums, d, 0, size - reach));
      sums = cat([narrow(sums, d, 0, reach), joined], d);
    }
    return sums;
  });
}
