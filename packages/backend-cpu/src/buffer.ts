// A block of the backend's memory.
import type { Buffer } from "@gradkit/tensor/backend";
import type { Slab } from "./slab.ts";

export class CpuBuffer implements Buffer {
  readonly byteLength: number;
  readonly pointer: number; // byte address, a multiple of 64
  /** Holding it is what keeps a small buffer's memory. */
  readonly slab: Slab | null;
  released = false;

  constructor(byteLength: number, pointer: number, slab: Slab | null) {
    this.byteLength = byteLength;
    this.pointer = pointer;
    this.slab = slab;
  }
}
