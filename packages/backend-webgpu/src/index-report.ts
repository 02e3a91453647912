// Indices out of range are found by the kernels that use them: they clamp the index, and note the first one in a small buffer that the next
// read brings along. The error comes late, but it comes.
import { IndexError, type View } from "@gradkit/tensor/backend";
import { type BufferPool, type Memory, WebGpuBuffer } from "./buffers.ts";
import type { KernelWriter } from "./kernels/kernel-writer.ts";

const ops = ["gather", "scatter"] as const;

export class IndexReport {
  static readonly byteLength = 12; // op, index, size
  readonly view: View;
  readonly memory: Memory;
  /** A kernel that may have noted something was recorded since the last read. */
  due = false;

  constructor(pool: BufferPool) {
    this.memory = pool.takeUnused(IndexReport.byteLength, -1); // the device's own: not among the live bytes
    const buffer = new WebGpuBuffer(IndexReport.byteLength, this.memory);
    this.view = { buffer, dtype: "int32", shape: [3], strides: [1], offset: 0 };
  }

  /** What the words say; null if all indices were in range. */
  error([op, index, size]: Int32Array): IndexError | null {
    if (!op) return null;
    return new IndexError(
      ops[op - 1] as string,
      `index ${index} is out of range for a dim of size ${size} (the device found it; the result is not valid)`,
    );
  }
}

/** Statements that note `index` where it is not below `size`; `report` is the number of the report's view. */
export function emitRangeCheck(writer: KernelWriter, op: (typeof ops)[number], report: number, index: string, size: string): string {
  const words = [String(ops.indexOf(op) + 1), index, size];
  const note = words.map((word, at) => writer.store(report, String(at), word, "int")).join(" ");
  return `if ((${index} < 0 || ${index} >= ${size}) && ${writer.load(report, "0")} == 0) { ${note} }`;
}
