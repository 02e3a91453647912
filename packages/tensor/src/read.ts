// From the device to JavaScript: the only asynchronous thing in the library.
import { type DType, dtypes, type TypedArray } from "./dtype.ts";
import { formatShape, GradkitError, ShapeError, UnsupportedError } from "./errors.ts";
import { yieldToEventLoop } from "./event-loop.ts";
import { noGrad } from "./grad-mode.ts";
import type { Tensor } from "./tensor.ts";

/** Nested arrays, one level a dim. */
export type Nested = number | boolean | Nested[];

/** Reads a contiguous stretch of memory: a strided tensor is first copied on its device, one of float16 as float32. */
function stretch(tensor: Tensor): { source: Tensor; byteOffset: number; byteLength: number; done: () => void } {
  const isHalf = tensor.dtype === "float16"; // JavaScript has no array for it everywhere
  const { bytes } = dtypes[isHalf ? "float32" : tensor.dtype];
  const byteLength = tensor.numel * bytes;
  if (tensor.isContiguous && !isHalf) return { source: tensor, byteOffset: tensor.offset * bytes, byteLength, done: () => {} };
  const copy = noGrad(() => (isHalf ? tensor.to("float32") : tensor.clone()));
  return { source: copy, byteOffset: 0, byteLength, done: () => copy.dispose() };
}

function checkSingle(tensor: Tensor, op: string): void {
  if (op === "item" && tensor.numel !== 1) {
    throw new ShapeError(
      "item",
      `a tensor with ${tensor.numel} elements is not one number (got ${formatShape(tensor.shape)}). Use data() or tolist()`,
    );
  }
}

/** A number that is being read. Arithmetic with it, which would silently give NaN or text, says what is missing. */
export class Reading<T> extends Promise<T> {
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  [Symbol.toPrimitive](): never {
    throw new GradkitError("item", "the number is still being read. Write `await x.item()`, or x.itemSync() where the device can");
  }
}

const view = (tensor: Tensor, bytes: ArrayBuffer): TypedArray => new dtypes[tensor.dtype].array(bytes);

export async function readData(tensor: Tensor, op: string): Promise<TypedArray> {
  checkSingle(tensor, op);
  const { source, byteOffset, byteLength, done } = stretch(tensor);
  try {
    return view(source, await source.device.read(source.buffer, byteOffset, byteLength));
  } finally {
    done();
    await yieldToEventLoop();
  }
}

export function readDataSync(tensor: Tensor, op: string): TypedArray {
  checkSingle(tensor, op);
  const { device } = tensor;
  if (!device.readSync) throw new UnsupportedError(op, `the ${device.name} backend has no synchronous reads. Use await ${op}()`);
  const { source, byteOffset, byteLength, done } = stretch(tensor);
  try {
    return view(source, device.readSync(source.buffer, byteOffset, byteLength));
  } finally {
    done();
  }
}

export function toNested(data: ArrayLike<number>, shape: readonly number[], dtype: DType): Nested {
  let at = 0;
  const build = (dim: number): Nested => {
    if (dim === shape.length) {
      const value = data[at++] as number;
      return dtype === "bool" ? value !== 0 : value;
    }
    return Array.from({ length: shape[dim] as number }, () => build(dim + 1));
  };
  return build(0);
}
