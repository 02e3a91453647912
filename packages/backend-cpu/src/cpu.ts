// The device that users ask for, with every kernel there is.
import { type Backend, IndexError } from "@gradkit/tensor/backend";
import { createCpu } from "./create-cpu.ts";
import { everyPart } from "./every-part.ts";
import { createFused } from "./kernels/fused.ts";
import { type CpuOptions, openMemory } from "./memory-options.ts";
import { defaultThreads, Threads } from "./threads.ts";

/**
 * A new CPU device: WebAssembly SIMD kernels on one memory of its own. Works in Node, browsers and workers alike. Large ops are shared with
 * threads where memory can be shared: in Node always, in browsers on cross-origin isolated pages. The numbers do not depend on it.
 *
 * @throws {DeviceError} where the engine gives no memory.
 * @throws {IndexError} where `threads` is no whole number above 0.
 * @example
 * setDefaultDevice(await cpu());
 */
export async function cpu(options: CpuOptions = {}): Promise<Backend> {
  const { threads = defaultThreads() } = options;
  if (!Number.isInteger(threads) || threads < 1) throw new IndexError("cpu", `threads must be a whole number above 0 (got ${threads})`);
  const memory = openMemory(options);
  if (memory.shared && threads > 1) memory.lanes = new Threads(memory, threads);
  return createCpu(memory, { ...everyPart, createFused: (...given) => createFused(...given, options) });
}
