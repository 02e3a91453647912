// FusedKernels.maxPool and its gradient.
import { type FusedKernels, numel } from "@gradkit/tensor/backend";
import type { Kernel } from "../pipelines.ts";
import { convert, wgslType } from "../wgsl.ts";
import { accumulatorOf, beats } from "./accumulate.ts";
import { launch } from "./launch.ts";
import type { Target } from "./target.ts";

/** An invocation a window. */
export function createMaxPool(target: Target): FusedKernels["maxPool"] {
  const kernels = new Map<string, Kernel>();
  return (x, y, indices, { kernelSize, stride, padding, dilation }) => {
    launch(target, kernels, {
      label: `maxPool ${x.dtype}`,
      variant: indices ? "with positions" : "values",
      views: indices ? [x, y, indices] : [x, y],
      firstOutput: 1,
      count: numel(y.shape),
      words: [...y.shape.slice(1), ...x.shape.slice(2), ...x.strides, ...kernelSize, ...stride, ...padding, ...dilation],
      emit({ writer, words, offsets }) {
        const [channels, outHeight, outWidth, height, width, sn, sc, sy, sx, kh, kw, strideY, strideX, padY, padX, dilY, dilX] = words;
        const stored = writer.typeOf(0);
        const type = accumulatorOf(stored);
        const main = `let plane = i / (${outHeight} * ${outWidth});
  let oy = (i / ${outWidth}) % ${outHeight};
  let ox = i % ${outWidth};
  let base = ${offsets[0]} + (plane / ${channels}) * ${sn} + (plane % ${channels}) * ${sc};
  var best: ${wgslType[type]};
  var winner = -1;
  for (var ky = 0; ky < ${kh}; ky++) {
    let iy = oy * ${strideY} - ${padY} + ky * ${dilY};
    if (iy < 0 || iy >= ${height}) { continue; }
    for (var kx = 0; kx < ${kw}; kx++) {
      let ix = ox * ${strideX} - ${padX} + kx * ${dilX};
      if (ix < 0 || ix >= ${width}) { continue; }
      let value = ${convert(writer.load(0, `base + iy * ${sy} + ix * ${sx}`), stored, type)};
      if (winner < 0 || ${beats(type, true, "value", "best")}) { best = value; winner = iy * ${width} + ix; }
    }
  }
  ${writer.store(1, `${offsets[1]} + i`, "best", type)}
  ${indices ? writer.store(2, `${offsets[2]} + i`, "winner", "int") : ""}`;
        return { main };
      },
    });
    return true;
  };
}

/** An invocation a plane: windows that overlap add up in order. */
export function createMaxPoolGrad(target: Target): FusedKernels["maxPoolGrad"] {
  const kernels = new Map<string, Kernel>();
  return (dy, indices, dx) => {
    if (dx.dtype !== "float32") return false;
    const [, channels, height, width] = dx.shape as [number, number, number, number];
    launch(target, kernels, {
      label: "maxPoolGrad",
      variant: "grad",
      views: [dy, indices, dx],
      firstOutput: 2,
      count: numel(dx.shape.slice(0, 2)),
      words: [channels, height * width, ...dy.shape.slice(2), ...dy.strides, ...indices.strides],
      emit({ writer, words, offsets }) {
        const [c, size, outHeight, outWidth, gn, gc, gy, gx, pn, pc, py, px] = words;
        const place = `base + ${writer.load(1, `fromIndices + oy * ${py} + ox * ${px}`)}`;
        const main = `let base = ${offsets[2]} + i * ${size};
  let fromDy = ${offsets[0]} + (i / ${c}) * ${gn} + (i % ${c}) * ${gc};
  let fromIndices = ${offsets[1]} + (i / ${c}) * ${pn} + (i % ${c}) * ${pc};
  for (var k = 0; k < ${size}; k++) { ${writer.store(2, "base + k", "0.0", "float")} }
  for (var oy = 0; oy < ${outHeight}; oy++) {
    for (var ox = 0; ox < ${outWidth}; ox++) {
      let place = ${place};
      ${writer.store(2, "place", `${writer.load(2, "place")} + ${writer.load(0, `fromDy + oy * ${gy} + ox * ${gx}`)}`, "float")}
    }
  }`;
        return { main };
      },
    });
    return true;
  };
}
