// MNIST: 70,000 handwritten digits (LeCun, Cortes & Burges), from a directory or from public mirrors.
import { FormatError, IndexError, type Tensor, tensor } from "@gradkit/tensor";
import { type BatchSource, Dataset } from "./dataset.ts";
import { readIdx } from "./formats/idx.ts";
import { HostTensor } from "./host-tensor.ts";
import { type MNISTFileOptions, readMNISTFile } from "./mnist-files.ts";
import { compose } from "./transforms/compose.ts";
import { normalize } from "./transforms/normalize.ts";
import { toFloat } from "./transforms/to-float.ts";

export type { DownloadProgress } from "./download.ts";

export interface MNISTOptions extends MNISTFileOptions {
  /** Shift and scale pixels by the training set's mean 0.1307 and standard deviation 0.3081, as PyTorch's tutorials do. Default: false, pixels in 0..1. */
  normalize?: boolean;
}

const SIZE = 28;
const PIXELS = SIZE * SIZE;

/**
 * Handwritten digits: samples are [float32 image [1, 28, 28], label 0..9], batches [float32 [N, 1, 28, 28], int32 [N]]. Pixels stay bytes in
 * memory until their batch is made.
 *
 * @example
 * const train = new DataLoader(await MNIST.train(), { batchSize: 64, shuffle: true });
 */
export class MNIST extends Dataset<[HostTensor<Float32Array>, number]> implements BatchSource<[HostTensor<Float32Array>, number]> {
  static readonly classes: readonly string[] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

  /** [length, 28, 28], 0 for paper and 255 for ink. */
  readonly pixels: Uint8Array;
  /** [length], 0..9. */
  readonly labels: Uint8Array;
  readonly #values: Float32Array; // [256]: what each byte becomes

  private constructor(pixels: Uint8Array, labels: Uint8Array, normalized: boolean) {
    super();
    const bytes = new HostTensor(
      Uint8Array.from({ length: 256 }, (_, i) => i),
      [1, 16, 16],
    );
    this.pixels = pixels;
    this.labels = labels;
    this.#values = (normalized ? compose(toFloat, normalize([0.1307], [0.3081])) : toFloat)(bytes).data;
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
  static async open({ train, normalize: normalized = false, ...options }: MNISTOptions & { train: boolean }): Promise<MNIST> {
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
    return new MNIST(pixels.data as Uint8Array, digits.data as Uint8Array, normalized);
  }

  get classes(): readonly string[] {
    return MNIST.classes;
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
    const { pixels } = this;
    const values = this.#values;
    const images = new Float32Array(indices.length * PIXELS);
    const labels = new Int32Array(indices.length);
    for (let n = 0; n < indices.length; n++) {
      const index = indices[n] as number;
      const label = this.labels[index];
      if (label === undefined) throw new IndexError("MNIST.get", `index ${index} is not in 0..${this.length - 1}`);
      labels[n] = label;
      const from = index * PIXELS;
      const to = n * PIXELS;
      for (let p = 0; p < PIXELS; p++) images[to + p] = values[pixels[from + p] as number] as number;
    }
    return { images, labels };
  }
}

function check({ data, shape }: HostTensor, path: string, expected: string, fits: (shape: readonly number[]) => boolean): void {
  if (data instanceof Uint8Array && fits(shape)) return;
  throw new FormatError("MNIST", `${path} holds ${data.constructor.name} [${shape.join(", ")}], expected ${expected}`);
}
