// FusedKernels.maxPool and its gradient.
import { type FusedKernels, numel, type PoolAttrs, type View } from "@gradkit/tensor/backend";
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
const copiedBytes = 256 * 1024; // of padded planes at a time: they are read again while in the cache

export function createMaxPool(kernels: WindowKernels): FusedKernels["maxPool"] {
  const { memory } = kernels;
  let windows: PoolWindows | null = null;
  const vectors = new Map<string, PoolVectors>();

  const byVectors = (x: View, y: View, indices: View, window: PoolWindow, attrs: PoolAttrs): void => {
    const [images, channels, outHeight, outWidth] = y.shape as Rank4;
    const [strideY, strideX] = attrs.stride as Pair;
    const [dilationY, dilationX] = attrs.dilation as Pair;
    const [paddingY, paddingX] = attrs.padding as Pair;
    const key = Object.values(window).join();
    const pool = vectors.get(key) ?? compilePoolVectors(memory, window);
    vectors.set(key, pool);

    const height = (outHeight - 1) * strideY + (window.kernelHeight - 1) * dilationY + 1;
    const width = (outWidth - 1) * strideX + (window.kernelWidth - 1) * dilationX + 1;
    const together = window.padded ? largestDivisor(channels, copiedBytes / (4 * height * width)) : channels;
    const region = { top: -paddingY, left: -paddingX, height, width };
    const source = new ImageRegion(kernels, x, together, region, { fill: Number.NEGATIVE_INFINITY });
    const open = source.open();
    for (let n = 0; n < images; n++)
      for (let g = 0; g < channels / together; g++) {
        const done = 4 * (n * channels + g * together) * outHeight * outWidth;
        pool(
          together,
          open.at(n, g),
          source.planeStride,
          source.rowStride,
          x.shape[3] as number,
          addressOf(y) + done,
          addressOf(indices) + done,
          outHeight,
          outWidth,
          strideY,
          dilationY,
          paddingY,
          paddingX,
        );
      }
    open.release();
  };

  const byWindows = (x: View, y: View, indices: View, { kernelSize, stride, padding, dilation }: PoolAttrs): void => {
    const [images, channels, outHeight, outWidth] = y.shape as Rank4;
    const [, , height, width] = x.shape as Rank4;
    const [imageStride, planeStride, rowStride, columnStride] = x.strides.map((s) => 4 * s) as Rank4;
    const window = [...(kernelSize as Pair), ...(stride as Pair), ...(padding as Pair), ...(dilation as Pair)] as const;
    windows ??= compilePoolWindows(memory);
    for (let n = 0; n < images; n++) {
      const from = addressOf(x) + n * imageStride;
      const done = 4 * n * channels * outHeight * outWidth;
      const [toY, toIndices] = [addressOf(y) + done, addressOf(indices) + done];
      windows(channels, from, planeStride, rowStride, columnStride, height, width, toY, toIndices, outHeight, outWidth, ...window);
    }
  };

  return (x: View, y: View, indices: View, attrs: PoolAttrs): boolean => {
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
      byVectors(x, y, indices, { kernelHeight, kernelWidth, strideX, dilationX, padded }, attrs);
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
    scatter ??= compilePoolScatter(memory);
    scatter(images * channels, outHeight * outWidth, height * width, from.address, at.address, addressOf(dx));
    from.release();
    at.release();
    return true;
  };
}
