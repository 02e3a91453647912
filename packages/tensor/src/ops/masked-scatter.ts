// Writing the elements of a source, one after the other, where a mask is true.
import { DTypeError, formatShape, ShapeError } from "../errors.ts";
import { cast, select, sub } from "../formula/build.ts";
import { scope } from "../lifetime.ts";
import { broadcastShapes } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { applyOp } from "./dispatch.ts";
import { checkedIndex, gatherOp } from "./gather.ts";
import { broadcastTo, ravel, reshape } from "./movement.ts";
import { pointwise, pointwiseFunctions as pw } from "./pointwise.ts";
import { cumsum } from "./scan.ts";

/** How many places come before this one; 0 where the mask is false. */
const sourceIndex = /* @__PURE__ */ pointwise("sourceIndex", (mask, count) => cast(select(mask, sub(count, 1), 0), "int"));

/** A copy of x with the elements of source, in row-major order, where the mask is true; x and the mask are broadcast against each other. */
export function maskedScatter(x: Tensor, mask: Tensor, source: Tensor): Tensor {
  if (mask.dtype !== "bool") throw new DTypeError("maskedScatter", `the mask must be bool (got ${mask.dtype})`);
  if (source.dtype !== x.dtype)
    throw new DTypeError("maskedScatter", `the source is ${source.dtype}, the tensor ${x.dtype}. Convert one with .to(…)`);
  const shape = broadcastShapes("maskedScatter", [x.shape, mask.shape]);
  return scope(() => {
    const places = ravel(broadcastTo(mask, shape));
    const base = broadcastTo(x, shape);
    const at = sourceIndex(places, cumsum(places, 0));
    if (source.numel === 0 && at.numel > 0 && at.device.capabilities.syncRead && places.dataSync().some(Boolean))
      throw new ShapeError("maskedScatter", `the source is empty (got ${formatShape(source.shape)}), the mask is not`);
    if (source.numel === 0 || at.numel === 0) return pw.positive(base);
    const [picked] = applyOp(gatherOp, [ravel(source), checkedIndex("maskedScatter", at, source.numel)], { dim: 0 }) as [Tensor];
    return pw.where(reshape(places, shape), reshape(picked, shape), base);
  });
}
