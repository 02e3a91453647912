// What a user may say of the device.
import { Memory } from "./memory.ts";
import { detectFeatures } from "./wasm/features.ts";

export interface MemoryOptions {
  /** Limit of the memory, in bytes. Default: 4 GiB, or what the engine allows. */
  maximumBytes?: number;
  /** Fill released memory with NaNs, so that a use after release shows: for tests. Default: false. */
  poison?: boolean;
}

export interface CpuOptions extends MemoryOptions {
  /** Threads that share the work of large ops, this one included. Default: as many as there are cores, 8 at most. */
  threads?: number;
  /**
   * Compute 3×3 convolutions by Winograd's algorithm where that is faster, up to three times. Its rounding errors are three to ten times
   * those of summing the products themselves, which `false` does. Default: true.
   */
  winograd?: boolean;
}

export const openMemory = (options: MemoryOptions): Memory => new Memory(detectFeatures(), options);
