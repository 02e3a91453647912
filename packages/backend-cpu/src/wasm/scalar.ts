// Scalar instructions: i32 (addresses, counters, integers) and f32. A number stands for a constant.
import { signedLeb, unsignedLeb, type Value } from "./emitter.ts";

export type I32 = Value<"i32"> | number;
export type F32 = Value<"f32"> | number;

const floatBytes = (x: number): number[] => [...new Uint8Array(new Float32Array([x]).buffer)];

export const i32Value = (x: I32): Value<"i32"> => (typeof x === "number" ? { type: "i32", code: [0x41].concat(signedLeb(x)) } : x);
export const f32Value = (x: F32): Value<"f32"> => (typeof x === "number" ? { type: "f32", code: [0x43, ...floatBytes(x)] } : x);

const i32op = (...args: (Value | number)[]): Value<"i32"> => ({ type: "i32", code: args });
const f32op = (...args: (Value | number)[]): Value<"f32"> => ({ type: "f32", code: args });

const i32binary = (opcode: number) => (a: I32, b: I32) => i32op(i32Value(a), i32Value(b), opcode);
const f32binary = (opcode: number) => (a: F32, b: F32) => f32op(f32Value(a), f32Value(b), opcode);
const f32compare = (opcode: number) => (a: F32, b: F32) => i32op(f32Value(a), f32Value(b), opcode);

/** Loads and stores take an address and a constant byte offset. */
const load =
  <T extends "i32" | "f32">(type: T, opcode: number, align: number) =>
  (address: I32, offset = 0): Value<T> => ({ type, code: [i32Value(address), opcode, align, unsignedLeb(offset)] });

const store =
  (opcode: number, align: number) =>
  (address: I32, value: Value, offset = 0) => [i32Value(address), value, opcode, align, unsignedLeb(offset)];

const i32store = store(0x36, 2);
const i32store8 = store(0x3a, 0);
const f32store = store(0x38, 2);

export const i32 = {
  const: i32Value,
  add: i32binary(0x6a),
  sub: i32binary(0x6b),
  mul: i32binary(0x6c),
  divS: i32binary(0x6d),
  divU: i32binary(0x6e),
  remU: i32binary(0x70),
  and: i32binary(0x71),
  or: i32binary(0x72),
  xor: i32binary(0x73),
  shl: i32binary(0x74),
  shrS: i32binary(0x75),
  shrU: i32binary(0x76),
  eq: i32binary(0x46),
  ne: i32binary(0x47),
  ltS: i32binary(0x48),
  ltU: i32binary(0x49),
  gtS: i32binary(0x4a),
  geS: i32binary(0x4e),
  eqz: (a: I32) => i32op(i32Value(a), 0x45),
  /** condition ? a : b; both are computed. */
  select: (condition: I32, a: I32, b: I32) => i32op(i32Value(a), i32Value(b), i32Value(condition), 0x1b),
  load: load("i32", 0x28, 2),
  load8U: load("i32", 0x2d, 0),
  store: (address: I32, value: I32, offset = 0) => i32store(address, i32Value(value), offset),
  store8: (address: I32, value: I32, offset = 0) => i32store8(address, i32Value(value), offset),
  /** Out of range values saturate; NaN is 0. */
  truncSatF32: (a: F32) => i32op(f32Value(a), 0xfc, 0x00),
  reinterpret: (a: F32) => i32op(f32Value(a), 0xbc),
};

export const f32 = {
  const: f32Value,
  add: f32binary(0x92),
  mul: f32binary(0x94),
  min: f32binary(0x96),
  max: f32binary(0x97),
  eq: f32compare(0x5b),
  le: f32compare(0x5f),
  load: load("f32", 0x2a, 2),
  store: (address: I32, value: F32, offset = 0) => f32store(address, f32Value(value), offset),
};
