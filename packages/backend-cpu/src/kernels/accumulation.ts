// What the lanes of a reduction do: combine, and at the end fold into one.
import type { Reducer, ScalarType } from "@gradkit/tensor/backend";
import type { Code, FunctionBuilder, Local } from "../wasm/emitter.ts";
import { f32x4, f64x2, i32x4, type V128, v128 } from "../wasm/simd.ts";

export type ValueReducer = Exclude<Reducer, "argmax" | "argmin">;

export interface Accumulation {
  readonly identity: V128;
  /** May use b twice: it should be a local. */
  combine(a: V128, b: V128): V128;
  /** Sums and products of floats go on in float64 after `wideAfter` steps, so that error does not grow with length. */
  readonly wide: { readonly identity: V128; combine(a: V128, b: V128): V128 } | null;
}

/** Steps of one lane in float32 before it is added to the float64 total. */
export const wideAfter = 128;

export function accumulationOf(reducer: ValueReducer, type: ScalarType): Accumulation {
  return (type === "float" ? floats : type === "bool" ? masks : type === "uint" ? { ...ints, ...uints } : ints)[reducer];
}

/** Extremes that hand on NaN, in three instructions where V8 expands f32x4.max into seven: pmax keeps a NaN in a, all ones are one too. Equal zeros: either. */
const largest = (a: V128, b: V128): V128 => v128.or(f32x4.pmax(a, b), f32x4.ne(b, b));
const smallest = (a: V128, b: V128): V128 => v128.or(f32x4.pmin(a, b), f32x4.ne(b, b));

const floats: Record<ValueReducer, Accumulation> = {
  sum: { identity: f32x4.const(0), combine: f32x4.add, wide: { identity: f64x2.const(0), combine: f64x2.add } },
  prod: { identity: f32x4.const(1), combine: f32x4.mul, wide: { identity: f64x2.const(1), combine: f64x2.mul } },
  max: { identity: f32x4.const(-Infinity), combine: largest, wide: null },
  min: { identity: f32x4.const(Infinity), combine: smallest, wide: null },
};
const ints: Record<ValueReducer, Accumulation> = {
  sum: { identity: i32x4.const(0), combine: i32x4.add, wide: null },
  prod: { identity: i32x4.const(1), combine: i32x4.mul, wide: null },
  max: { identity: i32x4.const(-0x8000_0000), combine: i32x4.maxS, wide: null },
  min: { identity: i32x4.const(0x7fff_ffff), combine: i32x4.minS, wide: null },
};
const uints: Pick<Record<ValueReducer, Accumulation>, "max" | "min"> = {
  max: { identity: i32x4.const(0), combine: i32x4.maxU, wide: null },
  min: { identity: i32x4.const(-1), combine: i32x4.minU, wide: null },
};
const any: Accumulation = { identity: i32x4.const(0), combine: v128.or, wide: null };
const all: Accumulation = { identity: i32x4.const(-1), combine: v128.and, wide: null };
const masks: Record<ValueReducer, Accumulation> = { sum: any, prod: all, max: any, min: all };

/** Combines the four lanes; every lane of the result holds the total. */
export function foldLanes(f: FunctionBuilder, { combine }: Accumulation, value: V128): { code: Code; total: Local<"v128"> } {
  const total = f.v128();
  const fold = (lanes: readonly [number, number, number, number]): Code => total.set(combine(total, v128.shuffle(total, total, lanes)));
  return { code: [total.set(value), fold([2, 3, 0, 1]), fold([1, 0, 3, 2])], total };
}

export const upperHalf = (a: V128): V128 => v128.shuffle(a, a, [2, 3, 2, 3]);
