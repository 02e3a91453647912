// What threads do, the main one included: take lanes and run the kernel calls written down for them. These functions are sent to workers as
// text, so they must not refer to anything outside of themselves.
//
// The ticket is one word: the number of the fork, how many lanes it has, and the next one to take. A lane is taken by exchanging the whole
// ticket, so a thread that comes late takes nothing of a fork that is over, and nobody waits for a thread that took nothing.

import type { AnyKernel } from "./lanes.ts";

/** Words of the control block. */
export const controlLayout = {
  ticket: 0,
  done: 1, // lanes that were finished
  ready: 2, // workers that came up
  parked: 3, // workers that sleep
  stop: 4,
  failed: 5,
  lanes: 16, // per lane: where its calls begin and end
  calls: 16 + 2 * 64, // each: kernel, number of arguments, arguments
  /** The end. Before it stands the table of kernels, downwards: address of a module, its length in bytes, which of its exports. */
  words: 1 << 18,
} as const;

export type ControlLayout = typeof controlLayout;

/** A ticket has six bits for them. */
export const mostLanes = 63;

/** A function that runs one lane of the current fork, if there is one left to take, and tells whether it did. `kernel` finds kernels by number. */
export function laneTaker(words: Int32Array, layout: ControlLayout, kernel: (id: number) => AnyKernel): () => boolean {
  const { ticket, done, failed, lanes } = layout;
  return () => {
    const seen = Atomics.load(words, ticket);
    const next = seen & 63;
    if (next >= ((seen >>> 6) & 63) || Atomics.compareExchange(words, ticket, seen, seen + 1) !== seen) return false;
    const w = words;
    const end = w[lanes + 2 * next + 1] as number;
    try {
      for (let at = w[lanes + 2 * next] as number; at < end; at += 2 + (w[at + 1] as number)) {
        const run = kernel(w[at] as number);
        // biome-ignore format: the most arguments there are; a function ignores those beyond its own
        run(w[at + 2], w[at + 3], w[at + 4], w[at + 5], w[at + 6], w[at + 7], w[at + 8], w[at + 9], w[at + 10], w[at + 11],
          w[at + 12], w[at + 13], w[at + 14], w[at + 15], w[at + 16], w[at + 17], w[at + 18], w[at + 19], w[at + 20], w[at + 21]);
      }
    } catch {
      Atomics.store(words, failed, 1);
    }
    Atomics.add(words, done, 1);
    return true;
  };
}

export interface WorkerStart {
  readonly memory: WebAssembly.Memory;
  readonly words: Int32Array;
  readonly layout: ControlLayout;
  /** How long a worker looks out for work before it sleeps. */
  readonly spinMs: number;
}

/** A worker's life: `take` is laneTaker. */
export function workerLoop(take: typeof laneTaker, { memory, words, layout, spinMs }: WorkerStart): void {
  const modules = new Map<number, AnyKernel[]>(); // by address
  const kernels: AnyKernel[] = [];
  const compile = (id: number): AnyKernel => {
    const entry = layout.words - 3 * (id + 1);
    const address = words[entry] as number;
    let exports = modules.get(address);
    if (!exports) {
      const start = address >>> 0;
      const end = start + (words[entry + 1] as number);
      while (memory.buffer.byteLength < end); // growth by another thread is seen when this one loops
      const bytes = new Uint8Array(memory.buffer).slice(start, end);
      const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { e: { m: memory } });
      exports = Object.values(instance.exports) as AnyKernel[];
      modules.set(address, exports);
    }
    const found = exports[words[entry + 2] as number] as AnyKernel;
    kernels[id] = found;
    return found;
  };
  const takeLane = take(words, layout, (id) => kernels[id] ?? compile(id));
  const pause = (Atomics as { pause?: () => void }).pause ?? (() => {});
  Atomics.add(words, layout.ready, 1);
  let idle = 0;
  let since = 0;
  while (Atomics.load(words, layout.stop) === 0) {
    if (takeLane()) {
      idle = 0;
      continue;
    }
    pause();
    if (++idle === 1) since = performance.now();
    if ((idle & 255) !== 0 || performance.now() - since < spinMs) continue;
    const seen = Atomics.load(words, layout.ticket);
    Atomics.add(words, layout.parked, 1);
    // a fork or a stop after `seen` was read has changed the ticket
    if ((seen & 63) >= ((seen >>> 6) & 63)) Atomics.wait(words, layout.ticket, seen);
    Atomics.sub(words, layout.parked, 1);
    idle = 0;
  }
}
