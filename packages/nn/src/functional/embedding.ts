// Rows of a table by number.
import {
  embeddingLookup,
  formatShape,
  GradientError,
  IndexError,
  isGradEnabled,
  noGrad,
  ShapeError,
  scope,
  type Tensor,
  where,
} from "@gradkit/tensor";
import { addSparseGrad } from "@gradkit/tensor/sparse";
import { averageRepeatedGradients, boundRowNorms_, type RowNormOptions } from "./table-rows.ts";

export interface EmbeddingOptions extends RowNormOptions {
  /** A row that gets no gradient; negative ones count from the end. Default: none. */
  paddingIdx?: number | null;
  /** Whether gradients of rows are divided by how often they are named. Default: false. */
  scaleGradByFreq?: boolean;
  /** Leave a sparse gradient of the weight, a leaf, for SparseAdam: `sparseGrad(weight)`. It has no second derivative. Default: false. */
  sparse?: boolean;
}

function check({ shape }: Tensor, paddingIdx: number | null): void {
  const [size, width] = shape;
  if (size === undefined || width === undefined || shape.length > 2)
    throw new ShapeError("embedding", `the table must be [V, D] (got ${formatShape(shape)})`);
  if (paddingIdx !== null && !(paddingIdx >= -size && paddingIdx < size))
    throw new IndexError("embedding", `paddingIdx ${paddingIdx} is not among ${size} rows`);
}

/** Rows of weight [V, D]: ids of any shape give [...ids, D]. */
export function embedding(
  ids: Tensor,
  weight: Tensor,
  { paddingIdx = null, scaleGradByFreq = false, sparse = false, ...bound }: EmbeddingOptions = {},
): Tensor {
  check(weight, paddingIdx);
  boundRowNorms_(weight, ids, bound);
  if (sparse && weight.requiresGrad && isGradEnabled()) return sparseLookup(ids, weight, paddingIdx);
  if (!weight.requiresGrad || (paddingIdx === null && !scaleGradByFreq)) return embeddingLookup(ids, weight);
  return scope(() => {
    const [size, width] = weight.shape as readonly [number, number];
    const flat = ids.reshape(-1);
    const rows = embeddingLookup(flat, weight); // [n, D]
    const averaged = scaleGradByFreq ? averageRepeatedGradients(rows, flat, size) : rows;
    if (paddingIdx === null) return averaged.reshape([...ids.shape, width]);
    const padding = paddingIdx < 0 ? paddingIdx + size : paddingIdx;
    return where(flat.eq(padding).unsqueeze(-1), rows.detach(), averaged).reshape([...ids.shape, width]);
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
