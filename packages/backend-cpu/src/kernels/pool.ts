// FusedKernels.maxPool and its gradient.
import { type FusedKernels, numel, type PoolAttrs, type View } from "@gradkit/tensor/backend";
import type { Memory } from "../memory.ts";
import { addressOf, contiguous } from "./contiguous.ts";
import { compilePoolScatter, type PoolScatter } from "./pool-scatter.ts";
import { compilePoolVectors, type PoolVectors } from "./pool-vectors.ts";
import { compilePoolWindows, type PoolWindows } from "./pool-windows.ts";
import type { WindowKernels } from "./window-kernels.ts";

type Rank4 = [number, number, number, number];
type Pair = [number, number];

const largestUnrolledWindow = 16;

export function createMaxPool(memory: Memory): FusedKernels["maxPool"] {
  let windows: PoolWindows | null = null;
  const vectors = new Map<number, PoolVectors>();
  return (x: View, y: View, indices: View, { kernelSize, stride, padding, dilation }: PoolAttrs): boolean => {
    if (numel(y.shape) === 0) return true;
    if (x.dtype !== "float32") return false;
    const [images, channels, outHeight, outWidth] = y.shape as Rank4;
    const [, , height, width] = x.shape as Rank4;
    const [imageStride, planeStride, rowStride, columnStride] = x.strides.map((s) => 4 * s) as Rank4;
    const [kernelHeight, kernelWidth] = kernelSize as Pair;
    const [strideY, strideX] = stride as Pair;
    const [dilationY, dilationX] = dilation as Pair;
    const [paddingY, paddingX] = padding as Pair;

    const inside =
      paddingY === 0 &&
      paddingX === 0 &&
      (outHeight - 1) * strideY + (kernelHeight - 1) * dilationY < height &&
      (outWidth - 1) * strideX + (kernelWidth - 1) * dilationX < width;
    const vectorized =
      inside &&
      columnStride === 4 &&
      outWidth >= 4 &&
      (strideX === 1 || strideX === 2) &&
      kernelHeight * kernelWidth <= largestUnrolledWindow;
    for (let n = 0; n < images; n++) {
      const from = addressOf(x) + n * imageStride;
      const done = 4 * n * channels * outHeight * outWidth;
      const [toY, toIndices] = [addressOf(y) + done, addressOf(indices) + done];
      if (vectorized) {
        const key = ((dilationX * 32 + kernelHeight) * 32 + kernelWidth) * 2 + strideX - 1;
        let pool = vectors.get(key);
        if (!pool) {
          pool = compilePoolVectors(memory, { kernelHeight, kernelWidth, strideX, dilationX });
          vectors.set(key, pool);
        }
        pool(channels, from, planeStride, rowStride, width, toY, toIndices, outHeight, outWidth, strideY, dilationY);
      } else {
        windows ??= compilePoolWindows(memory);
        windows(
          channels,
          from,
          planeStride,
          rowStride,
          columnStride,
          height,
          width,
          toY,
          toIndices,
          outHeight,
          outWidth,
          kernelHeight,
          kernelWidth,
          strideY,
          strideX,
          paddingY,
          paddingX,
          dilationY,
          dilationX,
        );
      }
    }
    return true;
  };
}

export function createMaxPoolGrad(kernels: WindowKernels): FusedKernels["maxPoolGrad"] {
  const { memory } = kernels;
  let scatter: PoolScatter | null = null;
  return (dy: View, indices: View, dx: View): boolean => {
    if (dx.dtype !== "float32") return false;
    const first = addressOf(dx) >>> 2;
    memory.f32.fill(0, first, first + numel(dx.shape));
    if (numel(dy.shape) === 0) return true;
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
