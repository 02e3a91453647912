// Where a run is and when it ends, on standard error: drawn over on a terminal, a plain line now and then elsewhere.
import { clock } from "./format.ts";

const PLAIN_EVERY_MS = 15_000;

export class Progress {
  readonly #total: number;
  readonly #start = performance.now();
  #lastPlain = performance.now();

  /** `total` counts rows. */
  constructor(total: number) {
    this.#total = total;
  }

  /** `done` of the rows are done, the current one by its fraction. */
  show(done: number, what: string): void {
    const elapsed = performance.now() - this.#start;
    const left = done > 0.2 ? `${clock(((elapsed / done) * (this.#total - done)) / 1000)} left` : "";
    const text = `[${Math.floor(done) + 1}/${this.#total}] ${what}  ${left}`;
    if (process.stderr.isTTY) process.stderr.write(`\r${text.slice(0, (process.stderr.columns ?? 120) - 1)}\u001b[K`);
    else if (performance.now() - this.#lastPlain > PLAIN_EVERY_MS) {
      this.#lastPlain = performance.now();
      process.stderr.write(`${text.trimEnd()}\n`);
    }
  }

  /** Takes the line away, so that results can be printed. */
  clear(): void {
    if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
  }
}
