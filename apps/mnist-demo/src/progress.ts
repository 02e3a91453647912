// A progress line with rate and time left: redrawn in place on a terminal, a plain line now and then elsewhere.
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const BAR_WIDTH = 24;
const REDRAW_MS = 100;
const PLAIN_LINES = 5; // a bar

const bars = " ▏▎▍▌▋▊▉█";

/** `fraction` of a bar, to an eighth of a character. */
export function bar(fraction: number, width: number = BAR_WIDTH): string {
  const eighths = Math.round(fraction * width * 8);
  const full = Math.floor(eighths / 8);
  return `${"█".repeat(full)}${full < width ? (bars[eighths % 8] as string) : ""}`.padEnd(width);
}

/** Seconds as m:ss. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export class Progress {
  readonly #title: string;
  readonly #total: number;
  readonly #unit: string;
  readonly #output: Output;
  readonly #now: () => number;
  readonly #start: number;
  readonly #before: number;
  #drawn = Number.NEGATIVE_INFINITY;
  #lines = 0;

  /** `total` counts in `unit`s, of which `before` were done in an earlier run: rates are units a second. */
  constructor(
    title: string,
    total: number,
    unit: string,
    before = 0,
    output: Output = process.stdout,
    now: () => number = () => performance.now(),
  ) {
    this.#title = title;
    this.#total = total;
    this.#unit = unit;
    this.#output = output;
    this.#now = now;
    this.#start = now();
    this.#before = before;
    this.#lines = Math.floor((before * PLAIN_LINES) / total);
  }

  /** Shows that `done` of the total are done; `notes` end the line. */
  update(done: number, notes = ""): void {
    if (this.#output.isTTY) {
      if (this.#now() - this.#drawn < REDRAW_MS && done < this.#total) return;
      this.#drawn = this.#now();
      this.#output.write(`\r${this.#line(done, notes)}\u001b[K`);
    } else if (done >= ((this.#lines + 1) * this.#total) / PLAIN_LINES) {
      this.#lines++;
      this.#output.write(`${this.#line(done, notes)}\n`);
    }
  }

  /** Ends the line for good. */
  finish(notes = ""): void {
    if (this.#output.isTTY) this.#output.write(`\r${this.#line(this.#total, notes)}\u001b[K\n`);
  }

  #line(done: number, notes: string): string {
    const seconds = (this.#now() - this.#start) / 1000;
    const rate = seconds > 0 ? (done - this.#before) / seconds : 0;
    const time = done < this.#total ? `${clock(rate > 0 ? (this.#total - done) / rate : 0)} left` : `${clock(seconds)} total`;
    const picture = this.#output.isTTY ? `${bar(done / this.#total)} ` : "";
    const text = `${this.#title}  ${picture}${String(Math.floor((100 * done) / this.#total)).padStart(3)} %  ${Math.round(rate).toLocaleString("en")} ${this.#unit}/s  ${time}  ${notes}`;
    return this.#output.isTTY ? text.slice(0, (this.#output.columns ?? 120) - 1) : text.trimEnd();
  }
}
