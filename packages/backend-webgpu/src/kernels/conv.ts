// FusedKernels.conv: an invocation computes one position of four neighbouring output channels, so that each input element serves four.
import { type FusedKernels, numel } from "@gradkit/tensor/backend";
import type { Kernel } from "../pipelines.ts";
import { channelTile as tile, tiles } from "./channel-tile.ts";
import { launch } from "./launch.ts";
import type { Target } from "./target.ts";

export function createConv(target: Target): FusedKernels["conv"] {
  const kernels = new Map<string, Kernel>();
  return (x, weight, bias, y, { stride, padding, dilation, groups }) => {
    if (y.dtype !== "float32") return false;
    const [, outputs, outHeight, outWidth] = y.shape as [number, number, number, number];
    const groupOutputs = outputs / groups;
    const groupTiles = tiles(groupOutputs);
    launch(target, kernels, {
      label: "conv",
      variant: bias ? "bias" : "plain",
      views: [x, weight, ...(bias ? [bias] : []), y],
      firstOutput: bias ? 3 : 2,
      count: (y.shape[0] as number) * groups * groupTiles * outHeight * outWidth,
      words: [
        ...[groups, groupTiles, groupOutputs, outHeight, outWidth],
        ...weight.shape.slice(1),
        ...x.shape.slice(2),
        ...x.strides,
        ...weight.strides,
        ...[...stride, ...padding, ...dilation, bias?.strides[0] ?? 0],
      ],
      emit({ writer, words, offsets }) {
        const [group, groupTile, groupOut, oh, ow, channels, kh, kw, height, width, xn, xc, xy, xx, wo, wc, wy, wx, ...rest] = words;
        const [strideY, strideX, padY, padX, dilY, dilX, biasStep] = rest;
        const out = bias ? 3 : 2;
        const start = (t: number): string => (bias ? writer.load(2, `${offsets[2]} + (output + channel${t}) * ${biasStep}`) : "0.0");
        const weightAt = (t: number): string => `weights + channel${t} * ${wo}`;
        const main = `let ox = i % ${ow};
  let oy = (i / ${ow}) % ${oh};
  let part = (i / (${ow} * ${oh})) % ${groupTile};
  let group = (i / (${ow} * ${oh} * ${groupTile})) % ${group};
  let n = i / (${ow} * ${oh} * ${groupTile} * ${group});
  let left = ${groupOut} - part * ${tile.size};
  let output = group * ${groupOut} + part * ${tile.size};
  ${tile.map((t) => `let channel${t} = min(${t}, left - 1);`)}
  ${tile.map((t) => `var s${t} = ${start(t)};`)}
  for (var c = 0; c < ${channels}; c++) {
    let plane = ${offsets[0]} + n * ${xn} + (group * ${channels} + c) * ${xc};
    for (var ky = 0; ky < ${kh}; ky++) {
      let iy = oy * ${strideY} - ${padY} + ky * ${dilY};
      if (iy < 0 || iy >= ${height}) { continue; }
      for (var kx = 0; kx < ${kw}; kx++) {
        let ix = ox * ${strideX} - ${padX} + kx * ${dilX};
        if (ix < 0 || ix >= ${width}) { continue; }
        let value = ${writer.load(0, `plane + iy * ${xy} + ix * ${xx}`)};
        let weights = ${offsets[1]} + output * ${wo} + c * ${wc} + ky * ${wy} + kx * ${wx};
        ${tile.map((t) => `s${t} = fma(value, ${writer.load(1, weightAt(t))}, s${t});`)}
      }
    }
  }
  let place = ${offsets[out]} + ((n * ${group} * ${groupOut} + output) * ${oh} + oy) * ${ow} + ox;
  ${tile.map((t) => `if (${t} < left) { ${writer.store(out, `place + ${t} * ${oh} * ${ow}`, `s${t}`, "float")} }`)}`;
        return { main };
      },
    });
    return true;
  };
}
