// The handle a user holds: a strided view of a storage, and what autograd needs to know of it. Every op is a method and a free function; both
// lead to ops/. Methods are installed by methods.ts.
import type { Backend, Buffer, View } from "./backend.ts";
import { type DType, isFloat, type TypedArray } from "./dtype.ts";
import { DTypeError, formatShape, GradientError, LifetimeError } from "./errors.ts";
import { type BackwardOptions, recorder } from "./grad-mode.ts";
import { track } from "./lifetime.ts";
import { lifetimeObserver } from "./lifetime-observer.ts";
import type { TensorMethods } from "./methods.ts";
import { inspectTensor, printTensor } from "./print.ts";
import { type Nested, Reading, readData, readDataSync, toNested } from "./read.ts";
import type { Storage } from "./storage.ts";
import { isContiguous, numel } from "./view.ts";

declare global {
  /** As in lib.esnext.disposable and @types/node: programs compiled without either can use the declarations too. */
  interface SymbolConstructor {
    readonly dispose: unique symbol;
  }
}

/** What autograd hangs on a tensor: the recorded op that made it. */
export interface GradFn {
  readonly name: string;
}

export type TensorHook = (gradient: Tensor) => Tensor | undefined;

/** A strided view of memory on a device: what every op takes and gives. Made by `tensor`, `zeros`, `randn` and their kind; ops are methods, too. */
export class Tensor implements View {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** In elements. 0 along broadcast dims, negative along flipped ones. */
  readonly strides: readonly number[];
  /** Of the first element in its storage, in elements. */
  readonly offset: number;
  /** The op that made this tensor, while its graph lives; null for leaves. */
  gradFn: GradFn | null = null;
  /** Which output of `gradFn` this is. */
  outputIndex = 0;
  /** The tensor this one is a differentiable view of. */
  base: Tensor | null = null;
  /** Never released by the library: parameters, and what `keep()` marks. */
  kept = false;
  hooks: TensorHook[] | null = null;
  #storage: Storage | null;
  #released = "";
  #requiresGrad = false;
  #grad: Tensor | null = null;

  /** Made by creation functions and ops; takes one reference on the storage. */
  constructor(storage: Storage, dtype: DType, shape: readonly number[], strides: readonly number[], offset: number) {
    this.#storage = storage.retain();
    this.dtype = dtype;
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
    track(this);
    lifetimeObserver()?.made(this);
  }

  get storage(): Storage {
    if (!this.#storage) {
      const made = this.gradFn ? ` made by ${this.gradFn.name}` : "";
      throw new LifetimeError(
        "tensor",
        `a tensor ${formatShape(this.shape)}${made} was released: ${this.#released}${lifetimeObserver()?.describe(this) ?? ". debugLifetimes(true) shows where it was made and released"}`,
      );
    }
    return this.#storage;
  }

  get buffer(): Buffer {
    return this.storage.buffer;
  }

  get device(): Backend {
    return this.storage.device;
  }

  get released(): boolean {
    return this.#storage === null;
  }

  /** Number of dims. */
  get ndim(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get numel(): number {
    return numel(this.shape);
  }

  /** Length along dim 0. */
  get length(): number {
    return this.shape[0] ?? 0;
  }

  get isContiguous(): boolean {
    return isContiguous(this);
  }

  // --- gradients

  /** A view also requires grad once its base does: an in-place write through another view may have brought it there. */
  get requiresGrad(): boolean {
    const { base } = this;
    return this.#requiresGrad || (base ? base.#requiresGrad : false);
  }

  set requiresGrad(value: boolean) {
    this.requiresGrad_(value);
  }

  /** Made by the user, not by a recorded op. */
  get isLeaf(): boolean {
    return this.gradFn === null && (this.base === null || this.base.gradFn === null);
  }

  /** Asks for gradients with respect to this leaf. */
  requiresGrad_(value = true): this {
    if (value && !isFloat(this.dtype)) throw new DTypeError("requiresGrad_", `only float tensors have gradients (got ${this.dtype})`);
    if (!value && !this.isLeaf)
      throw new GradientError("requiresGrad_", "only leaves can stop asking for gradients. Use detach() on the output of an op");
    this.#requiresGrad = value;
    if (value && this.isLeaf) this.kept = true;
    return this;
  }

  /** The accumulated gradient, or null. Reading it hands it to you: the library will not release it. */
  get grad(): Tensor | null {
    if (this.#grad) this.#grad.kept = true;
    return this.#grad;
  }

  /** Setting null releases a gradient that nobody ever read. */
  set grad(value: Tensor | null) {
    const old = this.#grad;
    this.#grad = value;
    if (old !== value && old?.kept === false) old.dispose();
  }

  /** For autograd and optimizers: the gradient without the promise that comes with reading it. */
  get accumulatedGrad(): Tensor | null {
    return this.#grad;
  }

  /** Marks an op's output: called by recorders. */
  setHistory(gradFn: GradFn, outputIndex: number): void {
    this.gradFn = gradFn;
    this.outputIndex = outputIndex;
    this.#requiresGrad = true;
  }

  /** Computes gradients of this scalar (or of any shape, given `gradient`) and accumulates them in the leaves' `grad`. */
  backward(gradient: Tensor | null = null, options: BackwardOptions = {}): void {
    recorder("backward").backward(this, gradient, options);
  }

  /** Calls `hook` with the gradient of this tensor when it is computed; what it returns replaces it. Returns a function that removes it. */
  registerHook(hook: TensorHook): () => void {
    if (!this.requiresGrad) throw new GradientError("registerHook", "the tensor does not require grad");
    this.hooks ??= [];
    this.hooks.push(hook);
    return () => {
      this.hooks = this.hooks?.filter((other) => other !== hook) ?? null;
    };
  }

  /** The same memory outside the graph. */
  detach(): Tensor {
    return new Tensor(this.storage, this.dtype, this.shape, this.strides, this.offset);
  }

  // --- lifetime

  /** Promises that the library never releases this tensor by itself. */
  keep(): this {
    this.kept = true;
    return this;
  }

  /** Releases this handle now; its memory goes when no other handle, view or graph holds it. Never needed for correctness. */
  dispose(reason = "dispose() was called on it. Leave it to the library, or call it after the last use"): void {
    if (!this.#storage) return;
    this.#storage.release();
    this.#storage = null;
    this.#released = reason;
    lifetimeObserver()?.released(this);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  // --- reading

  /** The single element, as a number (bools as 0 and 1). Throws a ShapeError for more elements than one. */
  item(): Promise<number> {
    return Reading.resolve(readData(this, "item").then((data) => data[0] as number));
  }

  /** As `item`, at once, where the device reads synchronously. */
  itemSync(): number {
    return readDataSync(this, "item")[0] as number;
  }

  /** The elements in row-major order, as a copy. */
  data(): Promise<TypedArray> {
    return readData(this, "data");
  }

  /** As `data`, at once, where the device reads synchronously. */
  dataSync(): TypedArray {
    return readDataSync(this, "data");
  }

  /** Nested arrays of numbers (booleans for bool). */
  async tolist(): Promise<Nested> {
    return toNested(await readData(this, "tolist"), this.shape, this.dtype);
  }

  /** Prints as PyTorch does; works on every device. */
  async print(): Promise<void> {
    console.log(printTensor(this, await readData(this, "print")));
  }

  toString(): string {
    return inspectTensor(this);
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return inspectTensor(this);
  }
}

export interface Tensor extends TensorMethods {}
