// The views of one dispatch as bindings. Views that share memory are bound once: WebGPU refuses a buffer that is readable in one binding
// and writable in another.
import { type DType, dtypes, type View } from "@gradkit/tensor/backend";
import { type Memory, settleFill, type WebGpuBuffer } from "../buffers.ts";
import type { Binding } from "../pipelines.ts";

export interface BoundViews {
  readonly memories: readonly Memory[];
  readonly bindings: readonly Binding[];
  /** Per view: which binding. */
  readonly slots: readonly number[];
  readonly dtypes: readonly DType[];
  /** Equal for dispatches that can share a kernel, as far as bindings go. */
  readonly key: string;
}

const isByte = (dtype: DType): boolean => dtypes[dtype].bytes === 1;

/** Neighbouring bytes belong to different invocations: they are written atomically. */
function elementOf(stored: readonly DType[], writable: boolean): Binding["element"] {
  if (stored.every((dtype) => dtype === "float32")) return "f32";
  if (stored.every((dtype) => dtype === "int32")) return "i32";
  return writable && stored.some(isByte) ? "atomic<u32>" : "u32";
}

/** Views from `firstOutput` on are written. */
export function bindViews(views: readonly View[], firstOutput: number): BoundViews {
  const memories: Memory[] = [];
  const writable: boolean[] = [];
  const slots: number[] = [];
  const stored: DType[] = [];
  let key = "";
  for (let k = 0; k < views.length; k++) {
    const { buffer, dtype } = views[k] as View;
    const { memory } = buffer as WebGpuBuffer;
    let slot = memories.indexOf(memory);
    if (slot < 0) {
      slot = memories.length;
      settleFill(memory);
      memories.push(memory);
      writable.push(false);
    }
    if (k >= firstOutput) writable[slot] = true;
    slots.push(slot);
    stored.push(dtype);
    key += `${dtypes[dtype].code}${slot},`;
  }
  const bindings = writable.map(
    (written, slot): Binding => ({
      element: elementOf(
        stored.filter((_, k) => slots[k] === slot),
        written,
      ),
      writable: written,
    }),
  );
  return { memories, bindings, slots, dtypes: stored, key };
}
