// The backend: one object over one memory, its kernels compiled as they are first called.
import type { Backend, DType, FusedKernels, Lower } from "@gradkit/tensor/backend";
import type { CpuBuffer } from "./buffer.ts";
import type { ColumnSums } from "./kernels/column-sums.ts";
import { createGather } from "./kernels/gather.ts";
import { MapKernels } from "./kernels/map.ts";
import type { MapLanes } from "./kernels/map-lanes.ts";
import type { MapTransposed } from "./kernels/map-transposed.ts";
import { createMatmul, type MultiplyAll } from "./kernels/matmul.ts";
import { MatrixProduct } from "./kernels/matrix-product.ts";
import { createReduce, type LargeReductions } from "./kernels/reduce.ts";
import { createScatter } from "./kernels/scatter.ts";
import type { Memory } from "./memory.ts";
import { unsupported } from "./unsupported.ts";

const dtypes: ReadonlySet<DType> = /* @__PURE__ */ new Set<DType>(["float32", "int32", "uint8", "bool"]);

/** What a small device does without. */
export interface CpuParts {
  /** Writes functions as arithmetic. */
  readonly lower: Lower;
  /** Brings operands of large maps into one order. */
  readonly createMapTransposed?: (memory: Memory, map: Backend["map"]) => MapTransposed;
  /** Shares large maps between threads. */
  readonly createMapLanes?: (memory: Memory) => MapLanes;
  /** Shares reductions between threads, and brings operands of some into another order. */
  readonly createLargeReductions?: (memory: Memory) => LargeReductions;
  /** In place of large reductions, where a device has no kernels for them. */
  readonly createColumnSums?: (memory: Memory, matmul: Backend["matmul"]) => ColumnSums;
  /** Shares products between threads. */
  readonly createSharedProducts?: (memory: Memory, product: MatrixProduct) => MultiplyAll;
  /** Takes many calls at a time. */
  readonly createMany?: (
    memory: Memory,
    lower: Lower,
    product: MatrixProduct,
    oneByOne: Pick<Backend, "map" | "matmul">,
  ) => Pick<Backend, "mapAll" | "rowwise">;
  readonly createScan?: (memory: Memory) => Backend["scan"];
  readonly createSort?: (memory: Memory) => Backend["sort"];
  /** Makes the kernels for whole ops. */
  readonly createFused?: (memory: Memory, map: Backend["map"], reduce: Backend["reduce"], product: MatrixProduct) => Partial<FusedKernels>;
}

const without = (op: string) => () => (): never => {
  throw unsupported(op);
};

/** The backend on a given memory. */
export function createCpu(
  memory: Memory,
  {
    lower,
    createMapTransposed,
    createMapLanes,
    createLargeReductions,
    createColumnSums,
    createSharedProducts,
    createMany,
    createScan = without("scan"),
    createSort = without("sort"),
    createFused,
  }: CpuParts,
): Backend {
  const map: Backend["map"] = (formula, inputs, scalars, outputs) => kernels.map(formula, inputs, scalars, outputs);
  const kernels = new MapKernels(memory, lower, createMapTransposed?.(memory, map), createMapLanes?.(memory));
  const product = new MatrixProduct(memory);
  const matmul = createMatmul(memory, map, product, createSharedProducts);
  const reduce = createReduce(memory, lower, map, createLargeReductions?.(memory), createColumnSums?.(memory, matmul));
  let fused: Partial<FusedKernels> | undefined;
  const readSync = (buffer: CpuBuffer, byteOffset: number, byteLength: number): ArrayBuffer => {
    const start = buffer.pointer + byteOffset;
    return memory.u8.slice(start, start + byteLength).buffer as ArrayBuffer; // a slice of shared memory is not shared
  };
  return {
    name: "cpu",
    capabilities: { dtypes, syncRead: true },
    allocate: (byteLength) => memory.allocate(byteLength),
    release: (buffer) => memory.release(buffer as CpuBuffer),
    memory: () => ({ liveBytes: memory.liveBytes, liveBuffers: memory.liveBuffers, pooledBytes: memory.pooledBytes }),
    write(buffer, byteOffset, data) {
      memory.u8.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), (buffer as CpuBuffer).pointer + byteOffset);
    },
    read: async (buffer, byteOffset, byteLength) => readSync(buffer as CpuBuffer, byteOffset, byteLength),
    readSync: (buffer, byteOffset, byteLength) => readSync(buffer as CpuBuffer, byteOffset, byteLength),
    synchronize: async () => {},
    map,
    reduce,
    matmul,
    ...createMany?.(memory, lower, product, { map, matmul }),
    gather: createGather(memory),
    scatter: createScatter(memory),
    scan: createScan(memory),
    sort: createSort(memory),
    get fused() {
      return (fused ??= createFused?.(memory, map, reduce, product) ?? {}); // when it is first asked for: 0.6 ms of a cold start
    },
  };
}
