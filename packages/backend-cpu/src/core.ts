// The device without what training a small model does not need, for pages that count bytes.
import { type Backend, lowerCommon } from "@gradkit/tensor/backend";
import { createCpu } from "./create-cpu.ts";
import { createColumnSums } from "./kernels/column-sums.ts";
import { type MemoryOptions, openMemory } from "./memory-options.ts";

/**
 * A CPU device 10 KB (min+gzip) smaller than that of `@gradkit/backend-cpu`. Softmax, convolution and pooling work by their decompositions:
 * the last two are many times slower, and so are large transposed copies; extremes and products over leading dims, too. Sorting, cumulative
 * sums and products, `tan`, the inverse trigonometric and hyperbolic functions, `sinh`, `cosh`, `erfc` and `lgamma` are an `UnsupportedError`.
 * There is one thread.
 *
 * @throws {DeviceError} where the engine gives no memory.
 * @example
 * import { cpu } from "@gradkit/backend-cpu/core";
 * setDefaultDevice(await cpu());
 */
export async function cpu(options: MemoryOptions = {}): Promise<Backend> {
  return createCpu(openMemory(options), { lower: lowerCommon, createColumnSums });
}

export type { MemoryOptions as CpuOptions };
