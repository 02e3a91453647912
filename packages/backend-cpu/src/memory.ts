// One WebAssembly memory for everything, growing as needed and shared with threads where the platform allows; a pool of blocks by size class.
import { DeviceError } from "@gradkit/tensor/backend";
import { CpuBuffer } from "./buffer.ts";
import { type Lanes, oneThread } from "./lanes.ts";
import { alignment, classByteLength, sizeClass } from "./size-class.ts";
import { SlabPool, smallByteLength } from "./slab.ts";
import type { Target } from "./wasm/emitter.ts";
import type { Features } from "./wasm/features.ts";

const pageByteLength = 0x1_0000;
const initialPages = 32;
const growthPages = 128; // at least, and a quarter of what there is: growing costs a system call
/** Kernels may load, never store, this far beyond a block. */
const readableBeyond = 64;

interface Range {
  start: number;
  end: number;
}

export class Memory implements Target {
  readonly memory: WebAssembly.Memory;
  readonly shared: boolean;
  readonly maximumPages: number;
  readonly relaxedSimd: boolean;
  /** Views of all memory, replaced when it grows: never keep them over an allocation. */
  f32!: Float32Array;
  i32!: Int32Array;
  u8!: Uint8Array;
  readonly #poison: boolean;
  readonly #slabs: SlabPool;
  readonly #free: number[][] = []; // per size class: pointers of released large blocks
  #ranges: Range[] = []; // released blocks that were merged with their neighbours
  #fresh = alignment; // everything from here on was never used
  #largeBytes = 0;
  #largeBuffers = 0;
  #freeBytes = 0;
  #held: CpuBuffer[] | null = null; // what is to be released later
  /** How work is shared out. */
  lanes: Lanes = oneThread;

  /** With `poison`, released blocks are filled with NaNs, so that a use after release shows. */
  constructor(features: Features, { maximumBytes = 2 ** 32, poison = false }: { maximumBytes?: number; poison?: boolean } = {}) {
    this.shared = features.sharedMemory;
    this.relaxedSimd = features.relaxedSimd;
    this.#poison = poison;
    [this.memory, this.maximumPages] = reserve(Math.max(initialPages, Math.floor(maximumBytes / pageByteLength)), this.shared);
    this.#refresh();
    this.#slabs = new SlabPool({
      take: (byteLength) => this.#take(byteLength),
      give: (pointer, byteLength) => this.#give(pointer, byteLength),
    });
  }

  get liveBytes(): number {
    return this.#largeBytes + this.#slabs.liveBytes;
  }
  get liveBuffers(): number {
    return this.#largeBuffers + this.#slabs.liveBuffers;
  }
  /** Bytes held for reuse: released blocks and the free slots of slabs. */
  get pooledBytes(): number {
    return this.#freeBytes + this.#slabs.slabBytes - this.#slabs.liveBytes;
  }

  /** Throws `DeviceError` when the memory is exhausted. */
  allocate(byteLength: number): CpuBuffer {
    if (byteLength <= smallByteLength) return this.#slabs.allocate(byteLength);
    const buffer = new CpuBuffer(byteLength, this.#take(byteLength), null);
    this.#largeBuffers++;
    this.#largeBytes += classByteLength(sizeClass(byteLength));
    return buffer;
  }

  /** The address of memory that stays with the device and is nobody's: it counts neither as live nor as pooled. */
  reserve(byteLength: number): number {
    return this.#take(byteLength);
  }

  release(buffer: CpuBuffer): void {
    if (buffer.released) throw new DeviceError("release", "this buffer was released before");
    buffer.released = true;
    if (this.#held) this.#held.push(buffer);
    else this.#reuse(buffer);
  }

  /** Until `letGo`, released memory is not used again: kernels that were only written down still need it. */
  hold(): void {
    this.#held = [];
  }
  letGo(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const buffer of held) this.#reuse(buffer);
  }

  #reuse({ pointer, byteLength, slab }: CpuBuffer): void {
    if (this.#poison) this.i32.fill(-1, pointer >>> 2, (pointer + byteLength + 3) >>> 2);
    if (slab) {
      this.#slabs.free(slab, pointer);
      return;
    }
    this.#largeBuffers--;
    this.#largeBytes -= classByteLength(sizeClass(byteLength));
    this.#give(pointer, byteLength);
  }

  #give(pointer: number, byteLength: number): void {
    const index = sizeClass(byteLength);
    const list = this.#free[index] ?? [];
    this.#free[index] = list;
    list.push(pointer);
    this.#freeBytes += classByteLength(index);
  }

  #take(byteLength: number): number {
    const index = sizeClass(byteLength);
    const bytes = classByteLength(index);
    const pooled = this.#free[index]?.pop();
    if (pooled !== undefined) {
      this.#freeBytes -= bytes;
      return pooled;
    }
    // growing while half of the memory lies idle in other size classes would be a leak: merge what is free instead
    if (!this.#fits(bytes) && this.#freeBytes > this.#fresh / 2) this.#merge();
    let pointer = this.#carve(bytes) ?? this.#bump(bytes);
    if (pointer === undefined) {
      this.#merge();
      pointer = this.#carve(bytes) ?? this.#bump(bytes);
    }
    if (pointer === undefined) {
      throw new DeviceError(
        "allocate",
        `out of memory: ${mebibytes(byteLength)} asked, ${mebibytes(this.liveBytes)} live, limit ${mebibytes(this.maximumPages * pageByteLength)}. ` +
          "Use smaller batches, or release what is no longer needed",
      );
    }
    return pointer;
  }

  #fits(bytes: number): boolean {
    return this.#fresh + bytes + readableBeyond <= this.memory.buffer.byteLength;
  }

  /** Memory that was never used. */
  #bump(bytes: number): number | undefined {
    if (!this.#fits(bytes) && !this.#grow(this.#fresh + bytes + readableBeyond)) return undefined;
    const pointer = this.#fresh;
    this.#fresh += bytes;
    return pointer;
  }

  /** First fit among the merged ranges. */
  #carve(bytes: number): number | undefined {
    const found = this.#ranges.find(({ start, end }) => end - start >= bytes);
    if (!found) return undefined;
    const pointer = found.start;
    found.start += bytes;
    this.#freeBytes -= bytes;
    if (found.start === found.end) this.#ranges.splice(this.#ranges.indexOf(found), 1);
    return pointer;
  }

  /** Joins all free blocks with their neighbours. */
  #merge(): void {
    const ranges = this.#ranges;
    this.#free.forEach((list, index) => {
      for (const start of list) ranges.push({ start, end: start + classByteLength(index) });
      list.length = 0;
    });
    ranges.sort((a, b) => a.start - b.start);
    const merged: Range[] = [];
    for (const range of ranges) {
      const last = merged.at(-1);
      if (last?.end === range.start) last.end = range.end;
      else merged.push(range);
    }
    const tail = merged.at(-1);
    if (tail?.end === this.#fresh) {
      this.#fresh = tail.start;
      this.#freeBytes -= tail.end - tail.start;
      merged.pop();
    }
    this.#ranges = merged;
  }

  #grow(end: number): boolean {
    const pages = this.memory.buffer.byteLength / pageByteLength;
    const needed = Math.ceil(end / pageByteLength);
    if (needed > this.maximumPages) return false;
    const wanted = Math.min(this.maximumPages, Math.max(needed, pages + Math.max(growthPages, pages >>> 2)));
    for (const target of [wanted, needed]) {
      try {
        this.memory.grow(target - pages);
        this.#refresh();
        return true;
      } catch {} // the system refused: try with less
    }
    return false;
  }

  #refresh(): void {
    const { buffer } = this.memory;
    this.f32 = new Float32Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.u8 = new Uint8Array(buffer);
  }
}

/** The largest memory that the engine lets us reserve; pages are only taken when touched. */
function reserve(pages: number, shared: boolean): [WebAssembly.Memory, number] {
  for (let maximum = pages; ; maximum = Math.max(initialPages, maximum >>> 1)) {
    try {
      return [new WebAssembly.Memory({ initial: initialPages, maximum, shared }), maximum];
    } catch (error) {
      if (maximum === initialPages) throw new DeviceError("cpu", "the engine refuses to reserve any memory", { cause: error });
    }
  }
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
