// FusedKernels.convWeightGrad: an invocation computes four neighbouring output channels of four neighbouring weights, from every n-th image; a
// reduction adds these parts. Each row of positions is summed by itself, so that long sums stay exact.
import { type Backend, type Buffer, contiguousStrides, type FusedKernels, formula, input, numel, type View } from "@gradkit/tensor/backend";
import type { WebGpuBuffer } from "../buffers.ts";
import type { Kernel } from "../pipelines.ts";
import { launch } from "./launch.ts";
import { each, eachPair, tileSize, tiles } from "./register-tile.ts";
import type { Target } from "./target.ts";

/** Images are shared out until there are so many invocations. */
const busyInvocations = 4096;
const asIs = formula(["float"], [], [input(0, "float")]);

export function createConvWeightGrad(target: Target, reduce: Backend["reduce"]): FusedKernels["convWeightGrad"] {
  const kernels = new Map<string, Kernel>();
  return (dy, x, dweight, { stride, padding, dilation, groups }) => {
    if (dweight.dtype !== "float32") return false;
    const count = numel(dweight.shape);
    if (count === 0) return true;
    const [outputs, , kernelHeight, kernelWidth] = dweight.shape as [number, number, number, number];
    const images = dy.shape[0] as number;
    const filter = count / outputs; // weights of one output channel
    const [channelTiles, weightTiles] = [tiles(outputs / groups), tiles(filter)];
    const invocations = groups * channelTiles * weightTiles;
    const parts = Math.max(1, Math.min(images, Math.ceil(busyInvocations / invocations)));
    const scratch: WebGpuBuffer | null = parts > 1 ? target.pool.allocate(4 * parts * count) : null;
    const buffer: Buffer = scratch ?? dweight.buffer;
    const partial: View = { buffer, dtype: "float32", shape: [count, parts], strides: [1, count], offset: scratch ? 0 : dweight.offset };
    launch(target, kernels, {
      label: "convWeightGrad",
      variant: "",
      views: [dy, x, partial],
      firstOutput: 2,
      count: parts * invocations,
      words: [
        ...[parts, images, groups, channelTiles, weightTiles, outputs / groups, filter, kernelHeight, kernelWidth],
        ...dy.shape.slice(2),
        ...x.shape.slice(2),
        ...dy.strides,
        ...x.strides,
        ...[...stride, ...padding, ...dilation],
      ],
      emit({ writer, words, offsets }) {
        const [part, n, group, channelTile, weightTile, groupOut, size, kh, kw, oh, ow, h, w, gn, gc, gy, gx, xn, xc, xy, xx, ...rest] =
          words;
        const [strideY, strideX, padY, padX, dilY, dilX] = rest;
        const place = (r: number, c: number): string => `place + ${r} * ${size} + ${c}`;
        const main = `let firstWeight = (i % ${weightTile}) * ${tileSize};
  var above = i / ${weightTile};
  let tile = (above % ${channelTile}) * ${tileSize};
  above = above / ${channelTile};
  let group = above % ${group};
  let part = above / ${group};
  let left = ${groupOut} - tile;
  let output = group * ${groupOut} + tile;
  ${each((r) => `let channel${r} = (output + min(${r}, left - 1)) * ${gc};`)}
  ${each((c) => `let weight${c} = min(firstWeight + ${c}, ${size} - 1);`)}
  ${each((c) => `let plane${c} = ${offsets[1]} + (group * (${size} / (${kh} * ${kw})) + weight${c} / (${kh} * ${kw})) * ${xc};`)}
  ${each((c) => `let top${c} = (weight${c} / ${kw}) % ${kh} * ${dilY} - ${padY};`)}
  ${each((c) => `let start${c} = weight${c} % ${kw} * ${dilX} - ${padX};`)}
  ${eachPair((r, c) => `var s${r}${c} = 0.0;`)}
  for (var n = part; n < ${n}; n += ${part}) {
    for (var oy = 0; oy < ${oh}; oy++) {
      ${each((c) => `let iy${c} = oy * ${strideY} + top${c};`)}
      ${each((c) => `let row${c} = plane${c} + n * ${xn} + clamp(iy${c}, 0, ${h} - 1) * ${xy};`)}
      ${each((c) => `let within${c} = iy${c} >= 0 && iy${c} < ${h};`)}
      ${eachPair((r, c) => `var r${r}${c} = 0.0;`)}
      for (var ox = 0; ox < ${ow}; ox++) {
        ${each((c) => `let ix${c} = ox * ${strideX} + start${c};`)}
        ${each((c) => `let x${c} = select(0.0, ${writer.load(1, `row${c} + clamp(ix${c}, 0, ${w} - 1) * ${xx}`)}, within${c} && ix${c} >= 0 && ix${c} < ${w});`)}
        let gradients = ${offsets[0]} + n * ${gn} + oy * ${gy} + ox * ${gx};
        ${each((r) => `let g${r} = ${writer.load(0, `gradients + channel${r}`)};`)}
        ${eachPair((r, c) => `r${r}${c} = fma(g${r}, x${c}, r${r}${c});`)}
      }
      ${eachPair((r, c) => `s${r}${c} += r${r}${c};`)}
    }
  }
  let place = ${offsets[2]} + (part * ${group} * ${groupOut} + output) * ${size} + firstWeight;
  ${eachPair((r, c) => `if (${r} < left && firstWeight + ${c} < ${size}) { ${writer.store(2, place(r, c), `s${r}${c}`, "float")} }`)}`;
        return { main };
      },
    });
    if (!scratch) return true;
    const shape = [count, 1];
    const out: View = { buffer: dweight.buffer, dtype: "float32", shape, strides: contiguousStrides(shape), offset: dweight.offset };
    reduce("sum", asIs, [partial], [], [out], [1]);
    target.pool.release(scratch);
    return true;
  };
}
