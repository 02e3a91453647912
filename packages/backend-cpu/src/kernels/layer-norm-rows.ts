// Layer normalisation of contiguous rows, and its gradient: one pass over memory each, as a row stays in the cache.
import { advance, forRange } from "../wasm/control.ts";
import { type Code, type Local, ModuleBuilder, type Target } from "../wasm/emitter.ts";
import { f32, i32 } from "../wasm/scalar.ts";
import { f32x4, i32x4, type V128, v128 } from "../wasm/simd.ts";
import { type Lanes, rowAxis } from "./axis.ts";
import { moments, reciprocalDeviation } from "./runs.ts";

/** What is compiled in. */
export interface LayerNormVariant {
  readonly centre: boolean;
  readonly weight: boolean;
  readonly bias: boolean;
}

/** x and y [rows, size], weight and bias [size], mean and rstd [rows]; eps as the bits of a float32. */
export type LayerNormRows = (
  rows: number,
  size: number,
  x: number,
  weight: number,
  bias: number,
  y: number,
  mean: number,
  rstd: number,
  eps: number,
) => void;

type I = Local<"i32">;

export function compileLayerNorm(target: Target, { centre, weight: scaled, bias: shifted }: LayerNormVariant): LayerNormRows {
  const module = new ModuleBuilder(target);
  module.func(
    "rows",
    ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"],
    null,
    (f, rows, size, x, weight, bias, y, mean, rstd, eps) => {
      const [one, none] = [f.i32(), f.i32()];
      const statistics = moments(f, { count: one, stride: none, length: size }, x, centre);
      const scale = f.v128();
      const value = f.v128();
      const affine = (lanes: Lanes): V128 => {
        if (scaled && shifted) return f32x4.madd(value, lanes.load(weight, 0), lanes.load(bias, 0));
        if (scaled) return f32x4.mul(value, lanes.load(weight, 0));
        return shifted ? f32x4.add(value, lanes.load(bias, 0)) : value;
      };
      return [
        one.set(i32.const(1)),
        statistics.prepare,
        forRange(f.i32(), 0, rows, 1, [
          statistics.code,
          scale.set(reciprocalDeviation(statistics.variance, eps)),
          f32.store(mean, f32x4.lane(statistics.mean, 0)),
          f32.store(rstd, f32x4.lane(scale, 0)),
          rowAxis(f, size).each(4, (lanes) => {
            const deviation = centre ? f32x4.sub(lanes.load(x, 0), statistics.mean) : lanes.load(x, 0);
            return [value.set(f32x4.mul(deviation, scale)), value.set(affine(lanes)), lanes.store(y, value)];
          }),
          [x, y].map((pointer) => advance(pointer, i32.shl(size, 2))),
          [mean, rstd].map((pointer) => advance(pointer, 4)),
        ]),
      ];
    },
  );
  return module.kernel<LayerNormRows>("rows");
}

/** Which gradients are wanted, and whether there is a weight. */
export interface LayerNormGradVariant {
  readonly centre: boolean;
  readonly weight: boolean;
  readonly dx: boolean;
  readonly dweight: boolean;
  readonly dbias: boolean;
}

/** As LayerNormRows; dweight and dbias [size] are sums over these rows. */
export type LayerNormGradRows = (
  rows: number,
  size: number,
  dy: number,
  x: number,
  mean: number,
  rstd: number,
  weight: number,
  dx: number,
  dweight: number,
  dbias: number,
) => void;

export function compileLayerNormGrad(target: Target, variant: LayerNormGradVariant): LayerNormGradRows {
  const module = new ModuleBuilder(target);
  module.func(
    "rows",
    ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"],
    null,
    (f, rows, size, dy, x, mean, rstd, weight, dx, dweight, dbias) => {
      const axis = rowAxis(f, size);
      const [average, scale, normal, g, value] = [f.v128(), f.v128(), f.v128(), f.v128(), f.v128()];
      const [meanG, meanGX] = [axis.cell(), axis.cell()];

      const load = (lanes: Lanes): Code => {
        const deviation = variant.centre ? f32x4.sub(lanes.load(x, average), average) : lanes.load(x, 0);
        return [normal.set(f32x4.mul(deviation, scale)), g.set(lanes.load(dy, 0))];
      };
      const weigh = (lanes: Lanes): Code => (variant.weight ? g.set(f32x4.mul(g, lanes.load(weight, 0))) : []);
      const addTo = (lanes: Lanes, sums: I, term: V128): Code => [
        value.set(f32x4.add(lanes.load(sums, 0), term)),
        lanes.store(sums, value),
      ];
      const collect: Code = [
        axis.start(meanG, 0),
        axis.start(meanGX, 0),
        axis.each(4, (lanes, slot) => [
          load(lanes),
          variant.dweight ? addTo(lanes, dweight, f32x4.mul(g, normal)) : [],
          variant.dbias ? addTo(lanes, dbias, g) : [],
          weigh(lanes),
          variant.dx && variant.centre ? meanG.set(slot, f32x4.add(meanG.get(slot), g)) : [],
          variant.dx ? meanGX.set(slot, f32x4.madd(g, normal, meanGX.get(slot))) : [],
        ]),
      ];
      const divisor = f.v128();
      const spread: Code = [
        [meanG, meanGX].map((cell) => [axis.fold(cell, f32x4.add), cell.set(0, f32x4.div(cell.get(0), divisor))]),
        axis.each(4, (lanes) => [
          load(lanes),
          weigh(lanes),
          variant.centre ? g.set(f32x4.sub(g, meanG.get(0))) : [],
          value.set(f32x4.mul(scale, f32x4.nmadd(normal, meanGX.get(0), g))),
          lanes.store(dx, value),
        ]),
      ];
      const clear = (sums: I): Code => axis.each(4, (lanes) => [value.set(f32x4.const(0)), lanes.store(sums, value)]);
      return [
        divisor.set(f32x4.fromI32(i32x4.splat(size))),
        variant.dweight ? clear(dweight) : [],
        variant.dbias ? clear(dbias) : [],
        forRange(f.i32(), 0, rows, 1, [
          average.set(v128.load32Splat(mean)),
          scale.set(v128.load32Splat(rstd)),
          collect,
          variant.dx ? spread : [],
          [dy, x, dx].map((pointer) => advance(pointer, i32.shl(size, 2))),
          [mean, rstd].map((pointer) => advance(pointer, 4)),
        ]),
      ];
    },
  );
  return module.kernel<LayerNormGradRows>("rows");
}
