// Threads that a busy machine takes away from us do more harm than good: after too many late forks there is only one thread, for a while.

const latePatience = 8; // late forks, each undone by
const forgiving = 8; // punctual ones
const restMs = 50;

export class Patience {
  #late = 0;
  #restUntil = 0;

  /** Whether to do without other threads for now. */
  get exhausted(): boolean {
    if (this.#restUntil > 0 && performance.now() >= this.#restUntil) this.#restUntil = 0;
    return this.#restUntil > 0;
  }

  /** What became of a fork. */
  judge(late: boolean): void {
    if (late) {
      this.#late += forgiving;
      if (this.#late > latePatience * forgiving) {
        this.#late = 0;
        this.#restUntil = performance.now() + restMs;
      }
    } else if (this.#late > 0) this.#late--;
  }
}
