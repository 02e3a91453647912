// Rows of a table by number.
import { embeddingLookup, scope, type Tensor, where } from "@gradkit/tensor";

export interface EmbeddingOptions {
  /** A row that gets no gradient; negative ones count from the end. Default: none. */
  paddingIdx?: number | null;
}

/** Rows of weight [V, D]: ids of any shape give [...ids, D]. */
export function embedding(ids: Tensor, weight: Tensor, { paddingIdx = null }: EmbeddingOptions = {}): Tensor {
  if (paddingIdx === null) return embeddingLookup(ids, weight);
  const padding = paddingIdx < 0 ? paddingIdx + (weight.shape[0] as number) : paddingIdx;
  return scope(() => {
    const rows = embeddingLookup(ids, weight);
    return weight.requiresGrad ? where(ids.eq(padding).unsqueeze(-1), rows.detach(), rows) : rows;
  });
}
