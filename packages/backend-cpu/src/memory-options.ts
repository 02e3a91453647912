// What a user may say of the device's memory.
import { Memory } from "./memory.ts";
import { detectFeatures } from "./wasm/features.ts";

export interface CpuOptions {
  /** Limit of the memory, in bytes. Default: 4 GiB, or what the engine allows. */
  maximumBytes?: number;
}

export const openMemory = ({ maximumBytes = 2 ** 32 }: CpuOptions): Memory => new Memory(detectFeatures(), { maximumBytes });
