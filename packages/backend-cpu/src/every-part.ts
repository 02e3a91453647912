// Every kernel there is, for the device that users ask for.
import { lower } from "@gradkit/tensor/backend";
import type { CpuParts } from "./create-cpu.ts";
import { createFused } from "./kernels/fused.ts";
import { createLargeReductions } from "./kernels/large-reductions.ts";
import { createMapAll } from "./kernels/map-all.ts";
import { createMapLanes } from "./kernels/map-lanes.ts";
import { createMapTransposed } from "./kernels/map-transposed.ts";
import { createRowwise } from "./kernels/rowwise.ts";
import { createScan } from "./kernels/scan.ts";
import { createSharedProducts } from "./kernels/shared-products.ts";
import { createSort } from "./kernels/sort.ts";

export const everyPart: CpuParts = {
  lower,
  createMapTransposed,
  createMapLanes,
  createLargeReductions,
  createSharedProducts,
  createMany: (memory, lower, product, oneByOne) => ({
    mapAll: createMapAll(memory, lower, oneByOne.map),
    rowwise: createRowwise(memory, lower, product, oneByOne),
  }),
  createScan,
  createSort,
  createFused,
};
