// Cumulative ops.
import {
  arange,
  eq,
  flip,
  ge,
  isGradEnabled,
  movedim,
  mul,
  cumprod as runningProduct,
  cumsum as runningSum,
  sum,
  type Tensor,
  unsqueeze,
  where,
} from "@gradkit/tensor";
import type { ScanAttrs } from "@gradkit/tensor/recorder";
import type { Vjp } from "../vjp.ts";
import { picked } from "./picked.ts";
import { productBefore } from "./reduce.ts";

const sumFromEnd = (x: Tensor, dim: number): Tensor => flip(runningSum(flip(x, dim), dim), dim);

export const cumsum: Vjp<ScanAttrs> = {
  reads: [],
  gradients: (g, { attrs: { dim } }) => [sumFromEnd(g, dim)],
};

/** dx_k = Σ_{i ≥ k} g_i · Π_{j ≤ i, j ≠ k} x_j, exact with any number of zeros. */
export const cumprod: Vjp<ScanAttrs> = {
  reads: [{ inputs: [0], outputs: [0] }],
  gradients(g, call) {
    const x = call.input(0);
    if (x.ndim === 0) return [g];
    const { dim } = call.attrs;
    return [isGradEnabled() ? byProducts(g, x, dim) : byDivision(g, x, call.output(0), dim)];
  },
};

/**
 * In linear time. Before the first zero Σ g_i·y_i / x_k; at it the same without it, up to the next zero; nothing beyond, where every product
 * contains it. Its derivative would miss that the zeros may move: second derivatives go by products.
 */
function byDivision(g: Tensor, x: Tensor, y: Tensor, dim: number): Tensor {
  const isZero = eq(x, 0);
  const zeros = runningSum(isZero, dim);
  const isFirst = eq(zeros, 1).logicalAnd(isZero);
  const without = runningProduct(where(isFirst, 1, x), dim);
  const atFirst = sumFromEnd(mul(g, where(ge(zeros, 1), without, 0)), dim);
  return where(eq(zeros, 0), sumFromEnd(mul(g, y), dim).div(x), where(isFirst, atFirst, 0));
}

/** The definition, with all products as a matrix: P[k, i] = Π_{k < j ≤ i} x_j for i ≥ k. */
function byProducts(g: Tensor, x: Tensor, dim: number): Tensor {
  const [rows, dy] = [movedim(x, dim, -1), movedim(g, dim, -1)]; // [..., n]
  const n = rows.shape.at(-1) as number;
  const at = arange(n, { device: x.device });
  const [k, i] = [unsqueeze(at, 1), unsqueeze(at, 0)];
  const products = runningProduct(where(i.gt(k), unsqueeze(rows, -2), 1), -1);
  const after = sum(mul(unsqueeze(dy, -2), where(i.ge(k), products, 0)), -1); // [..., n]
  return movedim(mul(productBefore(rows), after), -1, dim);
}

export const cummax: Vjp<ScanAttrs> = picked;
export const cummin: Vjp<ScanAttrs> = picked;
