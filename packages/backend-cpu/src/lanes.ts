// How one op's work is shared out. A kernel's orchestration divides the work into lanes, whose parts of the result do not overlap; what runs a lane
// is nobody's business, so results are the same for any number of threads.

/** A compiled function over the memory; arguments are integers (addresses, sizes). */
// biome-ignore lint/suspicious/noExplicitAny: kernels differ in how many numbers they take
export type AnyKernel = (...args: any[]) => unknown;

export interface Lanes {
  /**
   * In how many lanes to divide work that takes about so many nanoseconds on one core, at most `most`; 1 where sharing would not pay.
   * A lane's sums must not depend on it: divide outputs, never the terms of a sum. Where lanes need much scratch memory, fewer for each thread
   * leave more of it in the cache.
   */
  count(nanoseconds: number, most: number, mostPerThread?: number): number;
  /**
   * Does `body(lane)` for each lane, on several threads where there are. The body's kernel calls of all lanes but the first are written down and
   * run later: it must not read or write memory itself, and each lane needs scratch memory of its own. Memory released in it is released at the end.
   */
  fork(lanes: number, body: (lane: number) => void): void;
  /** What to call instead of a function compiled from `bytes`, its `position`-th export: within `fork` it takes part. */
  kernel<K extends AnyKernel>(direct: K, bytes: Uint8Array, position: number): K;
}

/** One thread: everything in order, in one lane. */
export const oneThread: Lanes = {
  count: () => 1,
  fork(lanes, body) {
    for (let lane = 0; lane < lanes; lane++) body(lane);
  },
  kernel: (direct) => direct,
};

/** Where the `part`-th of `parts` about equal parts of 0 … total begins, at a multiple of `multiple`; its end is where the next one begins. */
export const partStart = (total: number, part: number, parts: number, multiple = 1): number =>
  part >= parts ? total : Math.floor((Math.ceil(total / multiple) * part) / parts) * multiple;
