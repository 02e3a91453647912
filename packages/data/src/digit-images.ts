// What data sets of digits have in common: bytes [28, 28] with a label each become float samples and batches when these are asked for.
import { IndexError, type Tensor, tensor } from "@gradkit/tensor";
import { type BatchSource, Dataset } from "./dataset.ts";
import { HostTensor } from "./host-tensor.ts";
import { compose } from "./transforms/compose.ts";
import { normalize } from "./transforms/normalize.ts";
import { toFloat } from "./transforms/to-float.ts";

export const SIZE = 28;
export const PIXELS: number = SIZE * SIZE;

export interface DigitImagesOptions {
  /** Shift and scale pixels by MNIST's mean 0.1307 and standard deviation 0.3081, as PyTorch's tutorials do. Default: false, pixels in 0..1. */
  normalize?: boolean;
}

/**
 * Digits: samples are [float32 image [1, 28, 28], label 0..9], batches [float32 [N, 1, 28, 28], int32 [N]]. Pixels stay bytes in memory until
 * their batch is made.
 */
export abstract class DigitImages
  extends Dataset<[HostTensor<Float32Array>, number]>
  implements BatchSource<[HostTensor<Float32Array>, number]>
{
  static readonly classes: readonly string[] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

  /** What these digits are, in a few words: to be printed beside every score. */
  abstract readonly description: string;
  /** [length], 0..9. */
  readonly labels: Uint8Array;
  readonly #values: Float32Array; // [256]: what each byte becomes

  protected constructor(labels: Uint8Array, { normalize: normalized = false }: DigitImagesOptions) {
    super();
    const bytes = new HostTensor(
      Uint8Array.from({ length: 256 }, (_, i) => i),
      [1, 16, 16],
    );
    this.labels = labels;
    this.#values = (normalized ? compose(toFloat, normalize([0.1307], [0.3081])) : toFloat)(bytes).data;
  }

  /** [length, 28, 28], 0 for paper and 255 for ink. */
  abstract get pixels(): Uint8Array;

  /** The bytes [28, 28] of a digit, 0 ≤ index < length. */
  protected abstract image(index: number): Uint8Array;

  get classes(): readonly string[] {
    return DigitImages.classes;
  }

  get length(): number {
    return this.labels.length;
  }

  get(index: number): [HostTensor<Float32Array>, number] {
    const { images, labels } = this.#gather([index]);
    return [new HostTensor(images, [1, SIZE, SIZE]), labels[0] as number];
  }

  getBatch(indices: readonly number[]): [Tensor, Tensor] {
    const { images, labels } = this.#gather(indices);
    return [
      tensor(images, { dtype: "float32", shape: [indices.length, 1, SIZE, SIZE] }), // [N, 1, 28, 28]
      tensor(labels, { dtype: "int32" }), // [N]
    ];
  }

  #gather(indices: readonly number[]): { images: Float32Array; labels: Int32Array } {
    const values = this.#values;
    const images = new Float32Array(indices.length * PIXELS);
    const labels = new Int32Array(indices.length);
    for (let n = 0; n < indices.length; n++) {
      const index = indices[n] as number;
      const label = this.labels[index];
      if (label === undefined) throw new IndexError(`${this.constructor.name}.get`, `index ${index} is not in 0..${this.length - 1}`);
      labels[n] = label;
      const image = this.image(index);
      const to = n * PIXELS;
      for (let p = 0; p < PIXELS; p++) images[to + p] = values[image[p] as number] as number;
    }
    return { images, labels };
  }
}
