// What tensors hold on a device.
import type { Backend } from "./backend.ts";
import { defaultDevice } from "./device.ts";

export interface MemoryReport {
  /** Bytes of buffers that tensors, views and graphs hold. */
  readonly liveBytes: number;
  /** Bytes that the backend keeps for reuse. */
  readonly pooledBytes: number;
}

/** Bytes held on a device; by default on the default device. */
export const memory = (device: Backend = defaultDevice()): MemoryReport => device.memory();
