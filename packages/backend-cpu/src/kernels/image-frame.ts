// One image on a ground of zeros: what a window kernel reads where padding, or gaps between the elements, keep it from the image itself.
import type { CpuBuffer } from "../buffer.ts";
import type { ConvKernels } from "./conv-kernels.ts";

export interface FrameShape {
  readonly channels: number;
  /** Of the frame. */
  readonly height: number;
  readonly width: number;
  /** Of the image that is placed in it. */
  readonly imageHeight: number;
  readonly imageWidth: number;
  /** Where the image's first element lies; what lies outside is cut off. */
  readonly top: number;
  readonly left: number;
}

/** Which of the image's rows (or columns) lie inside the frame, and where. */
function visible(imageSize: number, first: number, frameSize: number): { from: number; count: number; at: number } {
  const from = Math.max(0, -first);
  const end = Math.min(imageSize, frameSize - first);
  return { from, count: Math.max(0, end - from), at: first + from };
}

export class ImageFrame {
  readonly #kernels: ConvKernels;
  readonly #shape: FrameShape;
  readonly #buffer: CpuBuffer; // [channels, height, width]

  constructor(kernels: ConvKernels, shape: FrameShape) {
    const { memory } = kernels;
    const elements = shape.channels * shape.height * shape.width;
    this.#kernels = kernels;
    this.#shape = shape;
    this.#buffer = memory.allocate(4 * elements);
    const first = this.#buffer.pointer >>> 2;
    memory.f32.fill(0, first, first + elements);
  }

  /** Copies an image, given its address and strides in bytes, over the one before it; returns the frame's address. */
  place(image: number, planeStride: number, rowStride: number, columnStride: number): number {
    const { channels, height, width, imageHeight, imageWidth, top, left } = this.#shape;
    const rows = visible(imageHeight, top, height);
    const columns = visible(imageWidth, left, width);
    const to = this.#buffer.pointer;
    this.#kernels.copyPlanes(
      channels,
      rows.count,
      columns.count,
      image + rows.from * rowStride + columns.from * columnStride,
      planeStride,
      rowStride,
      columnStride,
      to + 4 * (rows.at * width + columns.at),
      4 * height * width,
      4 * width,
      4,
    );
    return to;
  }

  release(): void {
    this.#kernels.memory.release(this.#buffer);
  }
}
