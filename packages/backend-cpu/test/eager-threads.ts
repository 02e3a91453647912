// Threads that share all work, however small: tests then send every kernel through workers.
import { Threads } from "../src/threads.ts";

export class EagerThreads extends Threads {
  readonly #most: number;

  constructor(memory: ConstructorParameters<typeof Threads>[0], threads: number) {
    super(memory, threads);
    this.#most = 2 * threads;
  }

  /** Whether workers came up. */
  get met(): boolean {
    return super.count(Number.MAX_VALUE, 2) > 1;
  }

  override count(_nanoseconds: number, most: number): number {
    super.count(Number.MAX_VALUE, most); // starts or wakes workers
    return this.forking ? 1 : Math.max(1, Math.min(most, this.#most));
  }
}
