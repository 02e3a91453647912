// From positions in a flattened tensor to positions in each of its dims.
import { isFloat } from "../dtype.ts";
import { DTypeError, formatShape, ShapeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { contiguousStrides } from "../view.ts";
import { pointwiseFunctions as pw } from "./pointwise.ts";

/**
 * For row-major positions in a tensor of the given shape, where they are: one tensor a dim, each of the shape of `indices`. Throws a DTypeError for
 * indices that are no whole numbers, and a ShapeError for sizes below 1.
 *
 * @example
 * unravelIndex(tensor([5], { dtype: "int32" }), [2, 3]); // [tensor([1]), tensor([2])]
 */
export function unravelIndex(indices: Tensor, shape: number | Shape): Tensor[] {
  const sizes = typeof shape === "number" ? [shape] : shape;
  if (isFloat(indices.dtype) || indices.dtype === "bool")
    throw new DTypeError("unravelIndex", `indices must be whole numbers (got ${indices.dtype}). Convert with .to("int32")`);
  if (sizes.some((size) => !(size >= 1))) throw new ShapeError("unravelIndex", `sizes must be ≥ 1 (got ${formatShape(sizes)})`);
  const strides = contiguousStrides(sizes);
  return scope(() => sizes.map((size, d) => pw.remainder(pw.floorDivide(indices, strides[d] as number), size)));
}
