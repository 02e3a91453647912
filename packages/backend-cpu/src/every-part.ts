// Every kernel there is, for the device that users ask for.
import { lower } from "@gradkit/tensor/backend";
import type { CpuParts } from "./create-cpu.ts";
import { createFused } from "./kernels/fused.ts";
import { createScan } from "./kernels/scan.ts";
import { createSort } from "./kernels/sort.ts";

export const everyPart: CpuParts = { lower, createScan, createSort, createFused };
