// FusedKernels.maxPool and its gradient.
import { type FusedKernels, numel, type PoolAttrs, type View } from "@gradkit/tensor/backend";
import { partStart } from "../lanes.ts";
import { addressOf, contiguous } from "./contiguous.ts";
import { ImageRegion } from "./image-region.ts";
import { compilePoolScatter, type PoolScatter } from "./pool-scatter.ts";
import { compilePoolVectors, type PoolVectors, type PoolWindow } from "./pool-vectors.ts";
import { compilePoolWindows, type PoolWindows } from "./pool-windows.ts";
import { largestDivisor } from "./window-geometry.ts";
import type { WindowKernels } from "./window-kernels.ts";

type Rank4 = [number, number, number, number];
type Pair = [number, number];

const largestUnrolledWindow = 16;
/** One core's time, to tell what work is worth sharing. */
const nanosecondsPerOutput = 0.8;
const nanosecondsPerCleared = 0.1;
/** Into how many calls planes that need no copy are divided, at least about. */
const fewestParts = 16;
const copiedBytes = 256 * 1024; // of padded planes at a time: they are read again while in the cache

export function createMaxPool(kernels: WindowKernels): FusedKernels["maxPool"] {
  const { memory } = kernels;
  const windows = new Map<boolean, PoolWindows>();
  const vectors = new Map<string, PoolVectors>();

  const byVectors = (x: View, y: View, indices: View | null, window: PoolWindow, attrs: PoolAttrs): void => {
    const [images, channels, outHeight, outWidth] = y.shape as Rank4;
    const [strideY, strideX] = attrs.stride as Pair;
    const [dilationY, dilationX] = attrs.dilation as Pair;
    const [paddingY, paddingX] = attrs.padding as Pair;
    const key = Object.values(window).join();
    const pool = vectors.get(key) ?? compilePoolVectors(memory, window);
    vectors.set(key, pool);

    const height = (outHeight - 1) * strideY + (window.kernelHeight - 1) * dilationY + 1;
    const width = (outWidth - 1) * strideX + (window.kernelWidth - 1) * dilationX + 1;
    const together = largestDivisor(
      channels,
      window.padded ? copiedBytes / (4 * height * width) : Math.ceil((images * channels) / fewestParts),
    );
    const region = { top: -paddingY, left: -paddingX, height, width };
    const source = new ImageRegion(kernels, x, together, region, { fill: Number.NEGATIVE_INFINITY });
    const groups = channels / together;
    const lanes = memory.lanes.count(numel(y.shape) * nanosecondsPerOutput, images * groups);
    memory.lanes.fork(lanes, (lane) => {
      const open = source.open();
      for (let part = partStart(images * groups, lane, lanes); part < partStart(images * groups, lane + 1, lanes); part++) {
        const done = 4 * part * together * outHeight * outWidth;
        pool(
          together,
          open.at(Math.floor(part / groups), part % groups),
          source.planeStride,
          source.rowStride,
          x.shape[3] as number,
          addressOf(y) + done,
          indices ? addressOf(indices) + done : 0,
          outHeight,
          outWidth,
          strideY,
          dilationY,
          paddingY,
          paddingX,
        );
      }
      open.release();
    });
  };

  const byWindows = (x: View, y: View, indices: View | null, { kernelSize, stride, padding, dilation }: PoolAttrs): void => {
    const [images, channels, outHeight, outWidth] = y.shape as Rank4;
    const [, , height, width] = x.shape as Rank4;
    const [imageStride, planeStride, rowStride, columnStride] = x.strides.map((s) => 4 * s) as Rank4;
    const window = [...(kernelSize as Pair), ...(stride as Pair), ...(padding as Pair), ...(dilation as Pair)] as const;
    const pool = windows.get(indices !== null) ?? compilePoolWindows(memory, indices !== null);
    windows.set(indices !== null, pool);
    const lanes = memory.lanes.count(numel(y.shape) * 10 * nanosecondsPerOutput, images);
    memory.lanes.fork(lanes, (lane) => {
      for (let n = partStart(images, lane, lanes); n < partStart(images, lane + 1, lanes); n++) {
        const from = addressOf(x) + n * imageStride;
        const done = 4 * n * channels * outHeight * outWidth;
        const [toY, toIndices] = [addressOf(y) + done, indices ? addressOf(indices) + done : 0];
        pool(channels, from, planeStride, rowStride, columnStride, height, width, toY, toIndices, outHeight, outWidth, ...window);
      }
    });
  };

  return (x: View, y: View, indices: View | null, attrs: PoolAttrs): boolean => {
    if (numel(y.shape) === 0) return true;
    if (x.dtype !== "float32") return false;
    const [, , outHeight, outWidth] = y.shape as Rank4;
    const [, , height, width] = x.shape as Rank4;
    const [kernelHeight, kernelWidth] = attrs.kernelSize as Pair;
    const [strideY, strideX] = attrs.stride as Pair;
    const [dilationY, dilationX] = attrs.dilation as Pair;
    const padded =
      attrs.padding.some((size) => size > 0) ||
      (outHeight - 1) * strideY + (kernelHeight - 1) * dilationY >= height ||
      (outWidth - 1) * strideX + (kernelWidth - 1) * dilationX >= width;
    const vectorized =
      outWidth >= 4 && kernelHeight * kernelWidth <= largestUnrolledWindow && !(padded && (dilationY > 1 || dilationX > 1));
    if (vectorized && (strideX === 1 || strideX === 2))
      byVectors(x, y, indices, { kernelHeight, kernelWidth, strideX, dilationX, padded, indexed: indices !== null }, attrs);
    else byWindows(x, y, indices, attrs);
    return true;
  };
}

export function createMaxPoolGrad(kernels: WindowKernels): FusedKernels["maxPoolGrad"] {
  const { memory } = kernels;
  let scatter: PoolScatter | null = null;
  return (dy: View, indices: View, dx: View): boolean => {
    if (dx.dtype !== "float32") return false;
    if (numel(dx.shape) === 0) return true;
    const [images, channels, outHeight, outWidth] = dy.shape as Rank4;
    const [, , height, width] = dx.shape as Rank4;
    const [from, at] = [contiguous(kernels, dy), contiguous(kernels, indices)];
    const kernel = (scatter ??= compilePoolScatter(memory));
    const [planes, outputs, inputs] = [images * channels, outHeight * outWidth, height * width];
    const lanes = memory.lanes.count(planes * (outputs * nanosecondsPerOutput + inputs * nanosecondsPerCleared), planes);
    memory.lanes.fork(lanes, (lane) => {
      const first = partStart(planes, lane, lanes);
      const read = 4 * first * outputs;
      const own = partStart(planes, lane + 1, lanes) - first;
      kernel(own, outputs, inputs, from.address + read, at.address + read, addressOf(dx) + 4 * first * inputs);
    });
    from.release();
    at.release();
    return true;
  };
}
