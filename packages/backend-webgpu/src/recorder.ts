// Records work into one encoder with one open compute pass, and submits it on a read, when the ring of kernels' words is full, and when
// nothing was recorded for a moment.
import { type Memory, settleFill } from "./buffers.ts";
import type { Device } from "./device.ts";
import { type Kernel, windowBytes } from "./pipelines.ts";
import { bufferUsage } from "./webgpu-constants.ts";

/** Room for the words of 1,024 dispatches. */
const ringByteLength = 1024 * windowBytes;
/** Work that nobody waits for is submitted after this pause. */
const idleMs = 2;
/** Invocations of a workgroup: kernels know no other size. */
export const workgroupSize = 64;
/** Along one dimension, on every device. */
const mostWorkgroups = 65_535;
/** Names of kernels kept for messages. */
const namedKernels = 8;

export interface Counters {
  /** Command buffers submitted, and dispatches in them, since the device was made. */
  submits: number;
  dispatches: number;
}

export class Recorder {
  readonly counters: Counters = { submits: 0, dispatches: 0 };
  /** Of the batch that is being recorded. */
  batch = 0;
  readonly #device: Device;
  readonly #uniforms: GPUBuffer;
  readonly #ints = new Int32Array(ringByteLength / 4);
  readonly #floats = new Float32Array(this.#ints.buffer);
  /** Where the next word goes, and where the current kernel's words began. */
  #word = 0;
  #window = 0;
  #encoder: GPUCommandEncoder | null = null;
  #pass: GPUComputePassEncoder | null = null;
  #pipeline: GPUComputePipeline | null = null;
  #kernels: string[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #recordedAtTimer = 0;
  #held: (() => void) | null = null;

  constructor(device: Device) {
    this.#device = device;
    this.#uniforms = device.gpu.createBuffer({
      label: "words",
      size: ringByteLength,
      usage: bufferUsage.uniform | bufferUsage.copyDestination,
    });
  }

  /** Starts a dispatch: the kernel's words follow, in the order in which its code reads them. */
  begin(kernel: Kernel): this {
    this.#device.check();
    this.settle();
    if (this.#window + kernel.windowByteLength > ringByteLength) this.submit();
    this.#word = this.#window / 4;
    this.int(0); // opaqueZero
    return this;
  }

  int(value: number): void {
    this.#ints[this.#word++] = value;
  }

  float(value: number): void {
    this.#floats[this.#word++] = value;
  }

  /** As `dispatch`, for `count` invocations in a row, spread over two dimensions of workgroups where one has not enough. */
  dispatchLinear(kernel: Kernel, buffers: readonly Memory[], count: number): void {
    const groups = Math.ceil(count / workgroupSize);
    const x = Math.min(groups, mostWorkgroups);
    this.dispatch(kernel, buffers, x, Math.ceil(groups / x));
  }

  /** Ends what `begin` started. */
  dispatch(kernel: Kernel, buffers: readonly Memory[], x: number, y = 1): void {
    const pass = (this.#pass ??= this.#encode().beginComputePass());
    if (this.#pipeline !== kernel.pipeline) pass.setPipeline(kernel.pipeline);
    this.#pipeline = kernel.pipeline;
    pass.setBindGroup(0, kernel.layout.group(this.#uniforms, buffers), [this.#window]);
    pass.dispatchWorkgroups(x, y);
    for (const memory of buffers) memory.lastBatch = this.batch;
    this.#window += kernel.windowByteLength;
    this.counters.dispatches++;
    if (this.#kernels.length < namedKernels) this.#kernels.push(kernel.label);
  }

  copy(from: Memory | GPUBuffer, fromOffset: number, to: Memory | GPUBuffer, toOffset: number, byteLength: number): void {
    this.#device.check();
    this.settle();
    for (const memory of [from, to]) if ("gpu" in memory) settleFill(memory);
    this.settle();
    this.#endPass();
    const raw = (memory: Memory | GPUBuffer): GPUBuffer => {
      if (!("gpu" in memory)) return memory;
      memory.lastBatch = this.batch;
      return memory.gpu;
    };
    this.#encode().copyBufferToBuffer(raw(from), fromOffset, raw(to), toOffset, byteLength);
  }

  /** Whether recorded work that is not yet submitted names this memory. */
  isPending(memory: Memory): boolean {
    this.settle();
    return this.#encoder !== null && memory.lastBatch === this.batch;
  }

  /** Work that may still grow: `settle` records it. One at a time. */
  hold(settle: () => void): void {
    this.#held = settle;
    this.#submitWhenIdle();
  }

  /** Records what is held. */
  settle(): void {
    const held = this.#held;
    this.#held = null;
    held?.();
  }

  submit(): void {
    this.settle();
    const encoder = this.#encoder;
    if (!encoder) return;
    this.#endPass();
    const [kernels, more] = [this.#kernels, this.counters.dispatches];
    const describe = (): string =>
      `a submit of ${kernels.join(", ") || "copies"}${kernels.length === namedKernels ? " …" : ""} (${more} dispatches so far)`;
    this.#device.watch(describe, () => {
      if (this.#window > 0) this.#device.gpu.queue.writeBuffer(this.#uniforms, 0, this.#ints.buffer, 0, this.#window);
      this.#device.gpu.queue.submit([encoder.finish()]);
    });
    this.#encoder = null;
    this.#kernels = [];
    this.#window = 0;
    this.batch++;
    this.counters.submits++;
  }

  #encode(): GPUCommandEncoder {
    if (!this.#encoder) {
      this.#encoder = this.#device.gpu.createCommandEncoder();
      this.#submitWhenIdle();
    }
    return this.#encoder;
  }

  #endPass(): void {
    this.#pass?.end();
    this.#pass = null;
    this.#pipeline = null;
  }

  #submitWhenIdle(): void {
    if (this.#timer !== null) return;
    this.#recordedAtTimer = this.counters.dispatches;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (!this.#encoder && !this.#held) return;
      if (this.counters.dispatches === this.#recordedAtTimer) this.submit();
      else this.#submitWhenIdle();
    }, idleMs);
  }
}
