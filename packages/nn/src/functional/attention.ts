// Attention: every query takes a mean of the values, weighted by how well their keys fit.
import {
  attention,
  broadcastTo,
  DTypeError,
  formatShape,
  full,
  GradkitError,
  isFloat,
  repeatInterleave,
  ShapeError,
  scope,
  type Tensor,
  triu,
  where,
} from "@gradkit/tensor";
import { dropout } from "./dropout.ts";

/** 0 where attention is allowed, −∞ above the diagonal. */
export const causalMask = (queries: number, keys: number, place: Pick<Tensor, "device" | "dtype">): Tensor =>
  scope(() => triu(full([queries, keys], Number.NEGATIVE_INFINITY, { device: place.device, dtype: place.dtype }), { diagonal: 1 }));

/** A mask as numbers to be added to the scores; in a bool mask, places that are `allowed` become 0, others −∞. */
export function additiveMask(op: string, mask: Tensor, allowed: boolean): Tensor {
  if (isFloat(mask.dtype)) return mask;
  if (mask.dtype !== "bool") throw new DTypeError(op, `a mask is bool, or floats to be added to the scores (got ${mask.dtype})`);
  return allowed ? where(mask, 0, Number.NEGATIVE_INFINITY) : where(mask, Number.NEGATIVE_INFINITY, 0);
}

/** softmax(scale·q·kᵀ + mask): of q [..., L, E] and k [..., S, E] the weights [..., L, S]. A query that may see nothing has NaN. */
export function attentionWeights(q: Tensor, k: Tensor, mask: Tensor | null, scale: number): Tensor {
  const scores = q.mul(scale).matmul(k.transpose(-2, -1));
  return (mask ? scores.add(mask) : scores).softmax(-1);
}

/** Queries [..., L, 1] whose mask lets them see nothing. */
const blindQueries = (mask: Tensor): Tensor => mask.amax(-1, { keepdim: true }).eq(Number.NEGATIVE_INFINITY);

export interface AttentionOptions {
  /** Broadcasts to [..., L, S]. Bool: true where a query may look; floats are added to the scores. */
  attnMask?: Tensor | null;
  /** Probability to drop a weight. Give 0 outside training. Default: 0. */
  dropoutP?: number;
  /** Whether query i sees keys 0 … i only. Default: false. */
  isCausal?: boolean;
  /** Of the scores. Default: 1/√E. */
  scale?: number | null;
  /** Whether several heads of queries may share one of keys and values (Ainslie et al. 2023); heads are the third dim from the end. Default: false. */
  enableGqa?: boolean;
}

function shareHeads(op: string, q: Tensor, x: Tensor): Tensor {
  const [wanted, given] = [q.shape.at(-3), x.shape.at(-3)];
  if (!wanted || !given || wanted % given !== 0) {
    const got = `got query ${formatShape(q.shape)} and ${formatShape(x.shape)}`;
    throw new ShapeError(
      op,
      `the heads of queries must be a multiple of those of keys and values (${got}). They are the third dim from the end`,
    );
  }
  return wanted === given ? x : repeatInterleave(x, wanted / given, -3);
}

function checkShapes(op: string, q: Tensor, k: Tensor, v: Tensor): void {
  const fits = Math.min(q.ndim, k.ndim, v.ndim) >= 2 && q.shape.at(-1) === k.shape.at(-1) && k.shape.at(-2) === v.shape.at(-2);
  if (fits) return;
  const got = `got ${[q, k, v].map((x) => formatShape(x.shape)).join(", ")}`;
  throw new ShapeError(op, `sizes do not fit (${got}). query is [..., L, E], key [..., S, E], value [..., S, Ev]`);
}

/** Whether the device has a kernel for all of it, and the operands the form that it takes: one batch and heads for all, nothing empty. */
function suitsKernel(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | null): boolean {
  const batch = formatShape(q.shape.slice(0, -2));
  return (
    q.device.fused?.attention !== undefined &&
    q.ndim <= 4 &&
    [k, v].every((x) => formatShape(x.shape.slice(0, -2)) === batch && x.dtype === q.dtype && x.numel > 0) &&
    q.numel > 0 &&
    (!mask || (mask.ndim <= q.ndim && mask.numel > 0 && (mask.dtype === "bool" || mask.dtype === q.dtype)))
  );
}

/** The kernel takes [N, T, H, E]: heads are moved behind the sequence, where linear layers leave them anyway, and nothing is copied. */
function attendByKernel(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | null, attrs: { scale: number; causal: boolean }): Tensor {
  const { ndim } = q;
  const arranged = [q, k, v].map((x) => (ndim === 4 ? x.transpose(1, 2) : (ndim === 3 ? x : x.unsqueeze(0)).unsqueeze(2)));
  const [queries, keys] = [q.shape.at(-2) as number, k.shape.at(-2) as number];
  const scores = mask && broadcastTo(mask, [...q.shape.slice(0, -2), queries, keys]); // [N, H, L, S], or without H and N
  const seen = scores && (ndim === 4 ? scores : scores.unsqueeze(-3));
  const y = attention(...(arranged as [Tensor, Tensor, Tensor]), seen, attrs);
  return ndim === 4 ? y.transpose(1, 2) : ndim === 3 ? y.squeeze(2) : y.squeeze(2).squeeze(0);
}

/**
 * softmax(q·kᵀ/√E + mask)·v (Vaswani et al. 2017): query [..., L, E], key [..., S, E] and value [..., S, Ev] give [..., L, Ev]. A query whose mask
 * lets it see nothing gets zeros. Throws where both a mask and isCausal are given.
 *
 * @example
 * const q = randn([2, 4, 10, 8]); // [B, H, T, D]
 * scaledDotProductAttention(q, q, q, { isCausal: true });
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  { attnMask = null, dropoutP = 0, isCausal = false, scale = null, enableGqa = false }: AttentionOptions = {},
): Tensor {
  const op = "scaledDotProductAttention";
  checkShapes(op, query, key, value);
  if (attnMask && isCausal) throw new GradkitError(op, "attnMask and isCausal exclude each other. Put the causal mask into attnMask");
  return scope(() => {
    const [k, v] = enableGqa ? [shareHeads(op, query, key), shareHeads(op, query, value)] : [key, value];
    const factor = scale ?? 1 / Math.sqrt(query.shape.at(-1) as number);
    if (dropoutP === 0 && suitsKernel(query, k, v, attnMask)) {
      const mask = attnMask && additiveMask(op, attnMask, true);
      return attendByKernel(query, k, v, mask, { scale: factor, causal: isCausal });
    }
    const attend = (mask: Tensor | null): Tensor => dropout(attentionWeights(query, k, mask, factor), { p: dropoutP }).matmul(v);
    if (isCausal) return attend(causalMask(query.shape.at(-2) as number, k.shape.at(-2) as number, query));
    if (!attnMask || attnMask.numel === 0) return attend(null);
    const mask = additiveMask(op, attnMask, true);
    const blind = blindQueries(mask);
    return where(blind, 0, attend(where(blind, 0, mask))); // as torch since 2.5
  });
}
