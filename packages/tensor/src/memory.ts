// What tensors hold on a device.
import type { Backend } from "./backend.ts";
import { defaultDevice } from "./device.ts";

export interface MemoryReport {
  /** Tensors with memory of their own, whoever holds it: views share that of their base. */
  readonly tensors: number;
  /** Bytes that they hold. */
  readonly liveBytes: number;
  /** Bytes that the backend keeps for reuse. */
  readonly pooledBytes: number;
}

/** What is held on a device; by default on the default device. */
export function memory(device: Backend = defaultDevice()): MemoryReport {
  const { liveBuffers, liveBytes, pooledBytes } = device.memory();
  return { tensors: liveBuffers, liveBytes, pooledBytes };
}
