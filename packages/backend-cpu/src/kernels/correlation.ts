// The sliding product behind convolution and its input gradient. Neither the image nor its windows are copied: tables of offsets say where
// windows begin and how k moves through them.
import type { CpuBuffer } from "../buffer.ts";
import { correlateChannels } from "./correlate-channels.ts";
import { correlatePlanes, takesPlanes } from "./correlate-planes.ts";
import { correlatePositions } from "./correlate-positions.ts";
import { largestDivisor, type WindowSizes } from "./window-geometry.ts";
import type { WindowKernels } from "./window-kernels.ts";

/**
 * For each group of channels, y[o, i, j] = bias[o] + Σ weight[o, c, u, v] · x[c, i·strideY + u·dilationY, j·strideX + v·dilationX], with all of
 * it inside x. Channels and outputs are those of one group.
 */
export interface CorrelationShape extends WindowSizes {
  readonly groups: number;
  /** Groups to a run. */
  readonly together: number;
  /** Bytes between channels and between rows of x; the elements of a row are neighbours. */
  readonly planeStride: number;
  readonly rowStride: number;
  /** All other rows and columns of x are zeros that may be passed over. */
  readonly firstRow: number;
  readonly endRow: number;
  readonly firstColumn: number;
  readonly endColumn: number;
  /** These zeros are not in memory: planes alone. */
  readonly masked: boolean;
}

/** A correlation whose tables and packed weights are in memory until `release`. */
export interface Correlation {
  /** What one lane runs, with scratch memory of its own. */
  open(): OpenCorrelation;
  release(): void;
}

export interface OpenCorrelation {
  /**
   * The `index`-th run of an image, from addresses of x [together · channels, …] and y [together · outputs, outHeight · outWidth], y contiguous.
   */
  run(index: number, x: number, y: number): void;
  release(): void;
}

/** Addresses of the weights [groups · outputs, channels, kernelHeight, kernelWidth] and the bias [groups · outputs], contiguous; bias 0: none. */
export type PrepareCorrelation = (kernels: WindowKernels, shape: CorrelationShape, weights: number, bias: number) => Correlation;

const cachedWeights = 256 * 1024; // bytes: position tiles read all of a group's weights for each few positions

export const prepareCorrelation: PrepareCorrelation = (kernels, given, weights, bias) => {
  const shape = inOneRow(given);
  const { channels, outputs, outWidth, strideX, kernelWidth } = shape;
  if (takesPlanes(shape)) return correlatePlanes(kernels, shape, weights, bias);
  const fits = strideX === 1 && outWidth >= 4 && 4 * outputs * windowSize(shape) <= cachedWeights;
  const [byPositions, byChannels] = [filled(outWidth, 4), filled(outputs, kernels.width)];
  // results of channel tiles are stored twice, which tells where there is one channel in; where rows of the kernel have one element, their many
  // pointers move at each step
  const preferred = byPositions === byChannels && (channels === 1 || kernelWidth === 1);
  const prepare = fits && (byPositions > byChannels || preferred) ? correlatePositions : correlateChannels;
  return prepare(kernels, shape, weights, bias);
};

/** Where windows have one element and lie side by side, an image is one long row. */
function inOneRow(shape: CorrelationShape): CorrelationShape {
  const { kernelHeight, kernelWidth, strideY, strideX, outHeight, outWidth, rowStride } = shape;
  const flat = kernelHeight * kernelWidth * strideY * strideX === 1 && rowStride === 4 * outWidth;
  return flat
    ? {
        ...shape,
        outHeight: 1,
        outWidth: outHeight * outWidth,
        firstRow: 0,
        endRow: 1,
        firstColumn: 0,
        endColumn: outHeight * outWidth,
        masked: false,
      }
    : shape;
}

export const togetherBytes = 256 * 1024; // of the input's planes: they are read while the copy is in the cache

/** In how many groups at a time to correlate planes of so many bytes. */
export const groupsTogether = (sizes: WindowSizes, groups: number, planeBytes: number): number =>
  takesPlanes(sizes) ? largestDivisor(groups, togetherBytes / planeBytes) : 1;

/** One core's speed, to tell what work is worth sharing. */
export const flopsPerNanosecond = 50;

/** What one group of an image takes. */
export const correlationNanoseconds = (shape: CorrelationShape): number =>
  (2 * windowSize(shape) * shape.outputs * shape.outHeight * shape.outWidth) / flopsPerNanosecond;

/** How much of the vectors' lanes is of use. */
export const filled = (size: number, width: number): number => size / (Math.ceil(size / width) * width);

/** k of one window. */
export const windowSize = ({ channels, kernelHeight, kernelWidth }: CorrelationShape): number => channels * kernelHeight * kernelWidth;

const longestUnrolledRun = 8;

/** How k walks through a window, by channels or by kernel rows: a run for each row of each channel, or one per element where rows are long. */
export function windowRuns(shape: CorrelationShape, rowsFirst = false): { run: { length: number; step: number }; jumps: number[] } {
  const { channels, kernelHeight, kernelWidth, dilationY, dilationX, planeStride, rowStride } = shape;
  const wholeRows = kernelWidth <= longestUnrolledRun;
  const starts: number[] = [];
  for (let i = 0; i < channels * kernelHeight; i++) {
    const [c, u] = rowsFirst ? [i % channels, Math.floor(i / channels)] : [Math.floor(i / kernelHeight), i % kernelHeight];
    for (let v = 0; v < (wholeRows ? 1 : kernelWidth); v++) starts.push(c * planeStride + u * dilationY * rowStride + 4 * v * dilationX);
  }
  const jumps = starts.map((start, i) => (starts[i + 1] ?? start) - start);
  return { run: wholeRows ? { length: kernelWidth, step: 4 * dilationX } : { length: 1, step: 0 }, jumps };
}

export function writeTable({ memory }: WindowKernels, values: readonly number[]): CpuBuffer {
  const buffer = memory.allocate(4 * values.length);
  memory.i32.set(values, buffer.pointer >>> 2);
  return buffer;
}
