// Device memory that is returned when the JavaScript object that stands for it is garbage. A handle is 200 bytes to the collector, whatever it
// holds on the device, so by itself it comes too late: it is told when watched bytes have grown by a step.
import { getBuiltinModule } from "./builtin-module.ts";
import { type HostCollector, hostCollector } from "./host-collector.ts";

/** Growth in watched bytes that is worth one collection (5–20 ms). */
const STEP_BYTES = 128 * 2 ** 20;

/** A watched object. It must not refer to its object, and neither may `owner` or `what`. */
export class Watch<T = unknown> {
  readonly byteLength: number;
  readonly owner: { release(what: T): void };
  readonly what: T;
  /** Where a host's collector can be called, and so must be asked. */
  readonly object: WeakRef<object> | null;
  /** What the memory holds, for reports. */
  op: string | null = null;
  shape: readonly number[] | null = null;
  dtype: string | null = null;

  constructor(object: object, byteLength: number, owner: { release(what: T): void }, what: T) {
    this.byteLength = byteLength;
    this.owner = owner;
    this.what = what;
    this.object = weakly(object);
  }
}

/** Weak references that one job may make before it must let go of what they refer to: 3 µs each time. */
const REFERENCES_A_JOB = 1024;
let references = 0;

function weakly(object: object): WeakRef<object> | null {
  if (found === null) return null;
  if (++references === REFERENCES_A_JOB) {
    references = 0;
    host()?.letGo();
  }
  return new WeakRef(object);
}

const watches = new Set<Watch>();
const finalizers = new FinalizationRegistry<Watch>(reclaim);
let watchedBytes = 0;
let step = STEP_BYTES;
let threshold = step;
let found: HostCollector | null | undefined = getBuiltinModule ? undefined : null; // undefined: not asked for yet, which takes milliseconds

function host(): HostCollector | null {
  if (found === undefined) found = hostCollector();
  return found;
}

/** For backends and storages: calls `owner.release(what)` once `object` is garbage, unless `unwatch` comes first. */
export function watch<T>(object: object, byteLength: number, owner: { release(what: T): void }, what: T): Watch<T> {
  const entry = new Watch<T>(object, byteLength, owner, what);
  watches.add(entry);
  finalizers.register(object, entry, entry);
  watchedBytes += byteLength;
  return entry;
}

/** The memory was released otherwise. */
export function unwatch(entry: Watch): void {
  if (!watches.delete(entry)) return;
  finalizers.unregister(entry);
  watchedBytes -= entry.byteLength;
  threshold = Math.max(step, Math.min(threshold, watchedBytes + step));
}

function reclaim(entry: Watch): void {
  unwatch(entry);
  entry.owner.release(entry.what);
}

/** Everything that is watched, for reports. */
export const watched = (): Iterable<Watch> => watches;

/** Smaller steps, for devices with little memory. */
export function setCollectorStep(bytes: number): void {
  step = Math.min(STEP_BYTES, bytes);
  threshold = watchedBytes + step;
}

/**
 * Collects garbage when watched bytes have grown by a step. Called before memory is allocated, when no plain view is in flight: from here on
 * memory may be returned whose storage nobody refers to.
 */
export function collectIfDue(): void {
  if (watchedBytes > threshold) collectNow();
}

/** Returns the memory of garbage at once, where the host's collector can be called; elsewhere finalizers do, when the event loop has a turn. */
export function collectNow(): void {
  const collector = host();
  if (collector) {
    collector.collect();
    for (const entry of watches) if (entry.object?.deref() === undefined) reclaim(entry);
  }
  threshold = watchedBytes + Math.max(step, watchedBytes / 4); // a large live set is not walked for little
}

/** Untouched bytes that make a handle weigh something for the collector where it cannot be called, as in browsers. */
export const ballast = (byteLength: number): ArrayBuffer | null => (found === null ? new ArrayBuffer(byteLength >>> 2) : null);
