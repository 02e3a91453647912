// What a user may say of the device's memory.
import { Memory } from "./memory.ts";
import { detectFeatures } from "./wasm/features.ts";

export interface CpuOptions {
  /** Limit of the memory, in bytes. Default: 4 GiB, or what the engine allows. */
  maximumBytes?: number;
  /** Fill released memory with NaNs, so that a use after release shows: for tests. Default: false. */
  poison?: boolean;
}

export const openMemory = (options: CpuOptions): Memory => new Memory(detectFeatures(), options);
