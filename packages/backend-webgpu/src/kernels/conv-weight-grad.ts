// FusedKernels.convWeightGrad: an invocation computes one weight's gradient for four neighbouring output channels, from every n-th image;
// a reduction adds these parts. Each row of positions is summed by itself, so that long sums stay exact.
import { type Backend, contiguousStrides, type FusedKernels, formula, input, numel, type View } from "@gradkit/tensor/backend";
import type { Kernel } from "../pipelines.ts";
import { channelTile as tile, tiles } from "./channel-tile.ts";
import { launch } from "./launch.ts";
import type { Target } from "./target.ts";

/** Images are shared out until there are so many invocations. */
const busyInvocations = 8192;
const asIs = formula(["float"], [], [input(0, "float")]);

export function createConvWeightGrad(target: Target, reduce: Backend["reduce"]): FusedKernels["convWeightGrad"] {
  const kernels = new Map<string, Kernel>();
  return (dy, x, dweight, { stride, padding, dilation, groups }) => {
    if (dweight.dtype !== "float32") return false;
    const weights = numel(dweight.shape);
    if (weights === 0) return true;
    const [outputs, channels, kernelHeight, kernelWidth] = dweight.shape as [number, number, number, number];
    const images = dy.shape[0] as number;
    const groupTiles = tiles(outputs / groups);
    const invocations = groups * groupTiles * channels * kernelHeight * kernelWidth;
    const parts = Math.max(1, Math.min(images, Math.ceil(busyInvocations / invocations)));
    const buffer = parts > 1 ? target.pool.allocate(4 * parts * weights) : dweight.buffer;
    const partial: View = { buffer, dtype: "float32", shape: [weights, parts], strides: [1, weights], offset: parts > 1 ? 0 : dweight.offset };
    launch(target, kernels, {
      label: "convWeightGrad",
      variant: "",
      views: [dy, x, partial],
      firstOutput: 2,
      count: parts * invocations,
      words: [
        ...[parts, images, groups, groupTiles, outputs / groups, channels, kernelHeight, kernelWidth],
        ...dy.shape.slice(2),
        ...x.shape.slice(2),
        ...dy.strides,
        ...x.strides,
        ...[...stride, ...padding, ...dilation],
      ],
      emit({ writer, words, offsets }) {
        const [part, n, group, groupTile, groupOut, c, kh, kw, oh, ow, h, w, gn, gc, gy, gx, xn, xc, xy, xx, ...rest] = words;
        const [strideY, strideX, padY, padX, dilY, dilX] = rest;
        const main = `let kx = i % ${kw};
  let ky = (i / ${kw}) % ${kh};
  let c = (i / (${kw} * ${kh})) % ${c};
  let above = i / (${kw} * ${kh} * ${c});
  let tile = above % ${groupTile};
  let group = (above / ${groupTile}) % ${group};
  let part = above / (${groupTile} * ${group});
  let left = ${groupOut} - tile * ${tile.size};
  let output = group * ${groupOut} + tile * ${tile.size};
  ${tile.map((t) => `let channel${t} = (output + min(${t}, left - 1)) * ${gc};`)}
  ${tile.map((t) => `var s${t} = 0.0;`)}
  for (var n = part; n < ${n}; n += ${part}) {
    let plane = ${offsets[1]} + n * ${xn} + (group * ${c} + c) * ${xc};
    for (var oy = 0; oy < ${oh}; oy++) {
      let iy = oy * ${strideY} - ${padY} + ky * ${dilY};
      if (iy < 0 || iy >= ${h}) { continue; }
      ${tile.map((t) => `var r${t} = 0.0;`)}
      for (var ox = 0; ox < ${ow}; ox++) {
        let ix = ox * ${strideX} - ${padX} + kx * ${dilX};
        if (ix < 0 || ix >= ${w}) { continue; }
        let value = ${writer.load(1, `plane + iy * ${xy} + ix * ${xx}`)};
        let gradients = ${offsets[0]} + n * ${gn} + oy * ${gy} + ox * ${gx};
        ${tile.map((t) => `r${t} = fma(value, ${writer.load(0, `gradients + channel${t}`)}, r${t});`)}
      }
      ${tile.map((t) => `s${t} += r${t};`)}
    }
  }
  let size = ${c} * ${kh} * ${kw};
  let place = ${offsets[2]} + (part * ${group} * ${groupOut} + output) * size + (c * ${kh} + ky) * ${kw} + kx;
  ${tile.map((t) => `if (${t} < left) { ${writer.store(2, `place + ${t} * size`, `s${t}`, "float")} }`)}`;
        return { main };
      },
    });
    if (parts > 1) {
      const out: View = { buffer: dweight.buffer, dtype: "float32", shape: [weights, 1], strides: contiguousStrides([weights, 1]), offset: dweight.offset };
      reduce("sum", asIs, [partial], [], [out], [1]);
      target.pool.release(buffer as never);
    }
    return true;
  };
}
