// Shared, counted ownership of one device buffer. Every handle and every saved value holds one reference; at zero the buffer goes back to its
// backend at once. Buffers whose handles were merely dropped are the collector's: see collector.ts.
import type { Backend, Buffer } from "./backend.ts";
import { noteAllocated, noteReleased } from "./collector.ts";

/** Smaller buffers are not worth a registration each: backends return them slab by slab. */
const REGISTER_BYTES = 8192;

interface Owned {
  readonly device: Backend;
  readonly buffer: Buffer;
}

const collected = new FinalizationRegistry<Owned>(({ device, buffer }) => {
  noteReleased(buffer.byteLength);
  device.release(buffer);
});

export class Storage {
  readonly device: Backend;
  readonly buffer: Buffer;
  /** Counts in-place writes: shared by all views, compared by whoever saved a value. */
  version = 0;
  #references = 0;

  constructor(device: Backend, byteLength: number) {
    this.device = device;
    this.buffer = device.allocate(byteLength);
    if (byteLength < REGISTER_BYTES) return;
    collected.register(this, { device, buffer: this.buffer }, this);
    noteAllocated(this.byteLength);
  }

  get byteLength(): number {
    return this.buffer.byteLength;
  }

  /** Whether a single handle or saved value holds it. */
  get exclusive(): boolean {
    return this.#references === 1;
  }

  retain(): this {
    this.#references++;
    return this;
  }

  release(): void {
    if (--this.#references > 0) return;
    if (collected.unregister(this)) noteReleased(this.byteLength);
    this.device.release(this.buffer);
  }
}
