// Device memory: GPU buffers, pooled by size class. One tensor, one buffer: parts of a shared buffer could not be read and written
// in the same dispatch.
import { type Buffer, DeviceError, smallByteLength, unwatch, type Watch, watch } from "@gradkit/tensor/backend";
import type { Device } from "./device.ts";
import { classByteLength } from "./size-class.ts";
import { bufferUsage } from "./webgpu-constants.ts";

/** A GPU buffer with what the recorder knows of it. It outlives the tensors that use it one after the other. */
export interface Memory {
  readonly id: number;
  readonly gpu: GPUBuffer;
  readonly byteLength: number;
  /** The last batch of commands that names it. */
  lastBatch: number;
  /** Records the constant that fills it, where that was put off: to be called before anything else touches it. */
  fill: (() => void) | null;
}

export class WebGpuBuffer implements Buffer {
  readonly byteLength: number;
  readonly memory: Memory;
  released = false;
  /** Of a small one. */
  watch: Watch<Memory> | null = null;

  constructor(byteLength: number, memory: Memory) {
    this.byteLength = byteLength;
    this.memory = memory;
  }
}

/** Makes a memory's contents real. */
export function settleFill(memory: Memory): void {
  const { fill } = memory;
  memory.fill = null;
  fill?.();
}

/** What the garbage collector is told of a small buffer: with its bind groups it costs 13 KB in the driver and in JavaScript (measured on Dawn). */
const smallBufferCost = 13_000;
/** Below this much idle memory nothing is given back to the system. */
const keptBytes = 2 ** 28;

export class BufferPool {
  liveBytes = 0;
  liveBuffers = 0;
  pooledBytes = 0;
  readonly #device: Device;
  readonly #idle = new Map<number, Memory[]>(); // by class
  /** Takes back the memory of handles that were dropped without release: tensors watch over their large ones themselves. */
  readonly #dropped = { release: (memory: Memory): void => this.#reclaim(memory) };
  #nextId = 0;
  /** Submits what is recorded, so that a buffer that it names may be destroyed. */
  readonly #settle: (memory: Memory) => void;

  constructor(device: Device, settle: (memory: Memory) => void) {
    this.#device = device;
    this.#settle = settle;
  }

  /** @throws {DeviceError} for sizes beyond the device's limits. */
  allocate(byteLength: number): WebGpuBuffer {
    this.#device.check();
    const { maxBufferSize, maxStorageBufferBindingSize } = this.#device.gpu.limits;
    const limit = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    if (byteLength > limit)
      throw new DeviceError("allocate", `a buffer of ${byteLength} bytes exceeds this device's limit of ${limit}. Use smaller tensors`);
    const size = Math.min(classByteLength(byteLength), 4 * Math.floor(limit / 4));
    const memory = this.#take(size) ?? this.#create(size);
    this.liveBytes += size;
    this.liveBuffers++;
    const buffer = new WebGpuBuffer(byteLength, memory);
    if (byteLength <= smallByteLength) buffer.watch = watch(buffer, smallBufferCost, this.#dropped, memory);
    return buffer;
  }

  release(buffer: WebGpuBuffer): void {
    if (buffer.released) return;
    buffer.released = true;
    if (buffer.watch) unwatch(buffer.watch);
    this.#reclaim(buffer.memory);
  }

  /** Memory that no recorded command names; not counted as live. */
  takeUnused(byteLength: number, batch: number): Memory {
    const size = classByteLength(byteLength);
    const idle = this.#idle.get(size);
    const at = idle?.findIndex(({ lastBatch }) => lastBatch !== batch) ?? -1;
    if (!idle || at < 0) return this.#create(size);
    this.pooledBytes -= size;
    return idle.splice(at, 1)[0] as Memory;
  }

  giveBack(memory: Memory): void {
    memory.fill = null;
    const { byteLength } = memory;
    if (this.pooledBytes + byteLength > Math.max(keptBytes, this.liveBytes)) {
      this.#settle(memory);
      memory.gpu.destroy();
      return;
    }
    this.pooledBytes += byteLength;
    const idle = this.#idle.get(byteLength);
    if (idle) idle.push(memory);
    else this.#idle.set(byteLength, [memory]);
  }

  #reclaim(memory: Memory): void {
    this.liveBytes -= memory.byteLength;
    this.liveBuffers--;
    this.giveBack(memory);
  }

  #take(size: number): Memory | undefined {
    const memory = this.#idle.get(size)?.pop();
    if (memory) this.pooledBytes -= size;
    return memory;
  }

  #create(size: number): Memory {
    const describe = (): string => `allocate(${size} bytes, with ${this.liveBytes} live and ${this.pooledBytes} pooled)`;
    const usage = bufferUsage.storage | bufferUsage.copySource | bufferUsage.copyDestination;
    const gpu = this.#device.watch(describe, () => this.#device.gpu.createBuffer({ size, usage }));
    return { id: this.#nextId++, gpu, byteLength: size, lastBatch: -1, fill: null };
  }
}
