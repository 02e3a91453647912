// The block of words in which the host hands a kernel its arguments: kernels of any number of operands are then called alike, with one address.
// A header; per operand its address and its strides in bytes along the inner loop and the one around it; the scalars; and per dim outside of
// those, innermost first: size, counter, and per operand the bytes to move when this dim is the one that advances.
import { dtypeInfo, type ScalarType, UnsupportedError, type View } from "@gradkit/tensor/backend";
import type { CpuBuffer } from "../buffer.ts";
import type { Memory } from "../memory.ts";
import type { Iteration } from "./iteration.ts";

/** Elements of the inner loop. */
export const innerWord = 0;
/** How often the loops inside the odometer run. */
export const rowsWord = 1;
/** Reductions: rows that make one output. */
export const groupWord = 2;
/** Maps: the position of the first element. */
export const firstWord = 2;
/** Reductions to columns: rounds of the loop around the inner one, and the address of the accumulators. */
export const middleWord = 3;
export const scratchWord = 4;
const headerWords = 5;

export const pointerWord = (operand: number): number => headerWords + 3 * operand;
export const strideWord = (operand: number): number => headerWords + 3 * operand + 1;
export const middleStrideWord = (operand: number): number => headerWords + 3 * operand + 2;
export const scalarWord = (operands: number, scalar: number): number => headerWords + 3 * operands + scalar;
export const outerWord = (operands: number, scalars: number): number => headerWords + 3 * operands + scalars;
/** Words per outer dim. */
export const outerWords = (operands: number): number => 2 + operands;

const words = 1024;

export class CallBlock {
  /** Byte address, what a kernel is called with. */
  readonly address: number;
  readonly #memory: Memory;
  #start: number;

  /** At the address of memory that outlives it: by default some of its own, as long as there is the device. */
  constructor(memory: Memory, address: number = memory.reserve(4 * words)) {
    this.#memory = memory;
    this.address = address;
    this.#start = address >>> 2;
  }

  /** Where the words of the next call go, for blocks of several calls. */
  begin(word: number): void {
    this.#start = (this.address >>> 2) + word;
  }

  setCounts(inner: number, rows: number): void {
    const { i32 } = this.#memory;
    i32[this.#start + innerWord] = inner;
    i32[this.#start + rowsWord] = rows;
  }

  word(word: number): number {
    return this.#memory.i32[this.#start + word] as number;
  }
  setWord(word: number, value: number): void {
    this.#memory.i32[this.#start + word] = value;
  }

  setOperand(operand: number, view: View, innerStride: number): void {
    this.setPointer(operand, view);
    this.#memory.i32[this.#start + strideWord(operand)] = innerStride * dtypeInfo(view.dtype).bytes;
  }

  /** The view's first element, or one `elements` further on. */
  setPointer(operand: number, { buffer, dtype, offset }: View, elements = 0): void {
    this.#memory.i32[this.#start + pointerWord(operand)] = (buffer as CpuBuffer).pointer + (offset + elements) * dtypeInfo(dtype).bytes;
  }

  /** Takes over the first words of another block. */
  copy(other: CallBlock, count: number): void {
    this.#memory.i32.copyWithin(this.#start, other.#start, other.#start + count);
  }

  movePointer(operand: number, bytes: number): void {
    const { i32 } = this.#memory;
    const at = this.#start + pointerWord(operand);
    i32[at] = (i32[at] as number) + bytes;
  }

  /** A copy of the first words, to be put back for another call of the same layout. */
  save(count: number): Int32Array {
    return this.#memory.i32.slice(this.#start, this.#start + count);
  }
  restore(saved: Int32Array): void {
    const { i32 } = this.#memory;
    const start = this.#start;
    for (let i = 0; i < saved.length; i++) i32[start + i] = saved[i] as number; // they are few: `set` takes longer to begin
  }

  setScalars(operands: number, types: readonly ScalarType[], values: readonly number[], first = 0): void {
    for (let s = 0; s < types.length; s++) {
      const at = this.#start + scalarWord(operands, first + s);
      const value = values[s] as number;
      if (types[s] === "float") this.#memory.f32[at] = value;
      else this.#memory.i32[at] = types[s] === "bool" ? -value : value;
    }
  }

  /** The dims outside of the `inner` last ones. Moves are from row start to row start. */
  setOuter(operands: number, scalars: number, iteration: Iteration, inner: number, view: (operand: number) => View): void {
    const { i32 } = this.#memory;
    const step = outerWords(operands);
    const last = iteration.rank - 1 - inner;
    let at = this.#start + outerWord(operands, scalars);
    if ((last + 1) * step + outerWord(operands, scalars) > words) {
      throw new UnsupportedError("map", `${operands} operands of ${iteration.rank} dims do not fit into one call`);
    }
    for (let d = last; d >= 0; d--, at += step) {
      i32[at] = iteration.sizes[d] as number;
      i32[at + 1] = 0;
      for (let k = 0; k < operands; k++) {
        const strides = iteration.strides[k] as number[];
        let move = strides[d] as number;
        for (let e = d + 1; e <= last; e++) move -= (strides[e] as number) * ((iteration.sizes[e] as number) - 1);
        i32[at + 2 + k] = move * dtypeInfo(view(k).dtype).bytes;
      }
    }
  }
}
