// The gradient of attention: it comes with the op, so that programs without one do not carry it.
import type { AttentionAttrs } from "../backend.ts";
import { isGradEnabled } from "../grad-mode.ts";
import type { Tensor } from "../tensor.ts";
import { newFull } from "./creation.ts";
import { allocate } from "./dispatch.ts";
import { matmul } from "./matmul.ts";
import { permute, transpose } from "./movement.ts";
import { pointwiseFunctions as pw } from "./pointwise.ts";
import { amax } from "./reduce.ts";
import { softmax, softmaxGrad } from "./softmax.ts";
import { triu } from "./triangle.ts";
import type { Reads, Vjp } from "./vjp.ts";

/** [N, T, H, E] as [N, H, T, E]. */
export const headsFirst = (x: Tensor): Tensor => permute(x, 0, 2, 1, 3);
/** [N, H, T, E] as [N, T, H, E]. */
export const headsLast = headsFirst;

/** −∞ where a query must not look. [L, S] */
const causalMask = (scores: Tensor): Tensor => triu(newFull(scores, scores.shape.slice(-2), Number.NEGATIVE_INFINITY), { diagonal: 1 });

/** The weights [N, H, L, S], the scores they are of, and which queries see nothing, [N, H, L, 1]: their weights are 0. */
export function attentionWeights(
  q: Tensor,
  k: Tensor,
  mask: Tensor | null,
  { scale, causal }: AttentionAttrs,
): { weights: Tensor; scores: Tensor; blind: Tensor } {
  let scores = matmul(pw.mul(headsFirst(q), scale), permute(k, 0, 2, 3, 1));
  if (mask) scores = pw.add(scores, mask);
  if (causal) scores = pw.add(scores, causalMask(scores));
  const blind = pw.eq(amax(scores, -1, { keepdim: true }), Number.NEGATIVE_INFINITY);
  return { weights: pw.where(blind, 0, softmax(pw.where(blind, 0, scores), -1)), scores, blind };
}

/** The recorded call: inputs q, k, v and mask, outputs y and what is kept. */
interface AttentionCall {
  readonly attrs: AttentionAttrs;
  readonly inputs: readonly unknown[];
  wants(i: number): boolean;
  input(i: number): Tensor;
  output(k: number): Tensor;
}

type AttentionGradients = (Tensor | null)[];

/** All of q, k and v at once; null where the device has no kernel, or it declines. */
function fusedGradients(g: Tensor, call: AttentionCall): AttentionGradients | null {
  const kernel = g.device.fused?.attentionGrad;
  if (!kernel) return null;
  const inputs = [0, 1, 2].map((i) => call.input(i)) as [Tensor, Tensor, Tensor];
  const outputs = inputs.map(({ shape, dtype }) => allocate(g.device, shape, dtype, "attentionGrad")) as [Tensor, Tensor, Tensor];
  const mask = call.inputs[3] ? call.input(3) : null;
  if (kernel(g, ...inputs, mask, call.output(1), ...outputs, call.attrs)) return outputs;
  for (const output of outputs) output.dispose();
  return null;
}

/** Of q, k, v and mask, as far as they are wanted. Where their own gradients are to be recorded, the weights are computed again from q and k. */
function attentionGradients(g: Tensor, call: AttentionCall): AttentionGradients {
  const recorded = isGradEnabled();
  const fused = recorded || call.wants(3) ? null : fusedGradients(g, call);
  if (fused) return fused.map((gradient, i) => (call.wants(i) ? gradient : null));
  const { scale, keeps } = call.attrs;
  const [q, k, v] = [call.input(0), call.input(1), call.input(2)];
  const again = (): Tensor => attentionWeights(q, k, call.inputs[3] ? call.input(3) : null, call.attrs).weights;
  const weights = recorded || keeps === "logsumexp" ? again() : call.output(1);
  const dy = headsFirst(g); // [N, H, L, Ev]
  const dWeights = matmul(dy, permute(v, 0, 2, 3, 1));
  const dScores = softmaxGrad(dWeights, weights, 3);
  const scaled = pw.mul(dScores, scale);
  return [
    call.wants(0) ? headsLast(matmul(scaled, headsFirst(k))) : null,
    call.wants(1) ? headsLast(matmul(transpose(scaled, -2, -1), headsFirst(q))) : null,
    call.wants(2) ? headsLast(matmul(transpose(weights, -2, -1), dy)) : null,
    call.wants(3) ? dScores : null,
  ];
}

const everything: Reads = { inputs: [0, 1, 2, 3], outputs: [1] };

export const attentionVjp: Vjp<AttentionAttrs> = {
  reads: [everything, everything, everything, everything],
  differentiable: 1,
  gradients: attentionGradients,
};
