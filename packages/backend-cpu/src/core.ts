// The device without the kernels of convolution and pooling, for pages that count bytes.
import type { Backend } from "@gradkit/tensor/backend";
import { createCpu } from "./create-cpu.ts";
import { createSoftmax } from "./kernels/softmax.ts";
import { type CpuOptions, openMemory } from "./memory-options.ts";

/**
 * A CPU device 7 KB (min+gzip) smaller than that of `@gradkit/backend-cpu`. Every op works on it; convolution and pooling by their
 * decompositions, which are many times slower.
 *
 * @throws {DeviceError} where the engine gives no memory.
 * @example
 * import { cpu } from "@gradkit/backend-cpu/core";
 * setDefaultDevice(await cpu());
 */
export async function cpu(options: CpuOptions = {}): Promise<Backend> {
  return createCpu(openMemory(options), createSoftmax);
}

export type { CpuOptions };
