// Sorting along one dim, and what is read off a sorted tensor.
import { formatShape, IndexError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import { normalizeDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { applyOp, type StructuredOp } from "./dispatch.ts";
import { narrow, view } from "./movement.ts";
import type { ValuesAndIndices } from "./reduce.ts";

export interface SortAttrs {
  readonly dim: number;
  readonly descending: boolean;
}

export const sortOp: StructuredOp<SortAttrs> = {
  name: "sort",
  infer: ([x]) => [
    { shape: (x as Tensor).shape, dtype: (x as Tensor).dtype },
    { shape: (x as Tensor).shape, dtype: "int32" },
  ],
  run(device, [x], [values, indices], { dim, descending }) {
    const asVector = (tensor: Tensor): Tensor => (tensor.ndim === 0 ? view(tensor, [1]) : tensor);
    if ((x as Tensor).numel > 0)
      device.sort(asVector(x as Tensor), dim, descending, asVector(values as Tensor), asVector(indices as Tensor));
    return true;
  },
};

/** Sorted values along dim and where they stood; equal elements keep their order, NaN counts as the largest. */
export function sort(x: Tensor, dim = -1, { descending = false }: { descending?: boolean } = {}): ValuesAndIndices {
  const [values, indices] = applyOp(sortOp, [x], { dim: normalizeDim("sort", dim, x.ndim), descending }) as [Tensor, Tensor];
  return { values, indices };
}

/** Where the sorted elements along dim stood: the indices of sort. */
export const argsort = (x: Tensor, dim = -1, options: { descending?: boolean } = {}): Tensor => sort(x, dim, options).indices;

/** The k largest (or smallest) elements along dim, in order. */
export function topk(x: Tensor, k: number, dim = -1, { largest = true }: { largest?: boolean } = {}): ValuesAndIndices {
  const d = normalizeDim("topk", dim, x.ndim);
  const size = x.shape[d] ?? 1;
  if (k < 0 || k > size)
    throw new IndexError("topk", `k = ${k} is out of range for dim ${d} of size ${size} (got ${formatShape(x.shape)})`);
  return scope(() => {
    const { values, indices } = sort(x, d, { descending: largest });
    return x.ndim === 0 ? { values, indices } : { values: narrow(values, d, 0, k), indices: narrow(indices, d, 0, k) };
  });
}
