// Views and numbers on a bare backend, without tensors: what the cases of the contract are written with.
import type { Backend, Buffer, View } from "../../backend.ts";
import { type DType, dtypes, type TypedArray } from "../../dtype.ts";
import { contiguousStrides, numel } from "../../view.ts";

/** Uploads numbers as a contiguous view. */
export function upload(backend: Backend, shape: readonly number[], numbers: ArrayLike<number>, dtype: DType = "float32"): View {
  const { array, bytes } = dtypes[dtype];
  const buffer = backend.allocate(numel(shape) * bytes);
  const data = new array(numbers.length);
  data.set(numbers);
  backend.write(buffer, 0, data);
  return { buffer, dtype, shape, strides: contiguousStrides(shape), offset: 0 };
}

export const fresh = (backend: Backend, shape: readonly number[], dtype: DType = "float32"): View =>
  upload(backend, shape, new Array<number>(numel(shape)).fill(dtype === "bool" ? 0 : 77), dtype);

/** All elements of a view's buffer, in memory order. */
export async function download(backend: Backend, { buffer, dtype }: View): Promise<TypedArray> {
  return new dtypes[dtype].array(await backend.read(buffer, 0, buffer.byteLength));
}

/** Runs `fn` and releases the buffers that it names by calling `own`. */
export async function owning<T>(backend: Backend, fn: (own: (view: View) => View) => Promise<T>): Promise<T> {
  const owned: Buffer[] = [];
  try {
    return await fn((view) => {
      owned.push(view.buffer);
      return view;
    });
  } finally {
    for (const buffer of owned) backend.release(buffer);
  }
}

/** Throws unless both lists hold the same numbers. */
export function expectEqual(what: string, got: ArrayLike<number>, expected: ArrayLike<number>): void {
  const length = Math.max(got.length, expected.length);
  for (let i = 0; i < length; i++) {
    if (Object.is(got[i], expected[i]) || got[i] === expected[i]) continue;
    throw new Error(`${what}: element ${i} is ${got[i]}, expected ${expected[i]}`);
  }
}
