// Sums, means or maxima over bags of table rows.
import {
  arange, cumsum, DTypeError, embeddingLookup, formatShape, gather, IndexError, indexAdd, isFloat, ones, ShapeError, scatterReduce, scope, type Tensor, where, zeros,
} from "@gradkit/tensor"; // biome-ignore format: a list
import { averageRepeatedGradients, boundRowNorms_, type RowNormOptions } from "./table-rows.ts";

export interface EmbeddingBagOptions extends RowNormOptions {
  /** Whether gradients of rows are divided by how often they are named; not for "max". Default: false. */
  scaleGradByFreq?: boolean;
  /** Default: "mean". */
  mode?: "sum" | "mean" | "max";
  /** A factor for each row of a "sum", of the shape of `ids`. */
  perSampleWeights?: Tensor | null;
  /** Whether the last of `offsets` is the end of the last bag. Default: false. */
  includeLastOffset?: boolean;
  /** Ids of this row do not count; negative ones count from the end. Default: none. */
  paddingIdx?: number | null;
}

/** How rows fall into bags: reductions of [n, D] to [bags, D]. */
interface Bags {
  sum(rows: Tensor): Tensor;
  /** Gradients go to the first of equals; what a bag without rows gets is not defined. */
  max(rows: Tensor): Tensor;
}

/** `count` bags of equal length. */
const equalBags = (count: number, length: number): Bags => ({
  sum: (rows) => rows.reshape([count, length, rows.shape[1] as number]).sum(1),
  max: (rows) =>
    length === 0 ? rows.newZeros([count, rows.shape[1] as number]) : rows.reshape([count, length, rows.shape[1] as number]).max(1).values,
});

/** `bagOf` [n] names the bag of each row. */
const raggedBags = (bagOf: Tensor, count: number): Bags => ({
  sum: (rows) => indexAdd(rows.newZeros([count, rows.shape[1] as number]), 0, bagOf, rows),
  max(rows) {
    const [n, width] = rows.shape as readonly [number, number];
    if (n === 0) return rows.newZeros([count, width]);
    const values = rows.detach();
    const bags = bagOf.unsqueeze(1).expand(n, width);
    const best = scatterReduce(values.newZeros([count, width]), 0, bags, values, "amax", { includeSelf: false });
    const place = arange(n, { dtype: "int32", device: rows.device }).unsqueeze(1);
    const winner = where(values.eq(gather(best, 0, bags)), place, n - 1); // [n, D]
    const first = scatterReduce(winner.newZeros([count, width]), 0, bags, winner, "amin", { includeSelf: false });
    return gather(rows, 0, first);
  },
});

/** From where bags start to the bag of each of `n` rows. */
function bagNumbers(offsets: Tensor, n: number, count: number): Tensor {
  const { device } = offsets;
  const starts = offsets.to("int32").narrow(0, 0, count);
  const marks = indexAdd(zeros([n + 1], { dtype: "int32", device }), 0, starts, ones([count], { dtype: "int32", device }));
  return cumsum(marks, 0).sub(1).narrow(0, 0, n);
}

function bagsOf(ids: Tensor, offsets: Tensor | null, includeLastOffset: boolean): Bags {
  if (ids.ndim === 2) {
    if (offsets)
      throw new ShapeError("embeddingBag", `rows of ids are bags, so offsets must be left out (got ids ${formatShape(ids.shape)})`);
    const [count, length] = ids.shape as readonly [number, number];
    return equalBags(count, length);
  }
  if (ids.ndim !== 1) throw new ShapeError("embeddingBag", `ids must have 1 or 2 dims (got ${formatShape(ids.shape)})`);
  if (offsets?.ndim !== 1)
    throw new ShapeError(
      "embeddingBag",
      `a vector of ids needs a vector of offsets, where bags start (got ${offsets ? formatShape(offsets.shape) : "none"})`,
    );
  if (isFloat(offsets.dtype) || offsets.dtype === "bool")
    throw new DTypeError("embeddingBag", `offsets must be whole numbers (got ${offsets.dtype}). Convert with .to("int32")`);
  const count = offsets.numel - (includeLastOffset ? 1 : 0);
  if (count < 0) throw new ShapeError("embeddingBag", "includeLastOffset needs at least one offset");
  if (offsets.device.capabilities.syncRead && offsets.numel > 0) {
    const starts = offsets.dataSync();
    if (starts[0] !== 0) throw new IndexError("embeddingBag", `the first offset must be 0 (got ${starts[0]})`);
    if ((starts.at(-1) as number) > ids.numel)
      throw new IndexError("embeddingBag", `the last offset, ${starts.at(-1)}, lies behind the ${ids.numel} ids`);
  }
  return raggedBags(bagNumbers(offsets, ids.numel, count), count);
}

/**
 * Reduces bags of rows of weight [V, D]. The rows of ids [B, L] are bags; in a vector of ids bags start at `offsets` [B]. Gives [B, D]; bags
 * without rows give zeros.
 *
 * @example
 * embeddingBag(ids, weight, null, { mode: "sum" }); // [B, L] and [V, D] give [B, D]
 */
export function embeddingBag(ids: Tensor, weight: Tensor, offsets: Tensor | null = null, options: EmbeddingBagOptions = {}): Tensor {
  const {
    scaleGradByFreq = false,
    mode = "mean",
    perSampleWeights = null,
    includeLastOffset = false,
    paddingIdx = null,
    ...bound
  } = options;
  if (!["sum", "mean", "max"].includes(mode))
    throw new IndexError("embeddingBag", `mode must be "sum", "mean" or "max" (got ${JSON.stringify(mode)})`);
  if (mode === "max" && scaleGradByFreq) throw new IndexError("embeddingBag", 'mode "max" has no scaleGradByFreq');
  if (perSampleWeights && mode !== "sum") throw new IndexError("embeddingBag", `perSampleWeights are for mode "sum" alone (got "${mode}")`);
  if (perSampleWeights && formatShape(perSampleWeights.shape) !== formatShape(ids.shape))
    throw new ShapeError(
      "embeddingBag",
      `perSampleWeights must be ${formatShape(ids.shape)}, as ids (got ${formatShape(perSampleWeights.shape)})`,
    );
  boundRowNorms_(weight, ids, bound);
  return scope(() => {
    const bags = bagsOf(ids, offsets, includeLastOffset);
    const tableSize = weight.shape[0] as number;
    const flat = ids.reshape(-1);
    const found = embeddingLookup(flat, weight); // [n, D]
    const rows = scaleGradByFreq ? averageRepeatedGradients(found, flat, tableSize) : found;
    const padding = paddingIdx !== null && paddingIdx < 0 ? paddingIdx + tableSize : paddingIdx;
    const counts = padding === null ? null : flat.ne(padding).unsqueeze(1); // [n, 1]
    const kept = counts ? where(counts, rows, mode === "max" ? Number.NEGATIVE_INFINITY : 0) : rows;
    if (mode === "sum") return bags.sum(perSampleWeights ? kept.mul(perSampleWeights.reshape(-1, 1)) : kept);
    const { dtype, device } = weight;
    const numbers = bags.sum(counts ? counts.to(dtype) : ones([flat.numel, 1], { dtype, device })); // [B, 1]
    return mode === "mean" ? bags.sum(kept).div(numbers.clamp(1)) : where(numbers.gt(0), bags.max(kept), 0);
  });
}
