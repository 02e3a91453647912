// More operands than a kernel may have buffers: the surplus moves into one scratch buffer, copied before the dispatch, and back after it
// where it was written.
import { dtypes, type View } from "@gradkit/tensor/backend";
import type { Memory, WebGpuBuffer } from "../buffers.ts";
import type { Target } from "./target.ts";

const memoryOf = ({ buffer }: View): Memory => (buffer as WebGpuBuffer).memory;

export function withinBindingLimit(
  { recorder, pool, mostBuffers }: Target,
  inputs: readonly View[],
  outputs: readonly View[],
  run: (inputs: readonly View[], outputs: readonly View[]) => void,
): void {
  const written = new Set(outputs.map(memoryOf));
  // buffers that are only read come last: they need no copy back
  const memories = [...written, ...new Set(inputs.map(memoryOf).filter((memory) => !written.has(memory)))];
  if (memories.length <= mostBuffers) {
    run(inputs, outputs);
    return;
  }

  const surplus = memories.slice(mostBuffers - 1);
  const starts = new Map<Memory, number>();
  let byteLength = 0;
  for (const memory of surplus) {
    starts.set(memory, byteLength);
    byteLength += memory.byteLength;
  }
  const scratch = pool.allocate(byteLength);
  for (const [memory, start] of starts) recorder.copy(memory, 0, scratch.memory, start, memory.byteLength);
  const moved = (view: View): View => {
    const start = starts.get(memoryOf(view));
    return start === undefined ? view : { ...fields(view), buffer: scratch, offset: view.offset + start / dtypes[view.dtype].bytes };
  };
  run(inputs.map(moved), outputs.map(moved));
  for (const [memory, start] of starts) if (written.has(memory)) recorder.copy(scratch.memory, start, memory, 0, memory.byteLength);
  pool.release(scratch);
}

/** Tensors are views by accessors, which a spread would not copy. */
const fields = ({ dtype, shape, strides }: View): Pick<View, "dtype" | "shape" | "strides"> => ({ dtype, shape, strides });
