// FusedKernels.conv: an invocation computes four neighbouring output channels at four neighbouring positions of a row.
import type { FusedKernels } from "@gradkit/tensor/backend";
import type { Kernel } from "../pipelines.ts";
import { launch } from "./launch.ts";
import { each, eachPair, tileSize, tiles } from "./register-tile.ts";
import type { Target } from "./target.ts";

export function createConv(target: Target): FusedKernels["conv"] {
  const kernels = new Map<string, Kernel>();
  return (x, weight, bias, y, { stride, padding, dilation, groups }) => {
    if (y.dtype !== "float32") return false;
    const [images, outputs, outHeight, outWidth] = y.shape as [number, number, number, number];
    const groupOutputs = outputs / groups;
    const [channelTiles, columnTiles] = [tiles(groupOutputs), tiles(outWidth)];
    launch(target, kernels, {
      label: "conv",
      variant: bias ? "bias" : "plain",
      views: [x, weight, ...(bias ? [bias] : []), y],
      firstOutput: bias ? 3 : 2,
      count: images * groups * channelTiles * outHeight * columnTiles,
      words: [
        ...[groups, channelTiles, columnTiles, groupOutputs, outHeight, outWidth],
        ...weight.shape.slice(1),
        ...x.shape.slice(2),
        ...x.strides,
        ...weight.strides,
        ...[...stride, ...padding, ...dilation, bias?.strides[0] ?? 0],
      ],
      emit({ writer, words, offsets }) {
        const [group, channelTile, columnTile, groupOut, oh, ow, channels, kh, kw, height, width, xn, xc, xy, xx, wo, wc, wy, wx, ...rest] =
          words;
        const [strideY, strideX, padY, padX, dilY, dilX, biasStep] = rest;
        const out = bias ? 3 : 2;
        const start = (r: number): string => (bias ? writer.load(2, `${offsets[2]} + (output + channel${r}) * ${biasStep}`) : "0.0");
        const place = (r: number, c: number): string => `place + ${r} * ${oh} * ${ow} + ${c}`;
        const main = `let ox = (i % ${columnTile}) * ${tileSize};
  var above = i / ${columnTile};
  let oy = above % ${oh};
  above = above / ${oh};
  let part = (above % ${channelTile}) * ${tileSize};
  above = above / ${channelTile};
  let group = above % ${group};
  let n = above / ${group};
  let left = ${groupOut} - part;
  let output = group * ${groupOut} + part;
  ${each((r) => `let channel${r} = min(${r}, left - 1);`)}
  ${each((r) => `let start${r} = ${start(r)};`)}
  ${eachPair((r, c) => `var s${r}${c} = start${r};`)}
  for (var c = 0; c < ${channels}; c++) {
    let plane = ${offsets[0]} + n * ${xn} + (group * ${channels} + c) * ${xc};
    for (var ky = 0; ky < ${kh}; ky++) {
      let iy = oy * ${strideY} - ${padY} + ky * ${dilY};
      if (iy < 0 || iy >= ${height}) { continue; }
      let row = plane + iy * ${xy};
      let weights = ${offsets[1]} + output * ${wo} + c * ${wc} + ky * ${wy};
      for (var kx = 0; kx < ${kw}; kx++) {
        let first = ox * ${strideX} - ${padX} + kx * ${dilX};
        ${each((c) => `let ix${c} = first + ${c} * ${strideX};`)}
        ${each((c) => `let x${c} = select(0.0, ${writer.load(0, `row + clamp(ix${c}, 0, ${width} - 1) * ${xx}`)}, ix${c} >= 0 && ix${c} < ${width});`)}
        ${each((r) => `let w${r} = ${writer.load(1, `weights + kx * ${wx} + channel${r} * ${wo}`)};`)}
        ${eachPair((r, c) => `s${r}${c} = fma(w${r}, x${c}, s${r}${c});`)}
      }
    }
  }
  let place = ${offsets[out]} + ((n * ${group} * ${groupOut} + output) * ${oh} + oy) * ${ow} + ox;
  ${eachPair((r, c) => `if (${r} < left && ox + ${c} < ${ow}) { ${writer.store(out, place(r, c), `s${r}${c}`, "float")} }`)}`;
        return { main };
      },
    });
    return true;
  };
}
