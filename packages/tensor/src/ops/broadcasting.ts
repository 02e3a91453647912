// Broadcasting by itself: several tensors to one shape, and back to the shape of one of them.
import { formatShape, ShapeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import { broadcastShapes as joint, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { expand } from "./movement.ts";
import { pointwiseFunctions as pw } from "./pointwise.ts";
import { sum } from "./reduce.ts";

/** The shape that all the given shapes broadcast to; a number is the shape of a vector. Throws a ShapeError where there is none. */
export const broadcastShapes = (...shapes: readonly (Shape | number)[]): number[] =>
  shapes.length === 0
    ? []
    : [
        ...joint(
          "broadcastShapes",
          shapes.map((shape) => [shape].flat()),
        ),
      ];

/** Views of the tensors, all of the shape that they broadcast to. */
export function broadcastTensors(...tensors: readonly Tensor[]): Tensor[] {
  if (tensors.length === 0) return [];
  const shape = joint(
    "broadcastTensors",
    tensors.map((x) => x.shape),
  );
  return tensors.map((x) => expand(x, shape));
}

/** What broadcasting to x's shape undoes: the sum over all dims that `size` lacks or has as 1. Throws a ShapeError where `size` does not broadcast to x's shape. */
export function sumToSize(x: Tensor, size: Shape): Tensor {
  const lead = x.ndim - size.length;
  const differs = size.some((length, d) => length !== 1 && length !== x.shape[lead + d]);
  if (lead < 0 || differs) throw new ShapeError("sumToSize", `${formatShape(size)} does not broadcast to ${formatShape(x.shape)}`);
  return scope(() => {
    const dims = [...x.shape.keys()].filter((d) => d < lead || (size[d - lead] === 1 && x.shape[d] !== 1));
    return dims.length === 0 ? pw.positive(x) : sum(x, dims, { keepdim: true }).reshape(size);
  });
}
