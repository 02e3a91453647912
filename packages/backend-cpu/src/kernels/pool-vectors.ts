// Maximum of each window, four neighbouring outputs at a time, with stride 1 or 2 along x. Padding is there to be read, and holds −∞.
import { advance, forRange } from "../wasm/control.ts";
import { type Code, type Local, ModuleBuilder, type Target, type Value } from "../wasm/emitter.ts";
import { i32 } from "../wasm/scalar.ts";
import { f32x4, i32x4, type V128, v128 } from "../wasm/simd.ts";

/** What is compiled in. */
export interface PoolWindow {
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideX: 1 | 2;
  readonly dilationX: number;
  /** Windows reach beyond the plane; the dilation is 1 then. */
  readonly padded: boolean;
  /** Whether positions are written. */
  readonly indexed: boolean;
}

/** x begins with the padding, its strides are in bytes, the elements of its rows neighbours; y and indices are contiguous; outWidth ≥ 4. */
export type PoolVectors = (
  planes: number,
  x: number,
  xPlane: number,
  xRow: number,
  width: number,
  y: number,
  indices: number,
  outHeight: number,
  outWidth: number,
  strideY: number,
  dilationY: number,
  paddingY: number,
  paddingX: number,
) => void;

const parameters = ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;

export function compilePoolVectors(
  target: Target,
  { kernelHeight, kernelWidth, strideX, dilationX, padded, indexed }: PoolWindow,
): PoolVectors {
  const module = new ModuleBuilder(target);
  module.func(
    "pool",
    parameters,
    null,
    (f, planes, x, xPlane, xRow, width, y, indices, outHeight, outWidth, strideY, dilationY, paddingY, paddingX) => {
      const [plane, i, j, first, rowAt, outAt] = [f.i32(), f.i32(), f.i32(), f.i32(), f.i32(), f.i32()];
      const [rowIndex, last, rowStep] = [f.i32(), f.i32(), f.i32()];
      const rows = f.locals("i32", kernelHeight);
      const offsets = rows.map(() => f.locals("v128", kernelWidth)); // of each place from the window's first, in elements of the plane
      const [best, bestOffset, value, index, beats] = [f.v128(), f.v128(), f.v128(), f.v128(), f.v128()];
      const lanes = v128.const(new Int32Array([0, strideX, 2 * strideX, 3 * strideX]));

      /** One column of four windows. Two loads are two columns where windows start at every second element. */
      const load = (row: Local<"i32">, v: number): V128 => {
        const column = v * dilationX;
        if (strideX === 1) return v128.load(row, 4 * column);
        const even = 4 * (column & ~1);
        return v128.shuffle(v128.load(row, even), v128.load(row, even + 16), column & 1 ? [1, 3, 5, 7] : [0, 2, 4, 6]);
      };
      const candidate = (u: number, v: number): Code => {
        const offset = (offsets[u] as Local<"v128">[])[v] as Local<"v128">;
        const row = rows[u] as Local<"i32">;
        if (!padded && u === 0 && v === 0) return [best.set(load(row, 0)), indexed ? bestOffset.set(offset) : []];
        return [
          value.set(load(row, v)),
          beats.set(v128.andNot(f32x4.eq(best, best), f32x4.le(value, best))), // larger, or the first NaN
          best.set(v128.laneselect(value, best, beats)),
          indexed ? bestOffset.set(v128.laneselect(offset, bestOffset, beats)) : [],
        ];
      };
      const insideIndex = (start: V128, row: Value<"i32">): V128 =>
        i32x4.add(i32x4.splat(i32.mul(i32.select(i32.gtS(row, 0), row, 0), width)), i32x4.maxS(start, 0));
      /** Where nothing beats −∞: the window's first element that is no padding. */
      const offsetInside: Code = [
        bestOffset.set(
          i32x4.sub(
            insideIndex(i32x4.add(i32x4.splat(i32.sub(i32.mul(first, strideX), paddingX)), lanes), i32.sub(i32.mul(i, strideY), paddingY)),
            index,
          ),
        ),
      ];
      const vector: Code = [
        first.set(i32.select(i32.ltS(j, last), j, last)), // the last vector of a row overlaps
        rows.map((row, u) =>
          row.set(u === 0 ? i32.add(rowAt, i32.shl(first, strideX + 1)) : i32.add(rows[u - 1] as Local<"i32">, rowStep)),
        ),
        indexed ? index.set(i32x4.add(i32x4.splat(i32.add(rowIndex, i32.mul(first, strideX))), lanes)) : [],
        padded ? best.set(f32x4.const(Number.NEGATIVE_INFINITY)) : [],
        padded && indexed ? offsetInside : [],
        rows.map((_, u) => Array.from({ length: kernelWidth }, (_, v) => candidate(u, v))),
        outAt.set(i32.shl(first, 2)),
        v128.store(i32.add(y, outAt), best),
        indexed ? v128.store(i32.add(indices, outAt), i32x4.add(index, bestOffset)) : [],
      ];
      return [
        last.set(i32.sub(outWidth, 4)),
        rowStep.set(i32.mul(dilationY, xRow)),
        offsets.map((row, u) =>
          row.map((offset, v) => offset.set(i32x4.splat(i32.add(i32.mul(i32.mul(dilationY, width), u), v * dilationX)))),
        ),
        forRange(plane, 0, planes, 1, [
          rowAt.set(x),
          rowIndex.set(i32.sub(0, i32.add(i32.mul(paddingY, width), paddingX))),
          forRange(i, 0, outHeight, 1, [
            forRange(j, 0, outWidth, 4, vector),
            advance(rowAt, i32.mul(strideY, xRow)),
            advance(rowIndex, i32.mul(strideY, width)),
            advance(y, i32.shl(outWidth, 2)),
            advance(indices, i32.shl(outWidth, 2)),
          ]),
          advance(x, xPlane),
        ]),
      ];
    },
  );
  return module.kernel<PoolVectors>("pool");
}
