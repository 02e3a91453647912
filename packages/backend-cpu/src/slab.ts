// Small buffers share slabs of 64 KiB. A buffer holds its slab, the pool holds a slab only weakly unless it is the one being filled: when
// every buffer of a slab was dropped, the collector takes the slab and its watch returns the memory. So a small tensor that is
// simply forgotten costs no registration of its own.
import { smallByteLength, unwatch, type Watch, watch } from "@gradkit/tensor/backend";
import { CpuBuffer } from "./buffer.ts";
import { classByteLength, sizeClass } from "./size-class.ts";

export const slabByteLength = 0x1_0000;
export { smallByteLength }; // buffers up to this size live in slabs

/** What outlives a slab: where it is, and how many bytes of it count as live. */
interface SlabRecord {
  readonly pointer: number;
  readonly slotBytes: number;
  liveBuffers: number;
}

export class Slab {
  readonly record: SlabRecord;
  readonly index: number; // size class
  readonly free: number[] = []; // pointers
  readonly slots: number;
  watch: Watch<SlabRecord> | null = null;
  reference: WeakRef<Slab> | null = null; // set while the pool knows of free slots

  constructor(record: SlabRecord, index: number) {
    this.record = record;
    this.index = index;
    const step = classByteLength(index);
    this.slots = Math.floor(slabByteLength / step);
    for (let slot = this.slots - 1; slot >= 0; slot--) this.free.push(record.pointer + slot * step);
  }
}

/** Where slabs come from and go to. */
interface SlabSource {
  take(byteLength: number): number;
  give(pointer: number, byteLength: number): void;
}

export class SlabPool {
  liveBytes = 0;
  liveBuffers = 0;
  slabBytes = 0;
  readonly #source: SlabSource;
  readonly #current: (Slab | undefined)[] = [];
  readonly #available: WeakRef<Slab>[][] = []; // per class: slabs with free slots, besides the current one

  constructor(source: SlabSource) {
    this.#source = source;
  }

  allocate(byteLength: number): CpuBuffer {
    const index = sizeClass(byteLength);
    let slab = this.#current[index];
    if (!slab || slab.free.length === 0) {
      // the current slab is not watched: the watch refers to this pool, and a device that was dropped must not hold itself
      if (slab) slab.watch = watch(slab, slabByteLength, this, slab.record);
      slab = this.#reuse(index) ?? this.#create(index);
      this.#current[index] = slab;
    }
    const bytes = classByteLength(index);
    slab.record.liveBuffers++;
    this.liveBuffers++;
    this.liveBytes += bytes;
    return new CpuBuffer(byteLength, slab.free.pop() as number, slab);
  }

  free(slab: Slab, pointer: number): void {
    slab.record.liveBuffers--;
    this.liveBuffers--;
    this.liveBytes -= slab.record.slotBytes;
    slab.free.push(pointer);
    if (slab === this.#current[slab.index]) return;
    if (slab.free.length === slab.slots) {
      if (slab.watch) unwatch(slab.watch);
      slab.reference = null;
      this.#return(slab.record);
    } else if (!slab.reference) {
      slab.reference = new WeakRef(slab);
      const available = this.#available[slab.index] ?? [];
      this.#available[slab.index] = available;
      available.push(slab.reference);
    }
  }

  #reuse(index: number): Slab | undefined {
    const available = this.#available[index];
    while (available && available.length > 0) {
      const reference = available.pop() as WeakRef<Slab>;
      const slab = reference.deref();
      if (slab?.reference !== reference) continue; // collected, or returned whole
      slab.reference = null;
      if (slab.watch) unwatch(slab.watch);
      return slab;
    }
    return undefined;
  }

  #create(index: number): Slab {
    const slab = new Slab({ pointer: this.#source.take(slabByteLength), slotBytes: classByteLength(index), liveBuffers: 0 }, index);
    this.slabBytes += slabByteLength;
    return slab;
  }

  /** A slab that was dropped with all its buffers. */
  release(record: SlabRecord): void {
    this.liveBuffers -= record.liveBuffers;
    this.liveBytes -= record.liveBuffers * record.slotBytes;
    this.#return(record);
  }

  #return({ pointer }: SlabRecord): void {
    this.slabBytes -= slabByteLength;
    this.#source.give(pointer, slabByteLength);
  }
}
