// A value that a gradient will read. It holds the memory, not the tensor: the handle may be dropped or released meanwhile.
import { type DType, GradientError, type Shape, Tensor } from "@gradkit/tensor";
import type { Storage, View } from "@gradkit/tensor/recorder";

export class SavedValue implements View {
  readonly storage: Storage;
  readonly dtype: DType;
  readonly shape: Shape;
  readonly strides: Shape;
  readonly offset: number;
  readonly #version: number;

  /** Takes a reference on the storage, until `release`. */
  constructor(tensor: Tensor) {
    this.storage = tensor.storage.retain();
    this.dtype = tensor.dtype;
    this.shape = tensor.shape;
    this.strides = tensor.strides;
    this.offset = tensor.offset;
    this.#version = this.storage.version;
  }

  get buffer(): View["buffer"] {
    return this.storage.buffer;
  }

  check(op: string): void {
    if (this.storage.version !== this.#version) {
      throw new GradientError(
        op,
        `a value needed by ${op}'s gradient was changed in place after it was used (version ${this.#version}, now ${this.storage.version}). Use the op without _, or clone() before`,
      );
    }
  }

  /** A handle outside the graph. */
  toTensor(): Tensor {
    return new Tensor(this.storage, this.dtype, this.shape, this.strides, this.offset);
  }

  release(): void {
    this.storage.release();
  }
}
