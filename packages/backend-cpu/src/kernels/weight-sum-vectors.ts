// The weight gradient of convolutions with one or two outputs to a group (depthwise ones): positions in vectors, some rows of the kernel at a time.
import { partStart } from "../lanes.ts";
import { advance, doWhile, forRange, when } from "../wasm/control.ts";
import { type Code, type Local, ModuleBuilder, type Target } from "../wasm/emitter.ts";
import { f32, i32 } from "../wasm/scalar.ts";
import { f32x4, i32x4, type V128, v128 } from "../wasm/simd.ts";
import type { SumWeights } from "./conv-weight-grad.ts";
import { flopsPerNanosecond, togetherBytes } from "./correlation.ts";
import { ImageRegion } from "./image-region.ts";
import { neighbours } from "./plane-tile.ts";
import { largestDivisor, type WindowSizes } from "./window-geometry.ts";

const widestKernel = 8;
const mostTaps = 9; // one accumulator for each
const fewestRuns = 8; // lanes share them

export const takesVectors = ({ outputs, strideX, kernelWidth }: WindowSizes): boolean =>
  outputs <= 2 && strideX <= 2 && kernelWidth <= widestKernel;

/** Some rows of a kernel; `step` bytes from element to element, strideX 1 or 2. */
export interface DotShape {
  readonly rows: number;
  readonly length: number;
  readonly step: number;
  readonly strideX: number;
}

/**
 * For each group, sums[u, v] += Σ x[i, j · strideX, + u · xTap + v · step] · dy[i, j] over rows × columns ≥ 1 positions. Strides in bytes; the rows
 * of dy are adjacent, and so are those of sums.
 */
export type Dots = (
  groups: number,
  rows: number,
  columns: number,
  x: number,
  xGroup: number,
  xRow: number,
  xTap: number,
  dy: number,
  dyGroup: number,
  sums: number,
  sumsGroup: number,
) => void;

const parameters = ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;

export function compileDots(target: Target, { rows: tapRows, length, step, strideX }: DotShape): Dots {
  const module = new ModuleBuilder(target);
  module.func("dots", parameters, null, (f, groups, rows, columns, x, xGroup, xRow, xTap, dy, dyGroup, sums, sumsGroup) => {
    const [group, row, left, from, gradients] = [f.i32(), f.i32(), f.i32(), f.i32(), f.i32()];
    const [gradient, inside, folded] = [f.v128(), f.v128(), f.v128()];
    const at = f.locals("i32", tapRows);
    const accumulators = at.map(() => f.locals("v128", length));
    const vector = (part: (value: V128) => V128): Code => [
      gradient.set(part(v128.load(gradients))),
      accumulators.map((line, u) =>
        line.map((sum, v) => sum.set(f32x4.madd(part(neighbours(at[u] as Local<"i32">, v * step, strideX)), gradient, sum))),
      ),
    ];
    const fold = (sum: Local<"v128">, tap: number): Code => [
      folded.set(f32x4.add(sum, v128.shuffle(sum, sum, [2, 3, 0, 1]))),
      f32.store(sums, f32.add(f32.load(sums, 4 * tap), f32.add(f32x4.lane(folded, 0), f32x4.lane(folded, 1))), 4 * tap),
    ];
    const wholeVectors = doWhile(
      [vector((value) => value), advance(gradients, 16), at.map((each) => advance(each, 16 * strideX)), advance(left, -4)],
      i32.geS(left, 4),
    );
    return [
      inside.set(i32x4.ltS(v128.const(new Int32Array([0, 1, 2, 3])), i32x4.splat(i32.and(columns, 3)))),
      forRange(group, 0, groups, 1, [
        accumulators.flat().map((sum) => sum.set(f32x4.const(0))),
        from.set(x),
        gradients.set(dy),
        forRange(row, 0, rows, 1, [
          at.map((each, u) => each.set(u === 0 ? from : i32.add(at[u - 1] as Local<"i32">, xTap))),
          left.set(columns),
          when(i32.geS(left, 4), wholeVectors),
          when(left, [vector((value) => v128.and(value, inside)), advance(gradients, i32.shl(left, 2))]),
          advance(from, xRow),
        ]),
        accumulators.flat().map(fold),
        advance(x, xGroup),
        advance(dy, dyGroup),
        advance(sums, sumsGroup),
      ]),
    ];
  });
  return module.kernel<Dots>("dots");
}

/** Lanes share the groups; of a single group, the channels. */
export const sumByVectors: SumWeights = (kernels, dy, x, groups, { images, sizes, region }, dweight) => {
  const { memory } = kernels;
  const { outputs, outHeight, outWidth, kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX } = sizes;
  const alone = groups === 1;
  const channels = alone ? 1 : sizes.channels; // of one part
  const parts = alone ? sizes.channels : groups;
  const together = largestDivisor(parts, Math.min(parts / fewestRuns, togetherBytes / (4 * channels * region.height * region.width)));
  const windows = new ImageRegion(kernels, x, together * channels, region);
  const all = { top: 0, left: 0, height: outHeight, width: outWidth };
  const gradients = new ImageRegion(kernels, dy, alone ? outputs : together * outputs, all, { adjacentRows: true });
  const [xPlane, xRow, dyPlane] = [windows.planeStride, windows.rowStride, gradients.planeStride];
  const window = 4 * kernelHeight * kernelWidth; // bytes
  const output = window * sizes.channels;
  const part = alone ? window : output * outputs;
  const rows = largestDivisor(kernelHeight, mostTaps / kernelWidth);
  const dots = kernels.dots({ rows, length: kernelWidth, step: 4 * dilationX, strideX });
  memory.f32.fill(0, dweight >>> 2, (dweight + groups * outputs * output) >>> 2);

  const count = parts / together;
  const products = images * parts * channels * outputs * outHeight * outWidth * kernelHeight * kernelWidth;
  const lanes = memory.lanes.count((2 * products) / flopsPerNanosecond, count);
  memory.lanes.fork(lanes, (lane) => {
    const [xs, dys] = [windows.open(), gradients.open()];
    for (let i = partStart(count, lane, lanes); i < partStart(count, lane + 1, lanes); i++)
      for (let n = 0; n < images; n++) {
        const [picture, gradient] = [xs.at(n, i), dys.at(n, alone ? 0 : i)];
        for (let o = 0; o < outputs; o++)
          for (let c = 0; c < channels; c++)
            for (let u = 0; u < kernelHeight; u += rows)
              dots(
                together,
                outHeight,
                outWidth,
                picture + c * xPlane + u * dilationY * xRow,
                channels * xPlane,
                strideY * xRow,
                dilationY * xRow,
                gradient + o * dyPlane,
                alone ? 0 : outputs * dyPlane,
                dweight + i * together * part + o * output + c * window + 4 * u * kernelWidth,
                part,
              );
      }
    xs.release();
    dys.release();
  });
};
