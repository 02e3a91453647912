// The random numbers of one digit, one after the other.
import { Generator } from "@gradkit/tensor";

const BLOCK = 64; // numbers a key
const KEYS = 16; // of each position: enough for every digit

/** A stream of random numbers that depends on seed and position alone. */
export class Draws {
  readonly #generator: Generator;
  #block: Float32Array = new Float32Array(0);
  #next = 0;

  constructor(seed: number, position: number) {
    this.#generator = new Generator(seed);
    this.#generator.state = { seed, draws: position * KEYS };
  }

  /** Uniform in [low, high). */
  uniform(low: number, high: number): number {
    if (this.#next === this.#block.length) {
      this.#block = this.#generator.uniformArray(BLOCK);
      this.#next = 0;
    }
    return low + (high - low) * (this.#block[this.#next++] as number);
  }

  /** Near to normal, and never further than three standard deviations from the mean: the sum of three uniform numbers. */
  normal(mean: number, std: number): number {
    return mean + std * (this.uniform(-1, 1) + this.uniform(-1, 1) + this.uniform(-1, 1));
  }
}
