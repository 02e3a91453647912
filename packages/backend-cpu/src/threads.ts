// Lanes on several threads. A fork writes down the kernel calls of all lanes but the first, puts them on the ticket one by one, runs the first lane
// itself and then whatever nobody else has taken. Workers look out for tickets through a training step and sleep after it.
import { DeviceError } from "@gradkit/tensor/backend";
import type { AnyKernel, Lanes } from "./lanes.ts";
import type { Memory } from "./memory.ts";
import { Patience } from "./patience.ts";
import { hardwareThreads, spawnWorker } from "./spawn.ts";
import { controlLayout, laneTaker, mostLanes } from "./worker-loop.ts";

/** A lane of less work than this is not worth a ticket. */
const shortestLane = 2_000; // ns
/** Work is divided into more lanes than threads when they are this long: threads that are held up take fewer. */
const divisibleLane = 50_000; // ns
const lanesPerThread = 4;
/** Waking a sleeping worker costs up to a tenth of a millisecond: only after so much work that it could have shared. */
const wakeAfter = 150_000; // ns
const spinMs = 2; // longer than what a training step does on one thread between two shared ops

/** Looks at `done` that take about 0.2 ms: a fork that ends so late was held up by something else on the machine. */
const lateLooks = 20_000;

const defaultMostThreads = 8;

const { ticket, done, ready, parked, stop, failed, lanes: laneWords, calls, words: wordCount } = controlLayout;

const oneLane = 1 << 6; // in the ticket

/** Ends the workers of a device that became garbage. */
const finalizers = new FinalizationRegistry<Int32Array>(end);

function end(words: Int32Array): void {
  Atomics.store(words, stop, 1);
  Atomics.add(words, ticket, 1 << 12);
  Atomics.notify(words, ticket);
}

export class Threads implements Lanes {
  readonly #memory: Memory;
  readonly #workers: number;
  readonly #words = new Int32Array(new SharedArrayBuffer(4 * wordCount));
  readonly #functions: AnyKernel[] = []; // by number
  readonly #takeLane: () => boolean;
  #spawned = false;
  #forking = false;
  #recording = false;
  #next = calls; // where the next call is written down
  #lane = 0; // the lane being written down
  #first = 1; // the first lane that was not run yet
  #fork = 0;
  #unshared = 0; // ns of work done alone since workers sleep
  readonly #patience = new Patience();

  constructor(memory: Memory, threads: number) {
    this.#memory = memory;
    this.#workers = threads - 1;
    this.#takeLane = laneTaker(this.#words, controlLayout, (id) => this.#functions[id] as AnyKernel);
  }

  /** Whether a fork is under way. */
  get forking(): boolean {
    return this.#forking;
  }

  count(nanoseconds: number, most: number, mostPerThread: number = lanesPerThread): number {
    if (nanoseconds < 2 * shortestLane || most < 2 || this.#forking) return 1;
    const awake = this.#awake(nanoseconds);
    if (awake === 0) return 1;
    const threads = 1 + awake;
    const perThread = Math.max(1, Math.min(mostPerThread, Math.floor(nanoseconds / threads / divisibleLane)));
    return Math.min(most, mostLanes, threads * perThread, Math.floor(nanoseconds / shortestLane));
  }

  /** Workers that look out for work. Those that sleep are woken once it would have paid. */
  #awake(nanoseconds: number): number {
    const words = this.#words;
    if (this.#patience.exhausted) return 0;
    const awake = (words[ready] as number) - Atomics.load(words, parked);
    if (awake > 0) {
      this.#unshared = 0;
      return awake;
    }
    this.#unshared += nanoseconds;
    if (this.#unshared < wakeAfter) return 0;
    this.#unshared = 0;
    if (!this.#spawned) this.#spawn();
    else Atomics.notify(words, ticket);
    return words[ready] as number;
  }

  #spawn(): void {
    this.#spawned = true;
    finalizers.register(this, this.#words);
    try {
      for (let i = 0; i < this.#workers; i++) {
        spawnWorker({ memory: this.#memory.memory, words: this.#words, layout: controlLayout, spinMs });
      }
    } catch {} // no workers here: everything is done on this thread
  }

  fork(lanes: number, body: (lane: number) => void): void {
    if (lanes === 1 || this.#forking) {
      for (let lane = 0; lane < lanes; lane++) body(lane);
      return;
    }
    this.#forking = true;
    this.#memory.hold();
    try {
      this.#record(lanes, body);
      try {
        body(0);
      } finally {
        this.#join(lanes - this.#first);
      }
    } finally {
      this.#memory.letGo();
      this.#forking = false;
    }
  }

  /** All lanes but the first. Each may be taken as soon as it is written. */
  #record(lanes: number, body: (lane: number) => void): void {
    const words = this.#words;
    this.#first = 1;
    this.#open();
    this.#recording = true;
    try {
      for (let lane = 1; lane < lanes; lane++) {
        this.#lane = lane;
        words[laneWords + 2 * (lane - this.#first)] = this.#next;
        body(lane);
        words[laneWords + 2 * (lane - this.#first) + 1] = this.#next;
        Atomics.add(words, ticket, oneLane);
      }
    } finally {
      this.#recording = false;
    }
  }

  kernel<K extends AnyKernel>(direct: K, bytes: Uint8Array, position: number): K {
    const id = this.#functions.push(direct) - 1;
    let published = false;
    return ((...args: number[]) => {
      if (!this.#recording) return direct(...args);
      if (!published) {
        published = true;
        this.#publish(id, bytes, position);
      }
      this.#write(id, args);
    }) as K;
  }

  /** Workers compile a module from its bytes when they first meet it. */
  #publish(id: number, bytes: Uint8Array, position: number): void {
    const address = this.#memory.reserve(bytes.length);
    this.#memory.u8.set(bytes, address);
    const entry = wordCount - 3 * (id + 1);
    this.#words[entry] = address;
    this.#words[entry + 1] = bytes.length;
    this.#words[entry + 2] = position;
  }

  #write(id: number, args: readonly number[]): void {
    const words = this.#words;
    if (this.#next + 2 + args.length > wordCount - 3 * this.#functions.length) this.#flush();
    let at = this.#next;
    words[at++] = id;
    words[at++] = args.length;
    for (let i = 0; i < args.length; i++) words[at++] = args[i] as number;
    this.#next = at;
  }

  /** No room for more calls: what is written down is run, and the lane goes on in the room it leaves. */
  #flush(): void {
    const lanes = this.#lane - this.#first + 1;
    this.#words[laneWords + 2 * (lanes - 1) + 1] = this.#next;
    Atomics.add(this.#words, ticket, oneLane);
    this.#join(lanes);
    this.#first = this.#lane;
    this.#open();
    this.#words[laneWords] = calls;
  }

  /** A new ticket, without lanes yet. */
  #open(): void {
    const words = this.#words;
    this.#next = calls;
    this.#fork++;
    Atomics.store(words, done, 0);
    Atomics.store(words, ticket, this.#fork << 12);
  }

  #join(lanes: number): void {
    const words = this.#words;
    while (this.#takeLane() || hasLanes(Atomics.load(words, ticket)));
    let looks = 0;
    while (Atomics.load(words, done) < lanes) looks++;
    this.#patience.judge(looks > lateLooks);
    if (Atomics.exchange(words, failed, 0) !== 0)
      throw new DeviceError("cpu", "a kernel failed on another thread, and its result is incomplete");
  }
}

const hasLanes = (seen: number): boolean => (seen & 63) < ((seen >>> 6) & 63);

/** How many threads a device takes unless it is told. */
export const defaultThreads = (): number => Math.min(defaultMostThreads, hardwareThreads());
