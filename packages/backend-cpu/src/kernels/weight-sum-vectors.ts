// The weight gradient of convolutions with one or two outputs to a group (depthwise ones): positions in vectors, a row of the kernel at a time.
import { advance, doWhile, forRange, when } from "../wasm/control.ts";
import { type Code, type Local, ModuleBuilder, type Target } from "../wasm/emitter.ts";
import { f32, i32 } from "../wasm/scalar.ts";
import { f32x4, i32x4, type V128, v128 } from "../wasm/simd.ts";
import type { WeightSum, WeightSumShape } from "./conv-weight-grad.ts";
import type { WindowSizes } from "./window-geometry.ts";
import type { WindowKernels } from "./window-kernels.ts";

const widestKernel = 8; // one accumulator for each element of a kernel row

export const takesVectors = ({ outputs, strideX, kernelWidth }: WindowSizes): boolean =>
  outputs <= 2 && strideX === 1 && kernelWidth <= widestKernel;

/** sums[v] += Σ x[i, j + v·step] · dy[i, j] over rows × columns ≥ 1 positions; strides in bytes, dy's rows adjacent. */
export type DotRows = (rows: number, columns: number, x: number, xRow: number, dy: number, sums: number) => void;

/** For `length` elements of a kernel row, `step` bytes apart. */
export function compileDotRows(target: Target, { length, step }: { length: number; step: number }): DotRows {
  const module = new ModuleBuilder(target);
  module.func("dots", ["i32", "i32", "i32", "i32", "i32", "i32"], null, (f, rows, columns, x, xRow, dy, sums) => {
    const [row, left, at] = [f.i32(), f.i32(), f.i32()];
    const [gradient, inside, folded] = [f.v128(), f.v128(), f.v128()];
    const accumulators = f.locals("v128", length);
    const vector = (part: (value: V128) => V128): Code => [
      gradient.set(part(v128.load(dy))),
      accumulators.map((sum, v) => sum.set(f32x4.madd(part(v128.load(at, v * step)), gradient, sum))),
    ];
    const fold = (sum: Local<"v128">, v: number): Code => [
      folded.set(f32x4.add(sum, v128.shuffle(sum, sum, [2, 3, 0, 1]))),
      f32.store(sums, f32.add(f32.load(sums, 4 * v), f32.add(f32x4.lane(folded, 0), f32x4.lane(folded, 1))), 4 * v),
    ];
    return [
      accumulators.map((sum) => sum.set(f32x4.const(0))),
      inside.set(i32x4.ltS(v128.const(new Int32Array([0, 1, 2, 3])), i32x4.splat(i32.and(columns, 3)))),
      forRange(row, 0, rows, 1, [
        at.set(x),
        left.set(columns),
        when(i32.geS(left, 4), doWhile([vector((value) => value), advance(dy, 16), advance(at, 16), advance(left, -4)], i32.geS(left, 4))),
        when(left, [vector((value) => v128.and(value, inside)), advance(dy, i32.shl(left, 2))]),
        advance(x, xRow),
      ]),
      accumulators.map(fold),
    ];
  });
  return module.kernel<DotRows>("dots");
}

export function sumByVectors(kernels: WindowKernels, shape: WeightSumShape): WeightSum {
  const {
    channels,
    outputs,
    outHeight,
    outWidth,
    kernelHeight,
    kernelWidth,
    strideY,
    dilationY,
    dilationX,
    xPlane,
    xRow,
    dyPlane,
    weightStride,
  } = shape;
  const dots = kernels.dotRows({ length: kernelWidth, step: 4 * dilationX });
  let target = 0;
  return {
    start: (dweight) => {
      target = dweight;
    },
    add: (x, dy) => {
      for (let o = 0; o < outputs; o++) {
        let sums = target + o * weightStride;
        for (let c = 0; c < channels; c++)
          for (let u = 0; u < kernelHeight; u++) {
            dots(outHeight, outWidth, x + c * xPlane + u * dilationY * xRow, strideY * xRow, dy + o * dyPlane, sums);
            sums += 4 * kernelWidth;
          }
      }
    },
    finish: () => {},
    release: () => {},
  };
}
