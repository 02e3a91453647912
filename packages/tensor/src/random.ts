// Random number streams. A generator hands out keys; element i of a draw is a function of (key, i) alone (formula/random.ts), so the same seed
// gives the same numbers on every backend and on the host.
import { hostNormal, hostRandomBits, hostThreefry, hostUniform } from "./formula/random.ts";

/** Everything needed to go on where a generator stands. */
export interface GeneratorState {
  readonly seed: number;
  readonly draws: number;
}

export type Key = readonly [number, number];

/** A seeded stream of keys, one a draw. Seeds are whole numbers from 0 to 2⁵³ − 1. */
export class Generator {
  #seed = 0;
  #draws = 0;

  constructor(seed = 0) {
    this.manualSeed(seed);
  }

  manualSeed(seed: number): this {
    this.state = { seed, draws: 0 };
    return this;
  }

  get seed(): number {
    return this.#seed;
  }

  get state(): GeneratorState {
    return { seed: this.#seed, draws: this.#draws };
  }

  set state({ seed, draws }: GeneratorState) {
    if (!Number.isSafeInteger(seed) || seed < 0)
      throw new TypeError(`manualSeed: a seed is a whole number from 0 to 2^53 - 1 (got ${seed})`);
    this.#seed = seed;
    this.#draws = draws;
  }

  /** The key of the next draw. */
  nextKey(): Key {
    const words = new Uint32Array(2);
    hostThreefry(this.#seed | 0, Math.floor(this.#seed / 2 ** 32), this.#draws | 0, Math.floor(this.#draws / 2 ** 32), words);
    this.#draws++;
    return [words[0] as number, words[1] as number];
  }

  /** 32 random bits. */
  uint32(): number {
    return hostRandomBits(...this.nextKey(), 0) >>> 0;
  }

  /** A number in [0, 1). */
  uniform(): number {
    return hostUniform(...this.nextKey(), 0);
  }

  /** 0 … n − 1 in random order (Fisher & Yates 1938, Durstenfeld 1964). */
  permutation(n: number): Int32Array {
    const [key0, key1] = this.nextKey();
    const order = new Int32Array(n);
    for (let i = 0; i < n; i++) order[i] = i;
    for (let i = n - 1; i > 0; i--) {
      const j = Math.floor(((hostRandomBits(key0, key1, i) >>> 0) / 2 ** 32) * (i + 1));
      const at = order[i] as number;
      order[i] = order[j] as number;
      order[j] = at;
    }
    return order;
  }

  /** `count` numbers, uniform in [low, high). */
  uniformArray(count: number, low = 0, high = 1): Float32Array {
    const [key0, key1] = this.nextKey();
    const numbers = new Float32Array(count);
    for (let i = 0; i < count; i++) numbers[i] = low + (high - low) * hostUniform(key0, key1, i);
    return numbers;
  }

  /** `count` numbers from a normal distribution. */
  normalArray(count: number, mean = 0, std = 1): Float32Array {
    const [key0, key1] = this.nextKey();
    const numbers = new Float32Array(count);
    for (let i = 0; i < count; i++) numbers[i] = mean + std * hostNormal(key0, key1, i);
    return numbers;
  }
}

/** What random functions use when they are given no generator. */
export const defaultGenerator: Generator = /* @__PURE__ */ new Generator(0);

/** Restarts the default generator: initial weights, dropout masks and shuffles follow from the seed. */
export function manualSeed(seed: number): Generator {
  return defaultGenerator.manualSeed(seed);
}
