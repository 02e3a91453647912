// The device that users ask for, with every kernel there is.
import type { Backend } from "@gradkit/tensor/backend";
import { createCpu } from "./create-cpu.ts";
import { everyPart } from "./every-part.ts";
import { type CpuOptions, openMemory } from "./memory-options.ts";

/**
 * A new CPU device: WebAssembly SIMD kernels on one memory of its own. Works in Node, browsers and workers alike.
 *
 * @throws {DeviceError} where the engine gives no memory.
 * @example
 * setDefaultDevice(await cpu());
 */
export async function cpu(options: CpuOptions = {}): Promise<Backend> {
  return createCpu(openMemory(options), everyPart);
}
