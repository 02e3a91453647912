// Movement ops: their gradients move back. What a view left out gets zeros, what it showed twice gets the sum.
import * as ops from "@gradkit/tensor";
import { arange, indexAdd, movedim, type Shape, type Tensor } from "@gradkit/tensor";
import {
  type DiagonalAttrs,
  type EmbedAttrs,
  embed as embedding,
  type SliceAttrs,
  sliceBy,
  type UnfoldAttrs,
  type ViewName,
} from "@gradkit/tensor/recorder";
import { sumTo } from "../sum-to.ts";
import { infoOf, type Vjp } from "../vjp.ts";

const reads: Vjp<never>["reads"] = [];

export const expand: Vjp<{ shape: Shape }> = {
  reads,
  gradients: (g, call) => [sumTo(g, infoOf(call, 0).shape)],
};

export const permute: Vjp<{ dims: readonly number[] }> = {
  reads,
  gradients: (g, { attrs: { dims } }) => [
    ops.permute(
      g,
      dims.map((_, d) => dims.indexOf(d)),
    ),
  ],
};

export const flip: Vjp<{ dims: readonly number[] }> = {
  reads,
  gradients: (g, { attrs: { dims } }) => [ops.flip(g, dims)],
};

export const reshape: Vjp<{ shape: Shape }> = {
  reads,
  gradients: (g, call) => [ops.reshape(g, infoOf(call, 0).shape)],
};

/** Zeros everywhere but where the view looked. */
const embedded = (view: ViewName): Vjp<unknown> => ({
  reads,
  gradients: (g, call) => [embedding(g, { shape: infoOf(call, 0).shape, fill: 0, view, attrs: call.attrs })],
});

export const slice: Vjp<SliceAttrs> = embedded("slice");
export const diagonal: Vjp<DiagonalAttrs> = embedded("diagonal");

/** Windows may overlap: every element gets the sum over the windows that show it. */
export const unfold: Vjp<UnfoldAttrs> = {
  reads,
  gradients(g, call) {
    const { dim, size, step } = call.attrs;
    const { shape } = infoOf(call, 0);
    const count = g.shape[dim] as number;
    const { device } = g;
    const positions = arange(count, { device }).mul(step).view(count, 1).add(arange(size, { device }));
    const parts = ops.reshape(
      movedim(g, -1, dim + 1),
      shape.map((length, d) => (d === dim ? count * size : length)),
    );
    return [indexAdd(g.newZeros(shape), dim, positions.view(-1), parts)];
  },
};

/** The views again, as ops: the transpose of an embedding. */
const looks: { readonly [Name in ViewName]?: (x: Tensor, attrs: never) => Tensor } = {
  slice: sliceBy,
  diagonal: (x, attrs: DiagonalAttrs) => ops.diagonal(x, attrs),
  unfold: (x, { dim, size, step }: UnfoldAttrs) => ops.unfold(x, dim, size, step),
};

export const embed: Vjp<EmbedAttrs> = {
  reads,
  gradients: (g, { attrs: { view, attrs } }) => [(looks[view] as (x: Tensor, attrs: unknown) => Tensor)(g, attrs)],
};
