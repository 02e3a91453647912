// FusedKernels.convInputGrad: an invocation computes one position of four neighbouring input channels, from all windows that contain it.
import type { FusedKernels } from "@gradkit/tensor/backend";
import type { Kernel } from "../pipelines.ts";
import { channelTile as tile, tiles } from "./channel-tile.ts";
import { launch } from "./launch.ts";
import type { Target } from "./target.ts";

export function createConvInputGrad(target: Target): FusedKernels["convInputGrad"] {
  const kernels = new Map<string, Kernel>();
  return (dy, weight, dx, { stride, padding, dilation, groups }) => {
    if (dx.dtype !== "float32") return false;
    const [images, channels, height, width] = dx.shape as [number, number, number, number];
    const groupChannels = channels / groups;
    const groupTiles = tiles(groupChannels);
    launch(target, kernels, {
      label: "convInputGrad",
      variant: "",
      views: [dy, weight, dx],
      firstOutput: 2,
      count: images * groups * groupTiles * height * width,
      words: [
        ...[groups, groupTiles, groupChannels, height, width, (dy.shape[1] as number) / groups],
        ...dy.shape.slice(2),
        ...weight.shape.slice(2),
        ...dy.strides,
        ...weight.strides,
        ...[...stride, ...padding, ...dilation],
      ],
      emit({ writer, words, offsets }) {
        const [group, groupTile, groupIn, h, w, outputs, oh, ow, kh, kw, gn, gc, gy, gx, wo, wc, wy, wx, ...rest] = words;
        const [strideY, strideX, padY, padX, dilY, dilX] = rest;
        const weightAt = (t: number): string => `weights + channel${t} * ${wc}`;
        const main = `let ix = i % ${w};
  let iy = (i / ${w}) % ${h};
  let part = (i / (${w} * ${h})) % ${groupTile};
  let group = (i / (${w} * ${h} * ${groupTile})) % ${group};
  let n = i / (${w} * ${h} * ${groupTile} * ${group});
  let left = ${groupIn} - part * ${tile.size};
  ${tile.map((t) => `let channel${t} = part * ${tile.size} + min(${t}, left - 1);`)}
  ${tile.map((t) => `var s${t} = 0.0;`)}
  for (var ky = 0; ky < ${kh}; ky++) {
    let top = iy + ${padY} - ky * ${dilY};
    if (top < 0 || top % ${strideY} != 0 || top / ${strideY} >= ${oh}) { continue; }
    for (var kx = 0; kx < ${kw}; kx++) {
      let start = ix + ${padX} - kx * ${dilX};
      if (start < 0 || start % ${strideX} != 0 || start / ${strideX} >= ${ow}) { continue; }
      let window = ${offsets[0]} + n * ${gn} + (top / ${strideY}) * ${gy} + (start / ${strideX}) * ${gx};
      for (var o = group * ${outputs}; o < (group + 1) * ${outputs}; o++) {
        let gradient = ${writer.load(0, `window + o * ${gc}`)};
        let weights = ${offsets[1]} + o * ${wo} + ky * ${wy} + kx * ${wx};
        ${tile.map((t) => `s${t} = fma(gradient, ${writer.load(1, weightAt(t))}, s${t});`)}
      }
    }
  }
  let place = ${offsets[2]} + (((n * ${group} + group) * ${groupIn} + part * ${tile.size}) * ${h} + iy) * ${w} + ix;
  ${tile.map((t) => `if (${t} < left) { ${writer.store(2, `place + ${t} * ${h} * ${w}`, `s${t}`, "float")} }`)}`;
        return { main };
      },
    });
    return true;
  };
}
