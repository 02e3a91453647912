// Vector instructions, four 32-bit lanes at a time. A number stands for a constant in every lane, kept in a local of the function.
import { type Code, type FunctionBuilder, unsignedLeb, type Value } from "./emitter.ts";
import { type F32, f32Value, type I32, i32Value } from "./scalar.ts";

export type V128 = Value<"v128">;
export type Vector = V128 | number;

const opcodes: number[][] = [];
const opcode = (op: number): number[] => (opcodes[op] ??= [0xfd].concat(unsignedLeb(op)));
const v128op = (...code: Code[]): V128 => ({ type: "v128", code });

const vectorBytes = (lanes: ArrayBufferView): number[] =>
  opcode(0x0c).concat(Array.from(new Uint8Array(lanes.buffer, lanes.byteOffset, lanes.byteLength)));
const constant = (lanes: ArrayBufferView): V128 => {
  const bytes = vectorBytes(lanes);
  return v128op((f: FunctionBuilder) => f.constant("v128", bytes));
};

const floats = (x: Vector): V128 => (typeof x === "number" ? constant(new Float32Array(4).fill(x)) : x);
const ints = (x: Vector): V128 => (typeof x === "number" ? constant(new Int32Array(4).fill(x)) : x);
const doubles = (x: Vector): V128 => (typeof x === "number" ? constant(new Float64Array(2).fill(x)) : x);

type Lift = (x: Vector) => V128;
const unary = (op: number, lift: Lift) => (a: Vector) => v128op(lift(a), opcode(op));
const binary = (op: number, lift: Lift) => (a: Vector, b: Vector) => v128op(lift(a), lift(b), opcode(op));
const shift = (op: number) => (a: Vector, count: I32) => v128op(ints(a), i32Value(count), opcode(op));

const memory = (offset: number): number[] => [0].concat(unsignedLeb(offset)); // no alignment promised
const load =
  (op: number) =>
  (address: I32, offset = 0): V128 =>
    v128op(i32Value(address), opcode(op), memory(offset));

export const v128 = {
  const: (lanes: ArrayBufferView): V128 => constant(lanes),
  load: load(0x00),
  /** Four bytes, widened to 32 bits without sign: needs SSE4.1 and one instruction more than v128.load. */
  load8x4U: (address: I32, offset = 0): V128 => v128op(i32Value(address), opcode(0x5c), memory(offset), opcode(0x89), opcode(0xa9)), // load32_zero, i16x8.extend_low_i8x16_u, i32x4.extend_low_i16x8_u
  /** One 32-bit element in every lane. */
  load32Splat: load(0x09),
  load32Zero: load(0x5c),
  /** Replaces one lane by a 32-bit element from memory. */
  load32Lane: (address: I32, value: V128, lane: number, offset = 0): V128 =>
    v128op(i32Value(address), value, opcode(0x56), memory(offset), lane),
  store: (address: I32, value: V128, offset = 0): Code => [i32Value(address), value, opcode(0x0b), memory(offset)],
  store32Lane: (address: I32, value: V128, lane: number, offset = 0): Code => [
    i32Value(address),
    value,
    opcode(0x5a),
    memory(offset),
    lane,
  ],
  not: unary(0x4d, ints),
  and: binary(0x4e, ints),
  /** a & ~b */
  andNot: binary(0x4f, ints),
  or: binary(0x50, ints),
  xor: binary(0x51, ints),
  /** Bits of a where the mask has ones, else of b. */
  bitselect: (a: V128, b: V128, mask: V128): V128 => v128op(a, b, mask, opcode(0x52)),
  anyTrue: (a: V128): Value<"i32"> => ({ type: "i32", code: [a, opcode(0x53)] }),
  store8Lane: (address: I32, value: V128, lane: number, offset = 0): Code => [i32Value(address), value, opcode(0x58), memory(offset), lane],
  /** As bitselect where every lane of the mask is all ones or all zeros: one instruction instead of three on engines with relaxed SIMD. */
  laneselect: (a: V128, b: V128, mask: V128): V128 => v128op((f: FunctionBuilder) => [a, b, mask, opcode(f.relaxedSimd ? 0x10b : 0x52)]),
  /** The lowest byte of each 32-bit lane, together in lane 0. */
  narrowToBytes: (a: V128): V128 => v128op(a, a, opcode(0x0d), [0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12]),
  /** Lanes picked from a (0–3) and b (4–7). */
  shuffle: (a: V128, b: V128, lanes: readonly [number, number, number, number]): V128 =>
    v128op(
      a,
      b,
      opcode(0x0d),
      lanes.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3]),
    ),
};

export const f32x4 = {
  const: floats,
  splat: (a: F32): V128 => (typeof a === "number" ? floats(a) : v128op(f32Value(a), opcode(0x13))),
  lane: (a: V128, lane: number): Value<"f32"> => ({ type: "f32", code: [a, opcode(0x1f), lane] }),
  eq: binary(0x41, floats),
  ne: binary(0x42, floats),
  lt: binary(0x43, floats),
  le: binary(0x45, floats),
  ceil: unary(0x67, floats),
  floor: unary(0x68, floats),
  trunc: unary(0x69, floats),
  nearest: unary(0x6a, floats),
  abs: unary(0xe0, floats),
  neg: unary(0xe1, floats),
  sqrt: unary(0xe3, floats),
  add: binary(0xe4, floats),
  sub: binary(0xe5, floats),
  mul: binary(0xe6, floats),
  div: binary(0xe7, floats),
  /** Hand on NaN. */
  min: binary(0xe8, floats),
  max: binary(0xe9, floats),
  /** b < a ? b : a, one instruction: NaN in a stays, NaN in b does not. */
  pmin: binary(0xea, floats),
  /** a < b ? b : a. */
  pmax: binary(0xeb, floats),
  fromI32: unary(0xfa, ints),
  fromU32: unary(0xfb, ints),
  /** a·b + c; fused where the engine has it. */
  madd: (a: Vector, b: Vector, c: Vector): V128 => {
    const x = floats(a);
    const y = floats(b);
    const z = floats(c);
    return v128op((f: FunctionBuilder) => (f.relaxedSimd ? [x, y, z, opcode(0x105)] : [x, y, opcode(0xe6), z, opcode(0xe4)]));
  },
  /** c − a·b. */
  nmadd: (a: Vector, b: Vector, c: Vector): V128 => {
    const [x, y, z] = [floats(a), floats(b), floats(c)];
    return v128op((f: FunctionBuilder) => (f.relaxedSimd ? [x, y, z, opcode(0x106)] : [z, x, y, opcode(0xe6), opcode(0xe5)]));
  },
};

export const i32x4 = {
  const: ints,
  splat: (a: I32): V128 => (typeof a === "number" ? ints(a) : v128op(i32Value(a), opcode(0x11))),
  lane: (a: V128, lane: number): Value<"i32"> => ({ type: "i32", code: [a, opcode(0x1b), lane] }),
  replaceLane: (a: V128, lane: number, value: I32): V128 => v128op(a, i32Value(value), opcode(0x1c), lane),
  eq: binary(0x37, ints),
  ne: binary(0x38, ints),
  ltS: binary(0x39, ints),
  ltU: binary(0x3a, ints),
  gtS: binary(0x3b, ints),
  gtU: binary(0x3c, ints),
  leS: binary(0x3d, ints),
  leU: binary(0x3e, ints),
  geS: binary(0x3f, ints),
  geU: binary(0x40, ints),
  abs: unary(0xa0, ints),
  neg: unary(0xa1, ints),
  shl: shift(0xab),
  shrS: shift(0xac),
  shrU: shift(0xad),
  add: binary(0xae, ints),
  sub: binary(0xb1, ints),
  mul: binary(0xb5, ints),
  minS: binary(0xb6, ints),
  minU: binary(0xb7, ints),
  maxS: binary(0xb8, ints),
  maxU: binary(0xb9, ints),
  truncSatF32S: unary(0xf8, floats),
  truncSatF32U: unary(0xf9, floats),
};

export const f64x2 = {
  const: doubles,
  add: binary(0xf0, doubles),
  sub: binary(0xf1, doubles),
  mul: binary(0xf2, doubles),
  div: binary(0xf3, doubles),
  abs: unary(0xec, doubles),
  trunc: unary(0x7a, doubles),
  ge: binary(0x4c, doubles),
  lt: binary(0x49, doubles),
  /** Lanes 0 and 1 of four integers. */
  fromLowI32S: unary(0xfe, ints),
  fromLowI32U: unary(0xff, ints),
  /** To lanes 0 and 1 of four integers, saturating; the others are 0. */
  truncSatZeroS: unary(0xfc, doubles),
  truncSatZeroU: unary(0xfd, doubles),
  /** Lanes 0 and 1 of four floats. */
  promoteLow: unary(0x5f, floats),
  /** To lanes 0 and 1 of four floats; the others are 0. */
  demoteZero: unary(0x5e, doubles),
};

/** 0, 1, 2, 3: which of a vector's elements are which. */
export const lanePositions = v128.const(new Int32Array([0, 1, 2, 3]));
