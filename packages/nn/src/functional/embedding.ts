// Rows of a table by number.
import { embeddingLookup, GradientError, isGradEnabled, noGrad, scope, type Tensor, where } from "@gradkit/tensor";
import { addSparseGrad } from "@gradkit/tensor/sparse";

export interface EmbeddingOptions {
  /** A row that gets no gradient; negative ones count from the end. Default: none. */
  paddingIdx?: number | null;
  /** Leave a sparse gradient of the weight, a leaf, for SparseAdam: `sparseGrad(weight)`. It has no second derivative. Default: false. */
  sparse?: boolean;
}

/** Rows of weight [V, D]: ids of any shape give [...ids, D]. */
export function embedding(ids: Tensor, weight: Tensor, { paddingIdx = null, sparse = false }: EmbeddingOptions = {}): Tensor {
  if (sparse && weight.requiresGrad && isGradEnabled()) return sparseLookup(ids, weight, paddingIdx);
  if (paddingIdx === null) return embeddingLookup(ids, weight);
  const padding = paddingIdx < 0 ? paddingIdx + (weight.shape[0] as number) : paddingIdx;
  return scope(() => {
    const rows = embeddingLookup(ids, weight);
    return weight.requiresGrad ? where(ids.eq(padding).unsqueeze(-1), rows.detach(), rows) : rows;
  });
}

/** The rows are a leaf of their own: what arrives there is the gradient of those that were named. */
function sparseLookup(ids: Tensor, weight: Tensor, paddingIdx: number | null): Tensor {
  if (!weight.isLeaf)
    throw new GradientError("embedding", "only a leaf has a sparse gradient. Pass a parameter, or leave out { sparse: true }");
  const { shape } = weight;
  const rows = noGrad(() => embeddingLookup(ids, weight)).requiresGrad_();
  rows.registerHook((g) => {
    scope(() => {
      const indices = ids.reshape(1, -1).to("int32");
      const values = g.reshape(-1, ...shape.slice(1));
      const padding = paddingIdx !== null && paddingIdx < 0 ? paddingIdx + (shape[0] as number) : paddingIdx;
      const kept = padding === null ? values : where(indices.eq(padding).reshape(-1, 1), 0, values);
      addSparseGrad(weight, { indices, values: kept });
    });
    return undefined;
  });
  return rows;
}
