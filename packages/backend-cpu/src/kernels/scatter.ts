// Backend.scatter: writing through indices, line by line, in row-major order.
import { type Backend, type DType, dtypes, numel, type ScatterMode } from "@gradkit/tensor/backend";
import type { Memory } from "../memory.ts";
import { advance, doWhile, when } from "../wasm/control.ts";
import { ModuleBuilder, type Value } from "../wasm/emitter.ts";
import { f32, i32 } from "../wasm/scalar.ts";
import { f32x4, i32x4, type V128, v128 } from "../wasm/simd.ts";
import { addressOf, byteStrides, eachLine, pinned } from "./elements.ts";

type Scalar<T extends "i32" | "f32"> = (old: Value<T>, value: Value<T>) => Value<T>;
type Lanes = (old: V128, value: V128) => V128;

const floats: Record<ScatterMode, { scalar: Scalar<"f32">; lanes: Lanes }> = {
  set: { scalar: (_, value) => value, lanes: (_, value) => value },
  add: { scalar: f32.add, lanes: f32x4.add },
  mul: { scalar: f32.mul, lanes: f32x4.mul },
  max: { scalar: f32.max, lanes: f32x4.max }, // hand on NaN
  min: { scalar: f32.min, lanes: f32x4.min },
};
const ints: Record<ScatterMode, { scalar: Scalar<"i32">; lanes: Lanes }> = {
  set: { scalar: (_, value) => value, lanes: (_, value) => value },
  add: { scalar: i32.add, lanes: i32x4.add },
  mul: { scalar: i32.mul, lanes: i32x4.mul },
  max: { scalar: (a, b) => i32.select(i32.gtS(a, b), a, b), lanes: i32x4.maxS },
  min: { scalar: (a, b) => i32.select(i32.ltS(a, b), a, b), lanes: i32x4.minS },
};
/** On bools a sum is an or; products and extremes of zeros and ones are what they are. */
const bools = { ...ints, add: { scalar: i32.or, lanes: v128.or } };

/** Steps in bytes; `position` is the one that an index counts. */
type ScatterLine = (
  to: number,
  toStep: number,
  from: number,
  fromStep: number,
  index: number,
  indexStep: number,
  position: number,
  count: number,
) => void;

function compileLine(memory: Memory, mode: ScatterMode, dtype: DType): ScatterLine {
  const { lanes } = dtype === "float32" ? floats[mode] : ints[mode];
  const module = new ModuleBuilder(memory);
  const parameters = ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;
  module.func("line", parameters, null, (f, to, toStep, from, fromStep, index, indexStep, position, count) => {
    const place = f.i32();
    const join =
      dtype === "float32"
        ? f32.store(place, floats[mode].scalar(f32.load(place), f32.load(from)))
        : dtype === "int32"
          ? i32.store(place, ints[mode].scalar(i32.load(place), i32.load(from)))
          : i32.store8(place, (dtype === "bool" ? bools : ints)[mode].scalar(i32.load8U(place), i32.load8U(from)));
    const wholeRows = i32.and(i32.eqz(indexStep), i32.and(i32.eq(toStep, 4), i32.eq(fromStep, 4)));
    const step = [advance(to, toStep), advance(from, fromStep), advance(index, indexStep), count.set(i32.sub(count, 1))];
    const target = i32.add(to, i32.mul(i32.load(index), position));
    return [
      // one index for all of the line: neighbours go to neighbours, four at a time
      dtypes[dtype].bytes === 4
        ? when(i32.and(wholeRows, i32.geS(count, 4)), [
            place.set(target),
            doWhile(
              [
                v128.store(place, lanes(v128.load(place), v128.load(from))),
                [place, to, from].map((pointer) => advance(pointer, 16)),
                count.set(i32.sub(count, 4)),
              ],
              i32.geS(count, 4),
            ),
          ])
        : [],
      when(count, doWhile([place.set(target), join, step], count)),
    ];
  });
  return module.kernel<ScatterLine>("line");
}

export function createScatter(memory: Memory): Backend["scatter"] {
  const kernels = new Map<string, ScatterLine>();
  return (mode, out, dim, index, src) => {
    const { shape } = index;
    if (numel(shape) === 0) return;
    const key = `${mode},${out.dtype}`;
    const line = kernels.get(key) ?? compileLine(memory, mode, out.dtype);
    kernels.set(key, line);
    const position = (out.strides[dim] ?? 0) * dtypes[out.dtype].bytes;
    const along = lastLong(shape);
    const strides = [pinned(byteStrides(out), dim), byteStrides(src), byteStrides(index)] as const;
    const [toStep, fromStep, indexStep] = strides.map((each) => each[along] ?? 0) as [number, number, number];
    eachLine(shape, along, strides, [addressOf(out), addressOf(src), addressOf(index)], (offsets) => {
      const [to, from, at] = offsets as [number, number, number];
      line(to, toStep, from, fromStep, at, indexStep, position, shape[along] ?? 1);
    });
  };
}

/** The innermost dim that is more than one element long: row-major order goes along it first. */
function lastLong(shape: readonly number[]): number {
  let d = shape.length - 1;
  while (d > 0 && shape[d] === 1) d--;
  return d;
}
