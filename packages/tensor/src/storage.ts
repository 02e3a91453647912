// Shared, counted ownership of one device buffer. Every handle and every saved value holds one reference; at zero the buffer goes back to its
// backend at once. Buffers whose handles were merely dropped are the collector's: see collector.ts.
import type { Backend, Buffer } from "./backend.ts";
import { allocateWithin } from "./budget.ts";
import { ballast, collectIfDue, unwatch, type Watch, watch } from "./collector.ts";
import type { DType } from "./dtype.ts";

/** Buffers up to this size are not watched one by one, which costs as much as a small op: backends return them slab by slab. */
export const smallByteLength = 4096;

export class Storage {
  readonly device: Backend;
  readonly buffer: Buffer;
  /** Counts in-place writes: shared by all views, compared by whoever saved a value. */
  version = 0;
  #references = 0;
  readonly #watch: Watch<Buffer> | null;
  /** Never touched: it only makes this object weigh something. */
  readonly ballast: ArrayBuffer | null;

  constructor(device: Backend, byteLength: number) {
    collectIfDue();
    this.device = device;
    this.buffer = allocateWithin(device, byteLength);
    const held = this.buffer.byteLength; // none on the meta device
    const large = held > smallByteLength;
    this.#watch = large ? watch(this, held, device, this.buffer) : null;
    this.ballast = large ? ballast(held) : null;
  }

  get byteLength(): number {
    return this.buffer.byteLength;
  }

  /** Whether a single handle or saved value holds it. */
  get exclusive(): boolean {
    return this.#references === 1;
  }

  /** Notes what it was made for, for reports. */
  describe(op: string | null, shape: readonly number[], dtype: DType): void {
    if (!this.#watch) return;
    this.#watch.op = op;
    this.#watch.shape = shape;
    this.#watch.dtype = dtype;
  }

  retain(): this {
    this.#references++;
    return this;
  }

  release(): void {
    if (--this.#references > 0) return;
    if (this.#watch) unwatch(this.#watch);
    this.device.release(this.buffer);
  }
}
