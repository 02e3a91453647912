// Attention in several subspaces at once.
import { splitJointly } from "@gradkit/autograd/split-jointly";
import { cat, formatShape, GradkitError, IndexError, linear, noGrad, pad, ShapeError, scope, type Tensor, zeros } from "@gradkit/tensor";
import { additiveMask, attentionWeights, scaledDotProductAttention } from "../functional/attention.ts";
import { dropout } from "../functional/dropout.ts";
import { xavierNormal_, xavierUniform_ } from "../init/fan.ts";
import { Module } from "../module.ts";
import { type Parameter, parameter } from "../parameter.ts";
import type { InitOptions } from "./init-options.ts";
import { Linear } from "./linear.ts";

const NAME = "MultiheadAttention";

/** Of queries, keys and values. */
type Heads = [q: Tensor, k: Tensor, v: Tensor];

export interface MultiheadAttentionOptions extends InitOptions {
  /** Of the attention weights, in training. Default: 0. */
  dropout?: number;
  /** Whether the projections have biases. Default: true. */
  bias?: boolean;
  /** Whether to add a learned key and value to every sequence. Default: false. */
  addBiasKv?: boolean;
  /** Whether to add a key and a value of zeros. Default: false. */
  addZeroAttn?: boolean;
  /** Features of keys. Default: embedDim. */
  kdim?: number | null;
  /** Features of values. Default: embedDim. */
  vdim?: number | null;
  /** Whether tensors are [N, T, E] instead of [T, N, E]. Default: false. */
  batchFirst?: boolean;
}

export interface AttentionCallOptions {
  /** [N, S], or [S] without batch: true, or −∞, at keys that nobody may see. */
  keyPaddingMask?: Tensor | null;
  /** [L, S] or [N·heads, L, S]: true where a query must not look, or floats that are added to the scores. */
  attnMask?: Tensor | null;
  /** Whether to return the weights too. Default: true. */
  needWeights?: boolean;
  /** Whether to return their mean over the heads. Default: true. */
  averageAttnWeights?: boolean;
  /** Says that attnMask, which must be given, is the causal one. Default: false. */
  isCausal?: boolean;
}

/**
 * Several heads of attention side by side (Vaswani et al. 2017), from query [L, N, E], key [S, N, kdim] and value [S, N, vdim] to [L, N, E] and the
 * weights [N, L, S] (or null). With batchFirst N comes first; without a batch it is left out.
 *
 * @example
 * const x = zeros([2, 10, 16]);
 * const [output, weights] = new MultiheadAttention(16, 4, { batchFirst: true }).call(x, x, x); // [2, 10, 16], [2, 10, 10]
 */
export class MultiheadAttention extends Module {
  readonly embedDim: number;
  readonly numHeads: number;
  readonly dropout: number;
  readonly addZeroAttn: boolean;
  readonly kdim: number;
  readonly vdim: number;
  readonly batchFirst: boolean;
  readonly inProjWeight: Parameter | null; // [3·E, E]
  readonly qProjWeight: Parameter | null; // [E, E], where kdim or vdim is not E
  readonly kProjWeight: Parameter | null; // [E, kdim]
  readonly vProjWeight: Parameter | null; // [E, vdim]
  readonly inProjBias: Parameter | null; // [3·E]
  readonly biasK: Parameter | null; // [1, 1, E]
  readonly biasV: Parameter | null; // [1, 1, E]
  readonly outProj: Linear;

  constructor(
    embedDim: number,
    numHeads: number,
    {
      dropout: p = 0,
      bias = true,
      addBiasKv = false,
      addZeroAttn = false,
      kdim = null,
      vdim = null,
      batchFirst = false,
      ...init
    }: MultiheadAttentionOptions = {},
  ) {
    super();
    if (!(embedDim > 0 && numHeads > 0 && embedDim % numHeads === 0))
      throw new IndexError(NAME, `${embedDim} features do not divide into ${numHeads} heads`);
    this.embedDim = embedDim;
    this.numHeads = numHeads;
    this.dropout = p;
    this.addZeroAttn = addZeroAttn;
    this.kdim = kdim ?? embedDim;
    this.vdim = vdim ?? embedDim;
    this.batchFirst = batchFirst;
    const xavier = (inSize: number, rows = 1): Parameter => parameter(xavierUniform_(zeros([rows * embedDim, inSize], init), init));
    const same = this.kdim === embedDim && this.vdim === embedDim;
    this.inProjWeight = same ? xavier(embedDim, 3) : null;
    this.qProjWeight = same ? null : xavier(embedDim);
    this.kProjWeight = same ? null : xavier(this.kdim);
    this.vProjWeight = same ? null : xavier(this.vdim);
    this.inProjBias = bias ? parameter(zeros([3 * embedDim], init)) : null;
    const extra = (): Parameter | null => (addBiasKv ? parameter(xavierNormal_(zeros([1, 1, embedDim], init), init)) : null);
    this.biasK = extra();
    this.biasV = extra();
    this.outProj = new Linear(embedDim, embedDim, { bias, ...init });
    noGrad(() => this.outProj.bias?.zero_());
  }

  forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    { keyPaddingMask = null, needWeights = true, attnMask = null, averageAttnWeights = true, isCausal = false }: AttentionCallOptions = {},
  ): [output: Tensor, weights: Tensor | null] {
    this.check(query, key, value);
    if (isCausal && !attnMask) throw new GradkitError(NAME, "isCausal only says what attnMask is. Give the causal mask as attnMask");
    return scope(() => {
      const batched = query.ndim === 3;
      const projected = this.project(query, key, value).map((x) => (batched ? x : x.unsqueeze(this.batchFirst ? 0 : 1)));
      const [q, k, v] = this.extend(projected as Heads).map((x) => this.heads(x)) as Heads;
      const mask = this.mask(q, k, keyPaddingMask, attnMask);
      const p = this.training ? this.dropout : 0;
      if (!needWeights) return [this.merge(scaledDotProductAttention(q, k, v, { attnMask: mask, dropoutP: p }), batched), null];
      const weights = dropout(attentionWeights(q, k, mask, 1 / Math.sqrt(this.embedDim / this.numHeads)), { p });
      const shown = averageAttnWeights ? weights.mean(1) : weights; // [N, L, S] or [N, H, L, S]
      return [this.merge(weights.matmul(v), batched), batched ? shown : shown.squeeze(0)];
    });
  }

  private check(query: Tensor, key: Tensor, value: Tensor): void {
    const got = `got query ${formatShape(query.shape)}, key ${formatShape(key.shape)}, value ${formatShape(value.shape)}`;
    const rank = query.ndim;
    const sameRank = (rank === 2 || rank === 3) && key.ndim === rank && value.ndim === rank;
    if (!sameRank) throw new ShapeError(NAME, `expected query, key and value with 3 dims each, or 2 without batch (${got})`);
    const features = [this.embedDim, this.kdim, this.vdim];
    if ([query, key, value].some((x, i) => x.shape.at(-1) !== features[i]))
      throw new ShapeError(NAME, `expected ${features.join(", ")} features (${got})`);
    if (formatShape(key.shape.slice(0, -1)) !== formatShape(value.shape.slice(0, -1)))
      throw new ShapeError(NAME, `key and value differ in length or batch (${got})`);
    const batchDim = this.batchFirst ? 0 : 1;
    if (rank === 3 && query.shape[batchDim] !== key.shape[batchDim])
      throw new ShapeError(NAME, `query and key differ in batch size (${got}). batchFirst is ${this.batchFirst}`);
  }

  /** What query, key and value become: one matmul where all three are the same tensor. */
  private project(query: Tensor, key: Tensor, value: Tensor): Tensor[] {
    const sizes = [this.embedDim, this.embedDim, this.embedDim];
    if (this.inProjWeight && query === key && key === value)
      return splitJointly(linear(query, this.inProjWeight, this.inProjBias), sizes, query.ndim - 1);
    const weights = this.inProjWeight ? splitJointly(this.inProjWeight, sizes, 0) : [this.qProjWeight, this.kProjWeight, this.vProjWeight];
    const biases = this.inProjBias ? splitJointly(this.inProjBias, sizes, 0) : [];
    return [query, key, value].map((x, i) => linear(x, weights[i] as Tensor, biases[i] ?? null));
  }

  /** The learned key and value, and those of zeros, behind the others. */
  private extend([q, k, v]: Heads): Heads {
    const time = this.batchFirst ? 1 : 0;
    const shape = k.shape.map((size, d) => (d === time ? 1 : size));
    const behind = (x: Tensor, learned: Parameter | null): Tensor => {
      const parts = [x];
      if (learned) parts.push(learned.expand(shape));
      if (this.addZeroAttn) parts.push(x.newZeros(shape));
      return parts.length === 1 ? x : cat(parts, time);
    };
    return [q, behind(k, this.biasK), behind(v, this.biasV)];
  }

  /** [N, T, E] or [T, N, E] to [N, H, T, E/H]. */
  private heads(x: Tensor): Tensor {
    const [first, second] = x.shape as [number, number];
    const apart = x.reshape(first, second, this.numHeads, this.embedDim / this.numHeads);
    return this.batchFirst ? apart.permute(0, 2, 1, 3) : apart.permute(1, 2, 0, 3);
  }

  /** [N, H, L, E/H] to the layout of the query, through the last projection. */
  private merge(x: Tensor, batched: boolean): Tensor {
    const [batch, , length] = x.shape as [number, number, number];
    const order = this.batchFirst ? x.permute(0, 2, 1, 3) : x.permute(2, 0, 1, 3);
    const shape = this.batchFirst ? [batch, length, this.embedDim] : [length, batch, this.embedDim];
    return linear(order.reshape(batched ? shape : [length, this.embedDim]), this.outProj.weight, this.outProj.bias);
  }

  /** Both masks as numbers that broadcast to [N, H, L, S]; keys that were added are seen by all. */
  private mask({ shape }: Tensor, k: Tensor, keyPaddingMask: Tensor | null, attnMask: Tensor | null): Tensor | null {
    const [batch, heads, queries] = shape as [number, number, number];
    const added = Number(this.biasK !== null) + Number(this.addZeroAttn);
    const keys = (k.shape[2] as number) - added;
    const masks: Tensor[] = [];
    if (attnMask) {
      const sizes = attnMask.ndim === 3 ? [batch * heads, queries, keys] : [queries, keys];
      masks.push(this.additive(attnMask, "attnMask", sizes).reshape(attnMask.ndim === 3 ? [batch, heads, queries, keys] : sizes));
    }
    if (keyPaddingMask) {
      const sizes = keyPaddingMask.ndim === 1 && batch === 1 ? [keys] : [batch, keys];
      masks.push(this.additive(keyPaddingMask, "keyPaddingMask", sizes).reshape(batch, 1, 1, keys));
    }
    const [first, second] = masks;
    const mask = first && second ? first.add(second) : (first ?? null);
    return mask && added > 0 ? pad(mask, [0, added]) : mask;
  }

  private additive(mask: Tensor, what: string, sizes: readonly number[]): Tensor {
    if (formatShape(mask.shape) !== formatShape(sizes))
      throw new ShapeError(NAME, `${what} must be ${formatShape(sizes)} (got ${formatShape(mask.shape)})`);
    return additiveMask(NAME, mask, false);
  }
}
