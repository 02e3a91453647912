// Batch normalisation of channels whose planes are runs of neighbours, and its gradient: statistics in one pass, results in a second.
import { advance, forRange } from "../wasm/control.ts";
import { type Code, type Local, ModuleBuilder, type Target } from "../wasm/emitter.ts";
import { f32, i32 } from "../wasm/scalar.ts";
import { f32x4, f64x2, i32x4, type V128, v128 } from "../wasm/simd.ts";
import { eachPiece, moments, narrowed, type Runs, reciprocalDeviation, sumPieces } from "./runs.ts";

type I = Local<"i32">;

/** What is compiled in. */
export interface BatchNormVariant {
  readonly weight: boolean;
  readonly bias: boolean;
}

/** x and y [images, …, channels, plane], `stride` bytes from image to image; the others [channels]; eps as the bits of a float32. */
export type BatchNormChannels = (
  channels: number,
  images: number,
  stride: number,
  plane: number,
  x: number,
  weight: number,
  bias: number,
  y: number,
  mean: number,
  variance: number,
  eps: number,
) => void;

export function compileBatchNorm(target: Target, variant: BatchNormVariant): BatchNormChannels {
  const module = new ModuleBuilder(target);
  module.func(
    "channels",
    ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"],
    null,
    (f, channels, count, stride, length, x, weight, bias, y, mean, variance, eps) => {
      const runs: Runs = { count, stride, length };
      const statistics = moments(f, runs, x, true);
      const [scale, shift, value] = [f.v128(), f.v128(), f.v128()];
      return [
        statistics.prepare,
        forRange(f.i32(), 0, channels, 1, [
          statistics.code,
          f32.store(mean, f32x4.lane(statistics.mean, 0)),
          f32.store(variance, f32x4.lane(statistics.variance, 0)),
          scale.set(reciprocalDeviation(statistics.variance, eps)),
          variant.weight ? scale.set(f32x4.mul(scale, v128.load32Splat(weight))) : [],
          shift.set(variant.bias ? v128.load32Splat(bias) : f32x4.const(0)),
          eachPiece(f, runs, [x, y], (axis, [from, to]) =>
            axis.each(4, (lanes) => [
              value.set(f32x4.madd(f32x4.sub(lanes.load(from as I, 0), statistics.mean), scale, shift)),
              lanes.store(to as I, value),
            ]),
          ),
          [x, y].map((pointer) => advance(pointer, i32.shl(length, 2))),
          [weight, bias, mean, variance].map((pointer) => advance(pointer, 4)),
        ]),
      ];
    },
  );
  return module.kernel<BatchNormChannels>("channels");
}

/** Which gradients are wanted, and whether there is a weight. */
export interface BatchNormGradVariant {
  readonly weight: boolean;
  readonly dx: boolean;
  readonly dweight: boolean;
  readonly dbias: boolean;
}

/** As BatchNormChannels. */
export type BatchNormGradChannels = (
  channels: number,
  images: number,
  stride: number,
  plane: number,
  dy: number,
  x: number,
  mean: number,
  variance: number,
  weight: number,
  dx: number,
  dweight: number,
  dbias: number,
  eps: number,
) => void;

export function compileBatchNormGrad(target: Target, variant: BatchNormGradVariant): BatchNormGradChannels {
  const module = new ModuleBuilder(target);
  module.func(
    "channels",
    ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"],
    null,
    (f, channels, count, stride, length, dy, x, mean, variance, weight, dx, dweight, dbias, eps) => {
      const runs: Runs = { count, stride, length };
      const [average, rstd, g, value, elements] = [f.v128(), f.v128(), f.v128(), f.v128(), f.v128()];
      const [sumG, sumGX, meanG, slope, scale] = [f.v128(), f.v128(), f.v128(), f.v128(), f.v128()];
      const sums = sumPieces(f, runs, [dy, x], 2, (lanes, [ofG, ofX], accumulate) => [
        g.set(lanes.load(ofG as I, 0)),
        accumulate(0, (sum) => f32x4.add(sum, g)),
        accumulate(1, (sum) => f32x4.madd(g, f32x4.sub(lanes.load(ofX as I, average), average), sum)),
      ]);
      /** dx = scale·(g − mean of g − (x − mean)·slope), slope = rstd²·mean of g·(x − mean) */
      const spread: Code = [
        elements.set(f64x2.fromLowI32S(i32x4.splat(i32.mul(count, length)))),
        meanG.set(narrowed(f64x2.div(sums.totals[0] as V128, elements))),
        slope.set(f32x4.mul(f32x4.mul(rstd, rstd), narrowed(f64x2.div(sums.totals[1] as V128, elements)))),
        scale.set(variant.weight ? f32x4.mul(rstd, v128.load32Splat(weight)) : rstd),
        eachPiece(f, runs, [dy, x, dx], (axis, [ofG, ofX, to]) =>
          axis.each(4, (lanes) => [
            g.set(f32x4.sub(lanes.load(ofG as I, 0), meanG)),
            value.set(f32x4.mul(scale, f32x4.nmadd(f32x4.sub(lanes.load(ofX as I, 0), average), slope, g))),
            lanes.store(to as I, value),
          ]),
        ),
      ];
      return forRange(f.i32(), 0, channels, 1, [
        average.set(v128.load32Splat(mean)),
        rstd.set(reciprocalDeviation(v128.load32Splat(variance), eps)),
        sums.code,
        sumG.set(narrowed(sums.totals[0] as V128)),
        sumGX.set(narrowed(sums.totals[1] as V128)),
        variant.dbias ? f32.store(dbias, f32x4.lane(sumG, 0)) : [],
        variant.dweight ? f32.store(dweight, f32x4.lane(f32x4.mul(sumGX, rstd), 0)) : [],
        variant.dx ? spread : [],
        [dy, x, dx].map((pointer) => advance(pointer, i32.shl(length, 2))),
        [mean, variance, weight, dweight, dbias].map((pointer) => advance(pointer, 4)),
      ]);
    },
  );
  return module.kernel<BatchNormGradChannels>("channels");
}
