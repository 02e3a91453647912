// The backend: one device, one recorder, kernels compiled as they are first called.
import { type Backend, DeviceError, type DType, formula, input, type View } from "@gradkit/tensor/backend";
import { BufferPool, type WebGpuBuffer } from "./buffers.ts";
import { Device } from "./device.ts";
import { findGpu, type GpuSource } from "./gpu.ts";
import { IndexReport } from "./index-report.ts";
import { createFused } from "./kernels/fused.ts";
import { createGather } from "./kernels/gather.ts";
import { createMap } from "./kernels/map.ts";
import { createMatmul } from "./kernels/matmul.ts";
import { createReduce } from "./kernels/reduce.ts";
import { createScan } from "./kernels/scan.ts";
import { createScatter } from "./kernels/scatter.ts";
import { createSort } from "./kernels/sort.ts";
import type { Target } from "./kernels/target.ts";
import { Pipelines } from "./pipelines.ts";
import { type Counters, Recorder } from "./recorder.ts";
import { Transfers } from "./transfers.ts";

/** What every adapter stores. */
export const dtypes: ReadonlySet<DType> = /* @__PURE__ */ new Set<DType>(["float32", "int32", "uint8", "bool"]);

const byteCopy = /* @__PURE__ */ formula(["int"], [], [/* @__PURE__ */ input(0, "int")]);

export interface WebGpuOptions {
  /** The GPU to use. Default: `navigator.gpu`; in Node that of the package `webgpu`, if it is installed. */
  gpu?: GpuSource;
}

export interface WebGpuBackend extends Backend {
  /** The adapter, as the driver names it. */
  readonly adapter: string;
  /** Work so far: command buffers submitted and kernels dispatched. */
  counters(): Readonly<Counters>;
}

/**
 * A new WebGPU device, or null where there is none. Works in browsers, workers, and in Node with the package `webgpu` beside this one.
 *
 * @throws {DeviceError} where there is an adapter that gives no device.
 * @example
 * setDefaultDevice((await webgpu()) ?? (await cpu()));
 */
export async function webgpu({ gpu }: WebGpuOptions = {}): Promise<WebGpuBackend | null> {
  const source = gpu ?? (await findGpu());
  const adapter: GPUAdapter | null | undefined = await source?.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) return null;
  let device: GPUDevice;
  try {
    device = await adapter.requestDevice({ requiredLimits: sizesOf(adapter) });
  } catch (error) {
    throw new DeviceError("webgpu", `the adapter gives no device: ${(error as Error).message}`, { cause: error });
  }
  const { vendor, architecture, description } = adapter.info;
  return createWebGpu(new Device(device, source), [vendor, architecture, description].filter(Boolean).join(" "));
}

/** As large buffers as there are; everything else stays at what every WebGPU device has, so that kernels run everywhere. */
const sizesOf = ({ limits }: GPUAdapter): Record<string, number> => ({
  maxBufferSize: limits.maxBufferSize,
  maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
});

/** The backend on a given device. */
export function createWebGpu(device: Device, adapter: string): WebGpuBackend {
  const recorder = new Recorder(device);
  const pool = new BufferPool(device, (memory) => {
    if (recorder.isPending(memory)) recorder.submit();
  });
  const report = new IndexReport(pool);
  const transfers = new Transfers(device, recorder, pool, report);
  const mostBuffers = device.gpu.limits.maxStorageBuffersPerShaderStage;
  const target: Target = { recorder, pipelines: new Pipelines(device), pool, report, mostBuffers };
  const reduce = createReduce(target);
  const map = createMap(target);
  const write = (buffer: WebGpuBuffer, byteOffset: number, data: ArrayBufferView): void => {
    if (transfers.takesWords(buffer, byteOffset, data)) {
      transfers.write(buffer, byteOffset, data);
      return;
    }
    const scratch = pool.allocate(data.byteLength);
    transfers.write(scratch, 0, data);
    const bytes: Omit<View, "buffer" | "offset"> = { dtype: "uint8", shape: [data.byteLength], strides: [1] };
    map(byteCopy, [{ ...bytes, buffer: scratch, offset: 0 }], [], [{ ...bytes, buffer, offset: byteOffset }]);
    pool.release(scratch);
  };
  return {
    name: "webgpu",
    capabilities: { dtypes, syncRead: false },
    adapter,
    counters: () => ({ ...recorder.counters }),
    allocate: (byteLength) => pool.allocate(byteLength),
    release: (buffer) => pool.release(buffer as WebGpuBuffer),
    memory: () => ({ liveBytes: pool.liveBytes, liveBuffers: pool.liveBuffers, pooledBytes: pool.pooledBytes }),
    write: (buffer, byteOffset, data) => write(buffer as WebGpuBuffer, byteOffset, data),
    read: (buffer, byteOffset, byteLength) => transfers.read(buffer as WebGpuBuffer, byteOffset, byteLength),
    synchronize: () => transfers.synchronize(),
    map,
    reduce,
    matmul: createMatmul(target),
    gather: createGather(target),
    scatter: createScatter(target),
    scan: createScan(target),
    sort: createSort(target),
    fused: createFused(target, reduce),
  };
}
