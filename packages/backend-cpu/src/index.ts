export { cpu } from "./cpu.ts";
export type { CpuOptions } from "./memory-options.ts";
