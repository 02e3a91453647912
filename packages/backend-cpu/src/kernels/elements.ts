// Walking views line by line from JavaScript, and the memory as numbers for the kernels that are plain loops over typed arrays.
import { dtypes, type View } from "@gradkit/tensor/backend";
import type { CpuBuffer } from "../buffer.ts";
import type { Memory } from "../memory.ts";

export const addressOf = ({ buffer, dtype, offset }: View): number => (buffer as CpuBuffer).pointer + offset * dtypes[dtype].bytes;
export const byteStrides = ({ dtype, strides }: View): number[] => strides.map((stride) => stride * dtypes[dtype].bytes);

/** All memory as elements of the view's dtype, and the view's first one in it. Valid until the next allocation. */
export function elementsOf(memory: Memory, view: View): { array: Float32Array | Int32Array | Uint8Array; start: number } {
  const { bytes } = dtypes[view.dtype];
  const array = view.dtype === "float32" ? memory.f32 : bytes === 4 ? memory.i32 : memory.u8;
  return { array, start: (view.buffer as CpuBuffer).pointer / bytes + view.offset };
}

/**
 * Visits the start of every line along `dim`: `strides` are the operands', `offsets` where their lines begin.
 * The array is the same at each visit.
 */
export function eachLine(
  shape: readonly number[],
  dim: number,
  strides: readonly (readonly number[])[],
  starts: readonly number[],
  visit: (offsets: readonly number[]) => void,
): void {
  const dims = shape.map((_, d) => d).filter((d) => d !== dim && shape[d] !== 1);
  if (dims.some((d) => shape[d] === 0)) return;
  const offsets = [...starts];
  const counters = dims.map(() => 0);
  for (;;) {
    visit(offsets);
    let at = dims.length - 1;
    for (; at >= 0; at--) {
      const d = dims[at] as number;
      const wraps = (counters[at] as number) + 1 === shape[d];
      counters[at] = wraps ? 0 : (counters[at] as number) + 1;
      for (let k = 0; k < offsets.length; k++) {
        const stride = (strides[k] as readonly number[])[d] as number;
        offsets[k] = (offsets[k] as number) + (wraps ? -stride * ((shape[d] as number) - 1) : stride);
      }
      if (!wraps) break;
    }
    if (at < 0) return;
  }
}

/** Strides with 0 along `dim`: positions there come from an index. */
export const pinned = (strides: readonly number[], dim: number): number[] => strides.map((stride, d) => (d === dim ? 0 : stride));
