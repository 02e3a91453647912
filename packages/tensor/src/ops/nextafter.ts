// The neighbour of a float: one more or one less in its bits.
import { DTypeError } from "../errors.ts";
import { add, bitcast, eq, lt, ne, or, select } from "../formula/build.ts";
import type { Tensor } from "../tensor.ts";
import { pointwise } from "./pointwise.ts";

/** Floats of one sign are ordered as their bits are, away from zero. Zero's neighbours are the least floats of either sign. */
const neighbour = /* @__PURE__ */ pointwise("nextafter", (x, y) => {
  const step = select(eq(lt(x, y), lt(0, x)), 1, -1);
  const bits = select(eq(x, 0), select(lt(y, 0), 1 - 2 ** 31, 1), add(bitcast(x, "int"), step));
  const undefinedResult = or(ne(x, x), ne(y, y));
  return select(undefinedResult, add(x, y), select(eq(x, y), y, bitcast(bits, "float")));
});

/**
 * The float32 next to x in the direction of y; y where both are equal. It has no gradient. Both float32, or a DTypeError is thrown; they broadcast.
 *
 * @example
 * nextafter(tensor([1]), tensor([2])); // [1 + 2⁻²³]
 */
export function nextafter(x: Tensor, y: Tensor): Tensor {
  for (const { dtype } of [x, y])
    if (dtype !== "float32")
      throw new DTypeError("nextafter", `expected float32 (got ${x.dtype} and ${y.dtype}). Convert with .to("float32")`);
  return neighbour(x.detach(), y.detach());
}
