// Bytes to and from the device. A write must not overtake work that is recorded but not yet submitted; a read submits it.
import { DeviceError } from "@gradkit/tensor/backend";
import { type BufferPool, type Memory, settleFill, type WebGpuBuffer } from "./buffers.ts";
import type { Device } from "./device.ts";
import { IndexReport } from "./index-report.ts";
import type { Recorder } from "./recorder.ts";
import { classByteLength } from "./size-class.ts";
import { bufferUsage, mapForReading } from "./webgpu-constants.ts";

const align = (byteLength: number): number => Math.ceil(byteLength / 4) * 4;

export class Transfers {
  readonly #device: Device;
  readonly #recorder: Recorder;
  readonly #pool: BufferPool;
  readonly #report: IndexReport;
  readonly #staging = new Map<number, GPUBuffer[]>(); // mappable buffers by size

  constructor(device: Device, recorder: Recorder, pool: BufferPool, report: IndexReport) {
    this.#device = device;
    this.#recorder = recorder;
    this.#pool = pool;
    this.#report = report;
  }

  /** Whether the bytes start and end with words, or with the buffer: the queue writes nothing smaller. */
  takesWords({ byteLength }: WebGpuBuffer, byteOffset: number, data: ArrayBufferView): boolean {
    const end = byteOffset + data.byteLength;
    return byteOffset % 4 === 0 && (end % 4 === 0 || end === byteLength);
  }

  /** For bytes that `takesWords`. The queue's writes come before all work submitted later: only where no recorded work names the buffer may one go straight to it. */
  write(buffer: WebGpuBuffer, byteOffset: number, data: ArrayBufferView): void {
    if (data.byteLength === 0) return;
    this.#device.check();
    const { memory } = buffer;
    settleFill(memory);
    if (!this.#recorder.isPending(memory)) {
      this.#enqueue(memory, byteOffset, data);
      return;
    }
    const between = this.#pool.takeUnused(align(data.byteLength), this.#recorder.batch);
    this.#enqueue(between, 0, data);
    this.#recorder.copy(between, 0, memory, byteOffset, align(data.byteLength));
    this.#pool.giveBack(between);
  }

  #enqueue(memory: Memory, byteOffset: number, data: ArrayBufferView): void {
    const { queue } = this.#device.gpu;
    const whole = data.byteLength & ~3;
    // a view on shared memory is copied first: WebGPU refuses it
    const { buffer: source, byteOffset: from } = data.buffer instanceof ArrayBuffer ? data : copied(data);
    if (whole > 0) queue.writeBuffer(memory.gpu, byteOffset, source as ArrayBuffer, from, whole);
    if (whole === data.byteLength) return;
    const rest = new Uint8Array(4);
    rest.set(new Uint8Array(source, from + whole, data.byteLength - whole));
    queue.writeBuffer(memory.gpu, byteOffset + whole, rest);
  }

  /** @throws {IndexError} if a kernel so far was given an index out of range. */
  async read(buffer: WebGpuBuffer, byteOffset: number, byteLength: number): Promise<ArrayBuffer> {
    this.#device.check();
    if (byteLength === 0) return new ArrayBuffer(0);
    const start = byteOffset & ~3;
    const length = align(byteOffset + byteLength) - start;
    const asks = this.#report.due;
    this.#report.due = false;
    const staging = this.#takeStaging(length + IndexReport.byteLength);
    this.#recorder.copy(buffer.memory, start, staging, 0, length);
    if (asks) this.#recorder.copy(this.#report.memory, 0, staging, length, IndexReport.byteLength);
    this.#recorder.submit();
    try {
      await staging.mapAsync(mapForReading);
    } catch (error) {
      await this.#device.settle();
      throw new DeviceError("read", `the device did not give its memory back: ${(error as Error).message}`);
    }
    const mapped = staging.getMappedRange();
    const bytes = mapped.slice(byteOffset - start, byteOffset - start + byteLength);
    const indexError = asks ? this.#report.error(new Int32Array(mapped, length, IndexReport.byteLength / 4)) : null;
    staging.unmap();
    this.#staging.get(staging.size)?.push(staging);
    await this.#device.settle();
    if (indexError) {
      this.#device.gpu.queue.writeBuffer(this.#report.memory.gpu, 0, new Int32Array(IndexReport.byteLength / 4));
      throw indexError;
    }
    return bytes;
  }

  async synchronize(): Promise<void> {
    this.#device.check();
    if (this.#report.due) {
      await this.read(this.#report.view.buffer as WebGpuBuffer, 0, IndexReport.byteLength);
      return;
    }
    this.#recorder.submit();
    await this.#device.gpu.queue.onSubmittedWorkDone();
    await this.#device.settle();
  }

  #takeStaging(byteLength: number): GPUBuffer {
    const size = classByteLength(byteLength);
    let idle = this.#staging.get(size);
    if (!idle) {
      idle = [];
      this.#staging.set(size, idle);
    }
    return (
      idle.pop() ?? this.#device.gpu.createBuffer({ label: "read-back", size, usage: bufferUsage.mapRead | bufferUsage.copyDestination })
    );
  }
}

function copied(data: ArrayBufferView): { buffer: ArrayBuffer; byteOffset: number } {
  const bytes = new Uint8Array(data.byteLength);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return { buffer: bytes.buffer, byteOffset: 0 };
}
