// A value that a gradient will read. It holds the memory, not the tensor: the handle may be dropped or released meanwhile.
import { type DType, GradientError, type Shape, Tensor } from "@gradkit/tensor";
import type { Storage, View } from "@gradkit/tensor/recorder";

export interface SavedValue extends View {
  /** Throws a GradientError when the value was changed in place after `op` used it. */
  check(op: string): void;
  /** A handle outside the graph. */
  toTensor(): Tensor;
  /** No gradient will read it any more. */
  release(): void;
}

/** The value itself, kept alive. */
export class HeldValue implements SavedValue {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly strides: Shape;
  readonly offset: number;
  readonly #storage: Storage;
  readonly #version: number;
  #released = false;

  /** Takes a reference on the storage, until `release`. */
  constructor(tensor: Tensor) {
    this.#storage = tensor.storage.retain();
    this.dtype = tensor.dtype;
    this.shape = tensor.shape;
    this.strides = tensor.strides;
    this.offset = tensor.offset;
    this.#version = this.#storage.version;
  }

  get buffer(): View["buffer"] {
    return this.#storage.buffer;
  }

  check(op: string): void {
    const { version } = this.#storage;
    if (version !== this.#version) {
      throw new GradientError(
        op,
        `a value needed by ${op}'s gradient was changed in place after it was used (version ${this.#version}, now ${version}). Use the op without _, or clone() before`,
      );
    }
  }

  toTensor(): Tensor {
    return new Tensor(this.#storage, this.dtype, this.shape, this.strides, this.offset);
  }

  release(): void {
    if (!this.#released) this.#storage.release();
    this.#released = true;
  }
}

export type Save = (tensor: Tensor) => SavedValue;

let current: Save | null = null;

/** How ops save what their gradients will read: they hold it, unless a checkpoint has it otherwise. */
export const saveValue: Save = (tensor) => (current ? current(tensor) : new HeldValue(tensor));

/** Runs `fn`, in which ops save by `save`. */
export function savingBy<T>(save: Save, fn: () => T): T {
  const outer = current;
  current = save;
  try {
    return fn();
  } finally {
    current = outer;
  }
}
