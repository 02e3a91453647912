// MNIST: 70,000 handwritten digits (LeCun, Cortes & Burges), from a directory or from public mirrors.
import { FormatError } from "@gradkit/tensor";
import { DigitImages, type DigitImagesOptions, PIXELS, SIZE } from "./digit-images.ts";
import { readIdx } from "./formats/idx.ts";
import type { HostTensor } from "./host-tensor.ts";
import { type MNISTFileOptions, readMNISTFile } from "./mnist-files.ts";

export { DigitImages } from "./digit-images.ts";
export type { DownloadProgress } from "./download.ts";

export interface MNISTOptions extends MNISTFileOptions, DigitImagesOptions {}

/**
 * Handwritten digits: samples are [float32 image [1, 28, 28], label 0..9], batches [float32 [N, 1, 28, 28], int32 [N]]. Pixels stay bytes in
 * memory until their batch is made.
 *
 * @example
 * const train = new DataLoader(await MNIST.train(), { batchSize: 64, shuffle: true });
 */
export class MNIST extends DigitImages {
  override readonly description = "MNIST";
  override readonly pixels: Uint8Array;

  private constructor(pixels: Uint8Array, labels: Uint8Array, options: DigitImagesOptions) {
    super(labels, options);
    this.pixels = pixels;
  }

  /** The 60,000 training digits. */
  static train(options: MNISTOptions = {}): Promise<MNIST> {
    return MNIST.open({ ...options, train: true });
  }

  /** The 10,000 test digits. */
  static test(options: MNISTOptions = {}): Promise<MNIST> {
    return MNIST.open({ ...options, train: false });
  }

  /**
   * Opens one half of MNIST. Throws a FileError for files that are missing or cannot be written, a DownloadError when no mirror delivers,
   * and a FormatError for files that are not MNIST's.
   */
  static async open({ train, ...options }: MNISTOptions & { train: boolean }): Promise<MNIST> {
    const prefix = train ? "train" : "t10k";
    const images = await readMNISTFile(`${prefix}-images-idx3-ubyte`, options);
    const labels = await readMNISTFile(`${prefix}-labels-idx1-ubyte`, options);
    const pixels = await readIdx(images.bytes, images.path);
    const digits = await readIdx(labels.bytes, labels.path);
    check(pixels, images.path, `bytes [N, ${SIZE}, ${SIZE}]`, ([, ...plane]) => plane.length === 2 && plane.every((size) => size === SIZE));
    check(digits, labels.path, "bytes [N]", (shape) => shape.length === 1);
    if (pixels.shape[0] !== digits.shape[0]) {
      throw new FormatError("MNIST", `${images.path} has ${pixels.shape[0]} images, but ${labels.path} has ${digits.shape[0]} labels`);
    }
    const wrong = digits.data.findIndex((label) => label > 9);
    if (wrong >= 0) throw new FormatError("MNIST", `label ${wrong} in ${labels.path} is ${digits.data[wrong]}, expected 0..9`);
    return new MNIST(pixels.data as Uint8Array, digits.data as Uint8Array, options);
  }

  protected override image(index: number): Uint8Array {
    return this.pixels.subarray(index * PIXELS, (index + 1) * PIXELS);
  }
}

function check({ data, shape }: HostTensor, path: string, expected: string, fits: (shape: readonly number[]) => boolean): void {
  if (data instanceof Uint8Array && fits(shape)) return;
  throw new FormatError("MNIST", `${path} holds ${data.constructor.name} [${shape.join(", ")}], expected ${expected}`);
}
