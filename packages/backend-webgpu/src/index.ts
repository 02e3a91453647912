export type { GpuSource } from "./gpu.ts";
export type { Counters } from "./recorder.ts";
export { type WebGpuBackend, type WebGpuOptions, webgpu } from "./webgpu.ts";
