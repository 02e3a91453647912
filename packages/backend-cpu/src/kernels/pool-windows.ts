// Maximum of each window, one output at a time: any size, stride, padding and dilation.
import { advance, forRange, when } from "../wasm/control.ts";
import { ModuleBuilder, type Target, type Value } from "../wasm/emitter.ts";
import { f32, type I32, i32 } from "../wasm/scalar.ts";

/** Strides of x in bytes; y and indices are contiguous. Windows are cut at the edges of the plane; the rest is padding. */
export type PoolWindows = (
  planes: number,
  x: number,
  xPlane: number,
  xRow: number,
  xColumn: number,
  height: number,
  width: number,
  y: number,
  indices: number,
  outHeight: number,
  outWidth: number,
  kernelHeight: number,
  kernelWidth: number,
  strideY: number,
  strideX: number,
  paddingY: number,
  paddingX: number,
  dilationY: number,
  dilationX: number,
) => void;

const parameters = [
  ...(["i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const),
  ...(["i32", "i32", "i32", "i32"] as const),
  ...(["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const),
] as const;

/** The first position ≥ 0 of those that `dilation` reaches from `start`. */
const firstInside = (start: Value<"i32">, dilation: I32): Value<"i32"> =>
  i32.select(i32.ltS(start, 0), i32.add(start, i32.mul(i32.divS(i32.sub(i32.add(dilation, -1), start), dilation), dilation)), start);

const smaller = (a: Value<"i32">, b: Value<"i32">): Value<"i32"> => i32.select(i32.ltS(a, b), a, b);

/** `indexed`: whether positions are written. */
export function compilePoolWindows(target: Target, indexed: boolean): PoolWindows {
  const module = new ModuleBuilder(target);
  module.func("pool", parameters, null, (f, ...all) => {
    const [planes, x, xPlane, xRow, xColumn, height, width, y, indices, outHeight, outWidth, ...window] = all;
    const [kernelHeight, kernelWidth, strideY, strideX, paddingY, paddingX, dilationY, dilationX] = window;
    const [plane, i, j, row, column, at, index] = [f.i32(), f.i32(), f.i32(), f.i32(), f.i32(), f.i32(), f.i32()];
    const [rowStart, columnStart, firstRow, firstColumn, lastRow, lastColumn] = [f.i32(), f.i32(), f.i32(), f.i32(), f.i32(), f.i32()];
    const [best, value] = [f.local("f32"), f.local("f32")];

    const beats = i32.and(i32.eqz(f32.le(value, best)), f32.eq(best, best)); // larger, or the first NaN
    const visit = [
      value.set(f32.load(at)),
      when(beats, [best.set(value), index.set(i32.add(i32.mul(row, width), column))]),
      advance(at, i32.mul(dilationX, xColumn)),
    ];
    const oneWindow = [
      columnStart.set(i32.sub(i32.mul(j, strideX), paddingX)),
      firstColumn.set(firstInside(columnStart, dilationX)),
      lastColumn.set(smaller(i32.add(columnStart, i32.mul(kernelWidth, dilationX)), width)),
      best.set(f32.const(Number.NEGATIVE_INFINITY)),
      index.set(i32.add(i32.mul(firstRow, width), firstColumn)),
      forRange(row, firstRow, lastRow, dilationY, [
        at.set(i32.add(x, i32.add(i32.mul(row, xRow), i32.mul(firstColumn, xColumn)))),
        forRange(column, firstColumn, lastColumn, dilationX, visit),
      ]),
      f32.store(y, best),
      advance(y, 4),
      indexed ? [i32.store(indices, index), advance(indices, 4)] : [],
    ];
    return forRange(plane, 0, planes, 1, [
      forRange(i, 0, outHeight, 1, [
        rowStart.set(i32.sub(i32.mul(i, strideY), paddingY)),
        firstRow.set(firstInside(rowStart, dilationY)),
        lastRow.set(smaller(i32.add(rowStart, i32.mul(kernelHeight, dilationY)), height)),
        forRange(j, 0, outWidth, 1, oneWindow),
      ]),
      advance(x, xPlane),
    ]);
  });
  return module.kernel<PoolWindows>("pool");
}
