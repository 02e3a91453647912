// Attention (Vaswani et al. 2017): a backend may compute it head by head, and never hold all scores.
import type { AttentionAttrs } from "../backend.ts";
import { isFloat } from "../dtype.ts";
import { DTypeError, formatShape, ShapeError } from "../errors.ts";
import { needsGrad } from "../grad-mode.ts";
import type { Tensor } from "../tensor.ts";
import { numel } from "../view.ts";
import { attentionVjp, attentionWeights, headsFirst, headsLast } from "./attention-grad.ts";
import { applyOp, type StructuredOp } from "./dispatch.ts";
import { matmul } from "./matmul.ts";
import { broadcastTo } from "./movement.ts";
import { pointwiseFunctions as pw } from "./pointwise.ts";
import { logsumexp } from "./statistics.ts";

/** q [N, L, H, E], k [N, S, H, E], v [N, S, H, Ev] and mask [N, H, L, S] or null → y [N, L, H, Ev], and weights [N, H, L, S] or logsumexp [N, H, L]. */
export const attentionOp: StructuredOp<AttentionAttrs> = {
  name: "attention",
  vjp: attentionVjp,
  infer(inputs, { keeps }) {
    const [q, k, v, mask] = inputs as [Tensor, Tensor, Tensor, Tensor | null];
    const given = [q, k, v].map(({ shape }) => formatShape(shape)).join(", ");
    const [batch, queries, heads, features] = q.shape as [number, number, number, number];
    const [, keys] = k.shape as [number, number];
    const valueFeatures = v.shape[3] as number;
    const fits =
      q.ndim === 4 &&
      formatShape(k.shape) === formatShape([batch, keys, heads, features]) &&
      formatShape(v.shape) === formatShape([batch, keys, heads, valueFeatures]);
    if (!fits || keys === 0)
      throw new ShapeError("attention", `q is [N, L, H, E], k [N, S, H, E] and v [N, S, H, Ev], with one key at least (got ${given})`);
    const scores = [batch, heads, queries, keys];
    if (mask && formatShape(mask.shape) !== formatShape(scores))
      throw new ShapeError("attention", `mask must be ${formatShape(scores)} (got ${formatShape(mask.shape)})`);
    const dtypes = new Set([q, k, v, ...(mask ? [mask] : [])].map(({ dtype }) => dtype));
    if (dtypes.size > 1 || !isFloat(q.dtype))
      throw new DTypeError("attention", `expected floats of one dtype (got ${[...dtypes].join(", ")})`);
    return [
      { shape: [batch, queries, heads, valueFeatures], dtype: q.dtype },
      { shape: keeps === "weights" ? scores : scores.slice(0, 3), dtype: q.dtype },
    ];
  },
  run: (device, inputs, [y, kept], attrs) => {
    const [q, k, v, mask] = inputs as [Tensor, Tensor, Tensor, Tensor | null];
    return device.fused?.attention?.(q, k, v, mask, y as Tensor, kept as Tensor, attrs) ?? false;
  },
  decompose(inputs, attrs) {
    const [q, k, v, mask] = inputs as [Tensor, Tensor, Tensor, Tensor | null];
    const { weights, scores, blind } = attentionWeights(q, k, mask, attrs);
    const logarithms = (): Tensor => pw.where(blind, Number.POSITIVE_INFINITY, logsumexp(scores, -1, { keepdim: true })).squeeze(-1);
    return [headsLast(matmul(weights, headsFirst(v))), attrs.keeps === "weights" ? weights : logarithms()];
  },
};

/** Up to so many weights are kept for the gradient, which is a fifth faster for it: 16 MiB. */
const mostKept = 4_194_304;

/**
 * softmax(scale·q·kᵀ + mask)·v with the heads behind the sequence, as linear layers leave them: q [N, L, H, E], k [N, S, H, E], v [N, S, H, Ev], and
 * a mask of floats that broadcasts to [N, H, L, S], give [N, L, H, Ev]. A query that sees nothing gets zeros.
 *
 * @example
 * const x = randn([2, 10, 4, 8]); // [N, T, H, E]
 * attention(x, x, x, null, { scale: 8 ** -0.5, causal: true });
 */
export function attention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  mask: Tensor | null,
  { scale, causal }: Pick<AttentionAttrs, "scale" | "causal">,
): Tensor {
  const [batch, queries, heads] = q.shape as [number, number, number];
  const scores = [batch, heads, queries, k.shape[1] as number];
  const keeps = numel(scores) <= mostKept && needsGrad([q, k, v, mask]) ? "weights" : "logsumexp";
  return applyOp(attentionOp, [q, k, v, mask && broadcastTo(mask, scores)], { scale, causal, keeps })[0] as Tensor;
}
