// One pass of a loader over its data, which can say at any moment what is still to come.

export class Epoch {
  readonly #taken: (readonly number[])[] = []; // by the loader, which is putting them together
  readonly #ahead: (readonly number[])[] = []; // asked for by `remaining`, before their time
  readonly #rest: Iterator<readonly number[]> | null; // null for a stream, which has no indices
  #position: number;

  constructor(batches: Iterable<readonly number[]> | null, position = 0) {
    this.#rest = batches?.[Symbol.iterator]() ?? null;
    this.#position = position;
  }

  /** Batches that the user got. */
  get position(): number {
    return this.#position;
  }

  /** The indices of the next batch; null at the end. */
  take(): readonly number[] | null {
    const batch = this.#ahead.shift() ?? this.#draw();
    if (batch) this.#taken.push(batch);
    return batch;
  }

  /** To be called when the user gets the batch that was taken first. */
  handOut(): void {
    this.#taken.shift();
    this.#position++;
  }

  /** The batches that the user did not get yet; null for a stream. */
  get remaining(): (readonly number[])[] | null {
    if (!this.#rest) return null;
    for (let batch = this.#draw(); batch; batch = this.#draw()) this.#ahead.push(batch);
    return [...this.#taken, ...this.#ahead];
  }

  #draw(): readonly number[] | null {
    const next = this.#rest?.next();
    return next && !next.done ? next.value : null;
  }
}
