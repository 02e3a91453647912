// Digits that are drawn by code: a stand-in for MNIST that needs no files and no network.
import { DigitImages, type DigitImagesOptions, PIXELS } from "./digit-images.ts";
import { drawDigit } from "./drawn-digits/draw-digit.ts";
import { Draws } from "./drawn-digits/draws.ts";

export { DigitImages } from "./digit-images.ts";

export interface DrawnDigitsOptions extends DigitImagesOptions {
  /** Same seed, same digits: a whole number from 0 to 2⁵³ − 1. Default: 0. */
  seed?: number;
  /** How many digits. Default: as many as MNIST has. */
  length?: number;
}

const FIRST_TEST_POSITION = 2 ** 32; // beyond every training digit's: the halves share no random numbers

/**
 * Drawn digits in MNIST's format, the same for the same seed: each is written by a random hand with a random pen and put into the frame as
 * MNIST's are. Digit i is a `i % 10`, drawn when it is first asked for. They are easier than handwriting: say with every score what it was
 * measured on (`description`).
 *
 * @example
 * const train = new DataLoader(DrawnDigits.train(), { batchSize: 64, shuffle: true });
 */
export class DrawnDigits extends DigitImages {
  override readonly description = "drawn digits, not MNIST";
  readonly #seed: number;
  readonly #firstPosition: number;
  readonly #pixels: Uint8Array; // [length, 28, 28]
  readonly #drawn: Uint8Array; // [length], 1 where #pixels are valid

  private constructor(firstPosition: number, { seed = 0, length, ...options }: DrawnDigitsOptions & { length: number }) {
    super(
      Uint8Array.from({ length }, (_, i) => i % 10),
      options,
    );
    this.#seed = seed;
    this.#firstPosition = firstPosition;
    this.#pixels = new Uint8Array(length * PIXELS);
    this.#drawn = new Uint8Array(length);
  }

  /** Digits to train with, 60,000 of them unless `length` says otherwise. */
  static train(options: DrawnDigitsOptions = {}): DrawnDigits {
    return new DrawnDigits(0, { length: 60_000, ...options });
  }

  /** Other digits to test with, 10,000 of them unless `length` says otherwise. */
  static test(options: DrawnDigitsOptions = {}): DrawnDigits {
    return new DrawnDigits(FIRST_TEST_POSITION, { length: 10_000, ...options });
  }

  /** [length, 28, 28], 0 for paper and 255 for ink. Draws what is not drawn yet. */
  override get pixels(): Uint8Array {
    for (let index = 0; index < this.length; index++) this.image(index);
    return this.#pixels;
  }

  protected override image(index: number): Uint8Array {
    const image = this.#pixels.subarray(index * PIXELS, (index + 1) * PIXELS);
    if (!this.#drawn[index]) {
      drawDigit(this.labels[index] as number, new Draws(this.#seed, this.#firstPosition + index), image);
      this.#drawn[index] = 1;
    }
    return image;
  }
}
