// How a kernel reads and writes one operand: by its dtype and by how it walks along the inner loop.
import { type DType, dtypes } from "@gradkit/tensor/backend";
import { advance, when } from "../wasm/control.ts";
import type { Code, FunctionBuilder, Local } from "../wasm/emitter.ts";
import { i32 } from "../wasm/scalar.ts";
import { i32x4, type V128, v128 } from "../wasm/simd.ts";
import { fromMask, toMask } from "./expression.ts";

/** Along the inner loop: neighbours, one element for all, or a stride. Dense: part of cache keys. */
export const contiguous = 0;
export const broadcast = 1;
export const strided = 2;
export type Access = typeof contiguous | typeof broadcast | typeof strided;

export const accessOf = (stride: number): Access => (stride === 1 ? contiguous : stride === 0 ? broadcast : strided);

export interface OperandClass {
  readonly dtype: DType;
  readonly access: Access;
}

/**
 * One operand of a kernel under construction. Loads may run beyond the end (the memory allows 64 bytes), stores never do. A strided one
 * keeps the distances of lanes 1 to 3, and shortens them at the end so that no lane leaves the operand.
 */
export class Operand {
  readonly pointer: Local<"i32">;
  readonly bytes: number;
  readonly access: Access;
  readonly #dtype: DType;
  readonly #stride: Local<"i32"> | null; // bytes from element to element
  readonly #lanes: readonly Local<"i32">[]; // bytes from lane 0 to lanes 1, 2, 3
  readonly #splat: Local<"v128"> | null;

  constructor(f: FunctionBuilder, { dtype, access }: OperandClass) {
    this.#dtype = dtype;
    this.access = access;
    this.bytes = dtypes[dtype].bytes;
    this.pointer = f.i32();
    this.#stride = access === strided ? f.i32() : null;
    this.#lanes = access === strided ? f.locals("i32", 3) : [];
    this.#splat = access === broadcast ? f.v128() : null;
  }

  /** Once per kernel: reads the stride that the host left at `address`. */
  enter(address: Local<"i32">, offset: number): Code {
    return this.#stride ? this.#stride.set(i32.load(address, offset)) : [];
  }

  /** The same stride as another operand's. */
  shareStride(other: Operand): Code {
    return this.#stride && other.#stride ? this.#stride.set(other.#stride) : [];
  }

  /** Once per row, when the pointer is set. */
  startRow(): Code {
    if (this.#splat) {
      const element = this.bytes === 4 ? v128.load32Splat(this.pointer) : i32x4.splat(i32.load8U(this.pointer));
      return this.#splat.set(this.#convert(element));
    }
    const stride = this.#stride;
    return this.#lanes.map((lane, i) => (stride ? lane.set(i32.mul(stride, i + 1)) : []));
  }

  /** Before the last, partial vector: lanes that do not exist fall on lane 0. */
  clampLanes(left: Local<"i32">): Code {
    return this.#lanes.map((lane, i) => lane.set(i32.select(i32.gtS(left, i + 1), lane, 0)));
  }

  /** The `vector`-th four elements from the pointer on. */
  load(vector = 0): V128 {
    if (this.#splat) return this.#splat;
    if (this.access === contiguous) {
      return this.#convert(this.bytes === 4 ? v128.load(this.pointer, 16 * vector) : v128.load8x4U(this.pointer, 4 * vector));
    }
    if (this.bytes === 4) {
      const first = v128.load32Zero(this.pointer);
      return this.#lanes.reduce((value, lane, i) => v128.load32Lane(i32.add(this.pointer, lane), value, i + 1), first);
    }
    const first = i32x4.splat(i32.load8U(this.pointer));
    return this.#convert(
      this.#lanes.reduce((value, lane, i) => i32x4.replaceLane(value, i + 1, i32.load8U(i32.add(this.pointer, lane))), first),
    );
  }

  /** Four elements. The value is in its final dtype's form: see `narrow`. */
  store(value: Local<"v128">, vector = 0): Code {
    if (this.access === strided) return [0, 1, 2, 3].map((lane) => this.#storeLane(value, lane));
    return this.bytes === 4 ? v128.store(this.pointer, value, 16 * vector) : v128.store32Lane(this.pointer, value, 0, 4 * vector);
  }

  /** The first one to three elements. */
  storePartial(value: Local<"v128">, left: Local<"i32">): Code {
    return [0, 1, 2].map((lane) => {
      const store = this.#storeLane(value, lane);
      return lane === 0 ? store : when(i32.gtS(left, lane), store);
    });
  }

  /** Lane 0 alone. */
  storeOne(value: V128): Code {
    return this.#storeLane(value, 0);
  }

  #storeLane(value: V128, lane: number): Code {
    const distance = lane === 0 ? null : this.#lanes[lane - 1];
    const address = distance ? i32.add(this.pointer, distance) : this.pointer;
    const offset = this.access === strided ? 0 : lane * this.bytes;
    return this.bytes === 4 ? v128.store32Lane(address, value, lane, offset) : v128.store8Lane(address, value, lane, offset);
  }

  /** To the next vector, or the one `vectors` on. */
  advance(vectors = 1): Code {
    if (this.access === broadcast) return [];
    return advance(this.pointer, this.access === contiguous ? 4 * vectors * this.bytes : i32.shl(this.#stride!, 2));
  }

  /** What a formula computed, as it is stored: bytes together in lane 0. */
  narrow(value: V128): V128 {
    if (this.bytes === 4) return value;
    return v128.narrowToBytes(this.#dtype === "bool" ? fromMask(value) : value);
  }

  #convert(value: V128): V128 {
    return this.#dtype === "bool" ? toMask(value) : value;
  }
}
