// FusedKernels.convInputGrad: an invocation computes four neighbouring input channels at four neighbouring positions of a row, from all windows
// that contain them.
import type { FusedKernels } from "@gradkit/tensor/backend";
import type { Kernel } from "../pipelines.ts";
import { launch } from "./launch.ts";
import { each, eachPair, tileSize, tiles } from "./register-tile.ts";
import type { Target } from "./target.ts";

export function createConvInputGrad(target: Target): FusedKernels["convInputGrad"] {
  const kernels = new Map<string, Kernel>();
  return (dy, weight, dx, { stride, padding, dilation, groups }) => {
    if (dx.dtype !== "float32") return false;
    const [images, channels, height, width] = dx.shape as [number, number, number, number];
    const groupChannels = channels / groups;
    const [channelTiles, columnTiles] = [tiles(groupChannels), tiles(width)];
    launch(target, kernels, {
      label: "convInputGrad",
      variant: "",
      views: [dy, weight, dx],
      firstOutput: 2,
      count: images * groups * channelTiles * height * columnTiles,
      words: [
        ...[groups, channelTiles, columnTiles, groupChannels, height, width, (dy.shape[1] as number) / groups],
        ...dy.shape.slice(2),
        ...weight.shape.slice(2),
        ...dy.strides,
        ...weight.strides,
        ...[...stride, ...padding, ...dilation],
      ],
      emit({ writer, words, offsets }) {
        const [group, channelTile, columnTile, groupIn, h, w, outputs, oh, ow, kh, kw, gn, gc, gy, gx, wo, wc, wy, wx, ...rest] = words;
        const [strideY, strideX, padY, padX, dilY, dilX] = rest;
        const inside = (c: number): string => `from${c} >= 0 && from${c} % ${strideX} == 0 && from${c} / ${strideX} < ${ow}`;
        const place = (r: number, c: number): string => `place + ${r} * ${h} * ${w} + ${c}`;
        const main = `let ix = (i % ${columnTile}) * ${tileSize};
  var above = i / ${columnTile};
  let iy = above % ${h};
  above = above / ${h};
  let part = (above % ${channelTile}) * ${tileSize};
  above = above / ${channelTile};
  let group = above % ${group};
  let n = above / ${group};
  let left = ${groupIn} - part;
  ${each((r) => `let channel${r} = (part + min(${r}, left - 1)) * ${wc};`)}
  ${eachPair((r, c) => `var s${r}${c} = 0.0;`)}
  for (var ky = 0; ky < ${kh}; ky++) {
    let top = iy + ${padY} - ky * ${dilY};
    if (top < 0 || top % ${strideY} != 0 || top / ${strideY} >= ${oh}) { continue; }
    for (var kx = 0; kx < ${kw}; kx++) {
      let row = ${offsets[0]} + n * ${gn} + (top / ${strideY}) * ${gy};
      ${each((c) => `let from${c} = ix + ${c} + ${padX} - kx * ${dilX};`)}
      ${each((c) => `let inside${c} = ${inside(c)};`)}
      ${each((c) => `let window${c} = row + clamp(from${c} / ${strideX}, 0, ${ow} - 1) * ${gx};`)}
      for (var o = group * ${outputs}; o < (group + 1) * ${outputs}; o++) {
        ${each((c) => `let g${c} = select(0.0, ${writer.load(0, `window${c} + o * ${gc}`)}, inside${c});`)}
        let weights = ${offsets[1]} + o * ${wo} + ky * ${wy} + kx * ${wx};
        ${each((r) => `let w${r} = ${writer.load(1, `weights + channel${r}`)};`)}
        ${eachPair((r, c) => `s${r}${c} = fma(w${r}, g${c}, s${r}${c});`)}
      }
    }
  }
  let place = ${offsets[2]} + (((n * ${group} + group) * ${groupIn} + part) * ${h} + iy) * ${w} + ix;
  ${eachPair((r, c) => `if (${r} < left && ix + ${c} < ${w}) { ${writer.store(2, place(r, c), `s${r}${c}`, "float")} }`)}`;
        return { main };
      },
    });
    return true;
  };
}
