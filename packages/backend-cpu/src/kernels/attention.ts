// FusedKernels.attention and its gradient: products of one head, and what happens to the rows of its scores in between.
import type { Backend, FusedKernels, View } from "@gradkit/tensor/backend";
import type { Memory } from "../memory.ts";
import {
  BlockProducts,
  HeadMatrices,
  type HeadSizes,
  productShape,
  type QueryBlock,
  queryBlocks,
  shareHeads,
  withMask,
} from "./attention-heads.ts";
import {
  type AttentionScoreGrads,
  type AttentionVariant,
  type AttentionWeights,
  compileAttentionScoreGrads,
  compileAttentionWeights,
} from "./attention-rows.ts";
import { addressOf } from "./elements.ts";
import { floatBits } from "./float-bits.ts";
import { type MatrixLayout, type MatrixProduct, rowGap, transposed } from "./matrix-product.ts";

const variantIndex = ({ masked, causal, logarithms }: AttentionVariant): number =>
  (masked ? 1 : 0) + (causal ? 2 : 0) + (logarithms ? 4 : 0);

const sizesOf = (q: View, k: View, v: View): HeadSizes => ({
  queries: q.shape[1] as number,
  keys: k.shape[1] as number,
  features: q.shape[3] as number,
  valueFeatures: v.shape[3] as number,
});

const declines = ({ dtype, shape }: View, { features }: HeadSizes): boolean => dtype !== "float32" || shape.includes(0) || features === 0;

/** The matrices [L, S] of heads in a mask or in kept weights [N, H, L, S]. */
const scoreMatrices = (view: View): HeadMatrices => new HeadMatrices(view, [0, 2, 1, 3]);

/** Where the logarithms [N, H, L] of a head begin. */
const logarithmsAt = (view: View, n: number, h: number): number =>
  addressOf(view) + 4 * (n * (view.strides[0] as number) + h * (view.strides[1] as number));

export function createAttention(
  memory: Memory,
  map: Backend["map"],
  product: MatrixProduct,
): Pick<FusedKernels, "attention" | "attentionGrad"> {
  const weightKernels: AttentionWeights[] = [];
  const gradKernels: AttentionScoreGrads[] = [];

  const attention: FusedKernels["attention"] = (q, k, v, givenMask, y, kept, { scale, causal, keeps }) => {
    const sizes = sizesOf(q, k, v);
    if (declines(y, sizes)) return false;
    const variant = { masked: givenMask !== null, causal, logarithms: keeps === "logsumexp" };
    weightKernels[variantIndex(variant)] ??= compileAttentionWeights(memory, variant);
    const weigh = weightKernels[variantIndex(variant)] as AttentionWeights;
    const { features, valueFeatures } = sizes;
    const blocks = queryBlocks(sizes, causal);
    const rowBytes = 4 * sizes.keys + (variant.logarithms ? rowGap : 0);
    const [qs, ks, vs, ys] = [q, k, v, y].map((view) => new HeadMatrices(view)) as [HeadMatrices, HeadMatrices, HeadMatrices, HeadMatrices];
    const layout = { rowStride: rowBytes, columnStride: 4 };
    const shapes = ({ count, keys }: QueryBlock) => [
      productShape([count, keys, features], qs.layout, transposed(ks.layout), rowBytes),
      productShape([count, valueFeatures, keys], layout, vs.layout, ys.layout.rowStride),
    ];
    return withMask(memory, map, givenMask, (mask) => {
      const masks = mask && scoreMatrices(mask);
      const weights = variant.logarithms ? null : scoreMatrices(kept);
      shareHeads(memory, q.shape[0] as number, q.shape[2] as number, sizes, 2, (eachHead) => {
        const products = new BlockProducts(memory, product, shapes);
        const scratch = weights ? null : memory.allocate((blocks[0] as QueryBlock).count * rowBytes);
        eachHead((n, h) => {
          for (const block of blocks) {
            const { first, count, keys } = block;
            const [scores, values] = products.of(block);
            const at = scratch ? scratch.pointer : (weights as HeadMatrices).at(n, h) + first * rowBytes;
            scores?.run(qs.at(n, h) + first * qs.layout.rowStride, ks.at(n, h), at);
            const maskRow = masks ? masks.layout.rowStride : 0;
            const maskAt = masks ? masks.at(n, h) + first * maskRow : 0;
            const logsAt = weights ? 0 : logarithmsAt(kept, n, h) + 4 * first;
            weigh(count, keys, weights ? sizes.keys : keys, at, rowBytes, maskAt, maskRow, logsAt, first, floatBits(scale));
            values?.run(at, vs.at(n, h), ys.at(n, h) + first * ys.layout.rowStride);
          }
        });
        products.release();
        if (scratch) memory.release(scratch);
      });
    });
  };

  const attentionGrad: FusedKernels["attentionGrad"] = (dy, q, k, v, givenMask, kept, dq, dk, dv, { scale, causal, keeps }) => {
    const sizes = sizesOf(q, k, v);
    if (declines(dy, sizes)) return false;
    const logarithms = keeps === "logsumexp";
    const variant = { masked: givenMask !== null && logarithms, causal, logarithms };
    gradKernels[variantIndex(variant)] ??= compileAttentionScoreGrads(memory, variant);
    const differentiate = gradKernels[variantIndex(variant)] as AttentionScoreGrads;
    const { features, valueFeatures } = sizes;
    // From the last queries on, which see the most keys: so all of dk and dv is written before anything is added to it.
    const blocks = queryBlocks(sizes, causal)
      .reverse()
      .map((block, position) => (position === 0 ? { ...block, keys: sizes.keys, adds: false } : { ...block, adds: true }));
    const dBytes = 4 * sizes.keys + rowGap;
    const weightBytes = logarithms ? dBytes : 4 * sizes.keys;
    const [ds, ws] = [dBytes, weightBytes].map((rowStride) => ({ rowStride, columnStride: 4 })) as [MatrixLayout, MatrixLayout];
    const [dys, qs, ks, vs] = [dy, q, k, v].map((view) => new HeadMatrices(view)) as [
      HeadMatrices,
      HeadMatrices,
      HeadMatrices,
      HeadMatrices,
    ];
    const [dqs, dks, dvs] = [dq, dk, dv].map((view) => new HeadMatrices(view)) as [HeadMatrices, HeadMatrices, HeadMatrices];
    const shapes = ({ count, keys, adds }: (typeof blocks)[number]) => [
      productShape([count, keys, valueFeatures], dys.layout, transposed(vs.layout), dBytes),
      productShape([keys, valueFeatures, count], transposed(ws), dys.layout, dvs.layout.rowStride, adds),
      productShape([keys, features, count], transposed(ds), qs.layout, dks.layout.rowStride, adds),
      productShape([count, features, keys], ds, ks.layout, dqs.layout.rowStride),
      ...(logarithms ? [productShape([count, keys, features], qs.layout, transposed(ks.layout), weightBytes)] : []),
    ];
    return withMask(memory, map, logarithms ? givenMask : null, (mask) => {
      const masks = mask && scoreMatrices(mask);
      const weights = logarithms ? null : scoreMatrices(kept);
      shareHeads(memory, q.shape[0] as number, q.shape[2] as number, sizes, logarithms ? 5 : 4, (eachHead) => {
        const products = new BlockProducts(memory, product, shapes);
        const most = Math.max(...blocks.map(({ count }) => count));
        const scratch = weights ? null : memory.allocate(most * weightBytes);
        const grads = memory.allocate(most * dBytes);
        eachHead((n, h) => {
          for (const block of blocks) {
            const { first, count, keys } = block;
            const [dWeights, toV, toK, toQ, scores] = products.of(block);
            const at = scratch ? scratch.pointer : (weights as HeadMatrices).at(n, h) + first * weightBytes;
            const [qAt, dyAt] = [qs.at(n, h) + first * qs.layout.rowStride, dys.at(n, h) + first * dys.layout.rowStride];
            scores?.run(qAt, ks.at(n, h), at);
            dWeights?.run(dyAt, vs.at(n, h), grads.pointer);
            const maskRow = masks ? masks.layout.rowStride : 0;
            const maskAt = masks ? masks.at(n, h) + first * maskRow : 0;
            const logsAt = logarithms ? logarithmsAt(kept, n, h) + 4 * first : 0;
            differentiate(count, keys, at, weightBytes, maskAt, maskRow, logsAt, first, floatBits(scale), grads.pointer, dBytes);
            toV?.run(at, dyAt, dvs.at(n, h));
            toK?.run(grads.pointer, qAt, dks.at(n, h));
            toQ?.run(grads.pointer, ks.at(n, h), dqs.at(n, h) + first * dqs.layout.rowStride);
          }
        });
        products.release();
        if (scratch) memory.release(scratch);
        memory.release(grads);
      });
    });
  };
  return { attention, attentionGrad };
}
