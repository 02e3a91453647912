// beta·input + alpha·(a product): matrix and vector, two vectors, a sum of matrix products.
import { DTypeError, formatShape, ShapeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import { broadcastShapes, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type AddmmOptions, bmm, mv, outer, withZeroGradient } from "./matmul.ts";
import { pointwiseFunctions as pw } from "./pointwise.ts";
import { sum } from "./reduce.ts";

const scaled = (x: Tensor, factor: number): Tensor => (factor === 1 ? x : pw.mul(x, factor));

/** With beta 0, NaN and infinity in `input` do not count. */
function addTo(op: string, input: Tensor, product: Tensor, { beta = 1, alpha = 1 }: AddmmOptions): Tensor {
  if (!sameShape(broadcastShapes(op, [input.shape, product.shape]), product.shape))
    throw new ShapeError(op, `the input ${formatShape(input.shape)} does not broadcast to the product ${formatShape(product.shape)}`);
  if (product.dtype === "bool") return beta ? pw.logicalOr(product, input) : product;
  if (beta === 0) return withZeroGradient(scaled(product, alpha), input);
  return pw.add(scaled(input, beta), scaled(product, alpha));
}

/** beta·input + alpha·(mat·vec): mat [M, K], vec [K], input broadcasts to [M]. */
export const addmv = (input: Tensor, mat: Tensor, vec: Tensor, options: AddmmOptions = {}): Tensor =>
  scope(() => addTo("addmv", input, mv(mat, vec), options));

/** beta·input + alpha·(vec1 ⊗ vec2): vec1 [M], vec2 [N], input broadcasts to [M, N]. */
export const addr = (input: Tensor, vec1: Tensor, vec2: Tensor, options: AddmmOptions = {}): Tensor =>
  scope(() => addTo("addr", input, outer(vec1, vec2), options));

/** beta·input + alpha·Σ batch1·batch2: [B, M, K] and [B, K, N], summed over B; input broadcasts to [M, N]. */
export function addbmm(input: Tensor, batch1: Tensor, batch2: Tensor, options: AddmmOptions = {}): Tensor {
  if (input.dtype !== batch1.dtype)
    throw new DTypeError("addbmm", `dtypes differ: ${input.dtype} vs ${batch1.dtype}. Convert one with .to(…)`);
  return scope(() => addTo("addbmm", input, sum(bmm(batch1, batch2), 0), options));
}
