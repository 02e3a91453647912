// The weight gradient of convolutions with one or two outputs to a group (depthwise ones): positions in vectors, some rows of the kernel at a time.
import { advance, doWhile, forRange, when } from "../wasm/control.ts";
import { type Code, type Local, ModuleBuilder, type Target } from "../wasm/emitter.ts";
import { f32, i32 } from "../wasm/scalar.ts";
import { f32x4, i32x4, type V128, v128 } from "../wasm/simd.ts";
import type { WeightSum, WeightSumShape } from "./conv-weight-grad.ts";
import { neighbours } from "./plane-tile.ts";
import { largestDivisor, type WindowSizes } from "./window-geometry.ts";
import type { WindowKernels } from "./window-kernels.ts";

const widestKernel = 8;
const mostTaps = 9; // one accumulator for each

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

export function sumByVectors(kernels: WindowKernels, shape: WeightSumShape): WeightSum {
  const { together, channels, outputs, outHeight, outWidth, kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX } = shape;
  const { xPlane, xRow, dyPlane, weightStride } = shape;
  const rows = largestDivisor(kernelHeight, mostTaps / kernelWidth);
  const dots = kernels.dots({ rows, length: kernelWidth, step: 4 * dilationX, strideX });
  let target = 0;
  return {
    start: (dweight) => {
      target = dweight;
    },
    add: (x, dy) => {
      for (let o = 0; o < outputs; o++) {
        let sums = target + o * weightStride;
        for (let c = 0; c < channels; c++)
          for (let u = 0; u < kernelHeight; u += rows) {
            dots(
              together,
              outHeight,
              outWidth,
              x + c * xPlane + u * dilationY * xRow,
              channels * xPlane,
              strideY * xRow,
              dilationY * xRow,
              dy + o * dyPlane,
              outputs * dyPlane,
              sums,
              outputs * weightStride,
            );
            sums += 4 * rows * kernelWidth;
          }
      }
    },
    finish: () => {},
    release: () => {},
  };
}
