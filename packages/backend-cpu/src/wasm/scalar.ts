// Scalar instructions: i32 (addresses, counters, integers), f32 and f64. A number stands for a constant.
import { signedLeb, unsignedLeb, type Value } from "./emitter.ts";

export type I32 = Value<"i32"> | number;
export type F32 = Value<"f32"> | number;
export type F64 = Value<"f64"> | number;

const floatBytes = (x: number): number[] => [...new Uint8Array(new Float32Array([x]).buffer)];
const doubleBytes = (x: number): number[] => [...new Uint8Array(new Float64Array([x]).buffer)];

export const i32Value = (x: I32): Value<"i32"> => (typeof x === "number" ? { type: "i32", code: [0x41, ...signedLeb(x)] } : x);
export const f32Value = (x: F32): Value<"f32"> => (typeof x === "number" ? { type: "f32", code: [0x43, ...floatBytes(x)] } : x);
export const f64Value = (x: F64): Value<"f64"> => (typeof x === "number" ? { type: "f64", code: [0x44, ...doubleBytes(x)] } : x);

const i32op = (...args: (Value | number)[]): Value<"i32"> => ({ type: "i32", code: args });
const f32op = (...args: (Value | number)[]): Value<"f32"> => ({ type: "f32", code: args });
const f64op = (...args: (Value | number)[]): Value<"f64"> => ({ type: "f64", code: args });

const i32binary = (opcode: number) => (a: I32, b: I32) => i32op(i32Value(a), i32Value(b), opcode);
const f32unary = (opcode: number) => (a: F32) => f32op(f32Value(a), opcode);
const f32binary = (opcode: number) => (a: F32, b: F32) => f32op(f32Value(a), f32Value(b), opcode);
const f32compare = (opcode: number) => (a: F32, b: F32) => i32op(f32Value(a), f32Value(b), opcode);
const f64binary = (opcode: number) => (a: F64, b: F64) => f64op(f64Value(a), f64Value(b), opcode);

/** Loads and stores take an address and a constant byte offset. */
const load =
  <T extends "i32" | "f32" | "f64">(type: T, opcode: number, align: number) =>
  (address: I32, offset = 0): Value<T> => ({ type, code: [i32Value(address), opcode, align, ...unsignedLeb(offset)] });

const store =
  (opcode: number, align: number) =>
  (address: I32, value: Value, offset = 0) => [i32Value(address), value, opcode, align, ...unsignedLeb(offset)];

const i32store = store(0x36, 2);
const i32store8 = store(0x3a, 0);
const f32store = store(0x38, 2);
const f64store = store(0x39, 3);

export const i32 = {
  const: i32Value,
  add: i32binary(0x6a),
  sub: i32binary(0x6b),
  mul: i32binary(0x6c),
  divS: i32binary(0x6d),
  divU: i32binary(0x6e),
  remS: i32binary(0x6f),
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
  gtU: i32binary(0x4b),
  leS: i32binary(0x4c),
  leU: i32binary(0x4d),
  geS: i32binary(0x4e),
  geU: i32binary(0x4f),
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
  abs: f32unary(0x8b),
  neg: f32unary(0x8c),
  ceil: f32unary(0x8d),
  floor: f32unary(0x8e),
  trunc: f32unary(0x8f),
  nearest: f32unary(0x90),
  sqrt: f32unary(0x91),
  add: f32binary(0x92),
  sub: f32binary(0x93),
  mul: f32binary(0x94),
  div: f32binary(0x95),
  min: f32binary(0x96),
  max: f32binary(0x97),
  eq: f32compare(0x5b),
  ne: f32compare(0x5c),
  lt: f32compare(0x5d),
  gt: f32compare(0x5e),
  le: f32compare(0x5f),
  ge: f32compare(0x60),
  select: (condition: I32, a: F32, b: F32) => f32op(f32Value(a), f32Value(b), i32Value(condition), 0x1b),
  load: load("f32", 0x2a, 2),
  store: (address: I32, value: F32, offset = 0) => f32store(address, f32Value(value), offset),
  fromI32: (a: I32) => f32op(i32Value(a), 0xb2),
  fromU32: (a: I32) => f32op(i32Value(a), 0xb3),
  fromF64: (a: F64) => f32op(f64Value(a), 0xb6),
  reinterpret: (a: I32) => f32op(i32Value(a), 0xbe),
};

export const f64 = {
  const: f64Value,
  add: f64binary(0xa0),
  sub: f64binary(0xa1),
  mul: f64binary(0xa2),
  div: f64binary(0xa3),
  load: load("f64", 0x2b, 3),
  store: (address: I32, value: F64, offset = 0) => f64store(address, f64Value(value), offset),
  fromF32: (a: F32) => f64op(f32Value(a), 0xbb),
};
