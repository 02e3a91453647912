export { type WebGpuBackend, type WebGpuOptions, webgpu } from "./webgpu.ts";
