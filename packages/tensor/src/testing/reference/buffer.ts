// The reference backend's memory: plain ArrayBuffers, poisoned when they are made and unusable once they are released.
import type { Buffer, View } from "../../backend.ts";
import { type DType, dtypes, type TypedArray } from "../../dtype.ts";
import { LifetimeError } from "../../errors.ts";

/** Reads as NaN in floats and as −1 or 255 in integers: nobody can mistake fresh memory for zeros. */
const POISON = 0xff;
/** Lengths are rounded up to it, so that every dtype can look at the whole buffer. */
const ALIGNMENT = 8;

/** Rounds numbers to the nearest half when it stores them. Missing before Node 24. */
export const halves = (globalThis as unknown as { Float16Array?: new (bytes: ArrayBuffer) => TypedArray }).Float16Array;

export class ReferenceBuffer implements Buffer {
  readonly byteLength: number;
  #bytes: ArrayBuffer | null;
  readonly #arrays = new Map<DType, TypedArray>();

  constructor(byteLength: number) {
    this.byteLength = byteLength;
    this.#bytes = new ArrayBuffer(Math.ceil(byteLength / ALIGNMENT) * ALIGNMENT);
    new Uint8Array(this.#bytes).fill(POISON);
  }

  get bytes(): ArrayBuffer {
    if (!this.#bytes) throw new LifetimeError("reference", "a buffer is used after it was released");
    return this.#bytes;
  }

  /** The whole buffer as elements of one dtype. */
  as(dtype: DType): TypedArray {
    let array = this.#arrays.get(dtype);
    if (!array) {
      array = new (dtype === "float16" && halves ? halves : dtypes[dtype].array)(this.bytes);
      this.#arrays.set(dtype, array);
    }
    return array;
  }

  release(): void {
    if (!this.#bytes) throw new LifetimeError("reference", "a buffer is released twice");
    this.#bytes = null;
    this.#arrays.clear();
  }
}

/** The memory of a view, to be indexed by element; offsets and strides are the caller's. */
export const elementsOf = (view: View): TypedArray => (view.buffer as ReferenceBuffer).as(view.dtype);

/** Stores a number as the view's dtype: floats are rounded, whole numbers wrap, bools are 0 or 1. */
export type Store = (at: number, value: number) => void;

export function storeTo(view: View): Store {
  const elements = elementsOf(view);
  if (view.dtype === "bool") {
    return (at, value) => {
      elements[at] = value !== 0 ? 1 : 0;
    };
  }
  return (at, value) => {
    elements[at] = value;
  };
}
