// What embeddings and bags of them do to the rows that they look up: bound their norms, and scale gradients of frequent rows.
import { indexAdd, indexPut, indexSelect, noGrad, norm, ones, pointwise, scope, type Tensor, where } from "@gradkit/tensor";
import { custom, mul, type Node } from "@gradkit/tensor/formula";

export interface RowNormOptions {
  /** Rows that are looked up are first shortened to this norm, in place. Default: no bound. */
  maxNorm?: number | null;
  /** The p of the norm. Default: 2. */
  normType?: number;
}

/** Shortens the rows of weight [V, D] that `ids` names, outside the graph. */
export function boundRowNorms_(weight: Tensor, ids: Tensor, { maxNorm = null, normType = 2 }: RowNormOptions): void {
  if (maxNorm === null) return;
  noGrad(() =>
    scope(() => {
      const rows = indexSelect(weight, 0, ids.reshape(-1)); // [n, D]
      const norms = norm(rows, normType, 1, { keepdim: true });
      const factors = where(norms.gt(maxNorm), norms.add(1e-7).reciprocal().mul(maxNorm), 1); // torch's guard against division by zero
      weight.copy_(indexPut(weight, [ids.reshape(-1)], rows.mul(factors)));
    }),
  );
}

/** x, whose gradient is multiplied by `factor`. */
const scaleGradient = /* @__PURE__ */ pointwise("embedding", (x, factor) => scaled(x as Node, factor as Node));
const scaled = /* @__PURE__ */ custom(
  "scaleGradient",
  (x: Node, _factor: Node) => x,
  (g, [, factor]) => [mul(g, factor), null],
);

/** Rows [n, D] of a table of V rows, whose gradients are divided by how often `ids` [n] names each. */
export function averageRepeatedGradients(rows: Tensor, ids: Tensor, tableSize: number): Tensor {
  const shares = noGrad(() => {
    const { dtype, device } = rows;
    const counts = indexAdd(rows.newZeros([tableSize]), 0, ids, ones([ids.numel], { dtype, device }));
    return indexSelect(counts, 0, ids).reciprocal().unsqueeze(1);
  });
  return scaleGradient(rows, shares);
}
