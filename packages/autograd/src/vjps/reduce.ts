// Reductions: gradients spread back over the dims that were reduced.
import { cat, cumprod, eq, expand, flip, mul, narrow, ne, permute, reshape, type Shape, type Tensor, sum as total } from "@gradkit/tensor";
import { type DimAttrs, numel, type ReduceAttrs, reducedShape } from "@gradkit/tensor/recorder";
import { infoOf, type Vjp } from "../vjp.ts";
import { picked } from "./picked.ts";

/** A reduced tensor with its dims back, size 1. */
const kept = (x: Tensor, shape: Shape, { dims, keepdim }: ReduceAttrs): Tensor =>
  keepdim ? x : reshape(x, reducedShape(shape, dims, true));

export const sum: Vjp<ReduceAttrs> = {
  reads: [],
  gradients(g, call) {
    const { shape } = infoOf(call, 0);
    return [expand(kept(g, shape, call.attrs), shape)];
  },
};

export const mean: Vjp<ReduceAttrs> = {
  reads: [],
  gradients(g, call) {
    const { shape } = infoOf(call, 0);
    const count = numel(call.attrs.dims.map((d) => shape[d] as number));
    return [expand(kept(g.div(count), shape, call.attrs), shape)];
  },
};

/** All of one lot of equals get the same share, as torch.amax. Where the extreme is NaN it came from every NaN. */
const extreme: Vjp<ReduceAttrs> = {
  reads: [{ inputs: [0], outputs: [0] }],
  gradients(g, call) {
    const x = call.input(0);
    const isExtreme = eq(x, kept(call.output(0), x.shape, call.attrs)).logicalOr(ne(x, x));
    const share = kept(g, x.shape, call.attrs).div(total(isExtreme, call.attrs.dims, { keepdim: true }));
    return [mul(share, isExtreme)];
  },
};
export const amax: Vjp<ReduceAttrs> = extreme;
export const amin: Vjp<ReduceAttrs> = extreme;

/** The product of all others: of those before times those after. Exact with zeros, where dividing the product by x is not. */
export const prod: Vjp<ReduceAttrs> = {
  reads: [{ inputs: [0] }],
  gradients(g, call) {
    const x = call.input(0);
    const { dims } = call.attrs;
    const order = [...x.shape.keys()].filter((d) => !dims.includes(d)).concat(dims);
    const moved = permute(x, order);
    const rows = reshape(moved, [...reducedShape(x.shape, dims, false), numel(dims.map((d) => x.shape[d] as number))]); // [..., n]
    const others = mul(productBefore(rows), flip(productBefore(flip(rows, -1)), -1));
    const back = permute(
      reshape(others, moved.shape),
      order.map((_, d) => order.indexOf(d)),
    );
    return [mul(kept(g, x.shape, call.attrs), back)];
  },
};

/** Along the last dim: the product of all elements before each. */
export function productBefore(x: Tensor): Tensor {
  const last = x.ndim - 1;
  const length = x.shape[last] as number;
  if (length === 0) return x;
  const first = x.newOnes([...x.shape.slice(0, -1), 1]);
  return cumprod(cat([first, narrow(x, last, 0, length - 1)], last), last);
}

export const maxDim: Vjp<DimAttrs> = picked;
export const minDim: Vjp<DimAttrs> = picked;
