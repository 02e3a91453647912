// FusedKernels.convWeightGrad: for each group, the products of x's windows with dy, summed over all positions of all images.
import { type ConvAttrs, type FusedKernels, numel, type View } from "@gradkit/tensor/backend";
import { addressOf } from "./contiguous.ts";
import { ImageRegion } from "./image-region.ts";
import { sumByTiles } from "./weight-sum-tiles.ts";
import { sumByVectors, takesVectors } from "./weight-sum-vectors.ts";
import type { WindowKernels } from "./window-kernels.ts";

type Rank4 = [number, number, number, number];
type Pair = [number, number];

/** For one group; dy in adjacent rows, the elements of x's rows neighbours; strides of planes and rows in bytes. */
export interface WeightSumShape {
  readonly channels: number;
  readonly outputs: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideY: number;
  readonly strideX: number;
  readonly dilationY: number;
  readonly dilationX: number;
  readonly xPlane: number;
  readonly xRow: number;
  readonly dyPlane: number;
}

/** Sums of one group at a time: start, add each image, finish. */
export interface WeightSum {
  start(dweight: number): void;
  add(x: number, dy: number): void;
  finish(): void;
  release(): void;
}

export const createConvWeightGrad =
  (kernels: WindowKernels): FusedKernels["convWeightGrad"] =>
  (dy: View, x: View, dweight: View, { stride, padding, dilation, groups }: ConvAttrs): boolean => {
    if (dy.dtype !== "float32") return false;
    const first = addressOf(dweight) >>> 2;
    kernels.memory.f32.fill(0, first, first + numel(dweight.shape));
    if (numel(dweight.shape) === 0 || numel(dy.shape) === 0) return true;
    const [, channels, kernelHeight, kernelWidth] = dweight.shape as Rank4;
    const [images, allOutputs, outHeight, outWidth] = dy.shape as Rank4;
    const [strideY, strideX] = stride as Pair;
    const [paddingY, paddingX] = padding as Pair;
    const [dilationY, dilationX] = dilation as Pair;
    const outputs = allOutputs / groups;

    const windows = new ImageRegion(kernels, x, channels, {
      top: -paddingY,
      left: -paddingX,
      height: (outHeight - 1) * strideY + (kernelHeight - 1) * dilationY + 1,
      width: (outWidth - 1) * strideX + (kernelWidth - 1) * dilationX + 1,
    });
    const all = { top: 0, left: 0, height: outHeight, width: outWidth };
    const gradients = new ImageRegion(kernels, dy, outputs, all, { adjacentRows: true });
    const shape: WeightSumShape = {
      channels,
      outputs,
      outHeight,
      outWidth,
      kernelHeight,
      kernelWidth,
      strideY,
      strideX,
      dilationY,
      dilationX,
      xPlane: windows.planeStride,
      xRow: windows.rowStride,
      dyPlane: gradients.planeStride,
    };
    const sum = takesVectors(shape) ? sumByVectors(kernels, shape) : sumByTiles(kernels, shape);
    for (let g = 0; g < groups; g++) {
      sum.start(addressOf(dweight) + 4 * g * outputs * channels * kernelHeight * kernelWidth);
      for (let n = 0; n < images; n++) sum.add(windows.at(n, g), gradients.at(n, g));
      sum.finish();
    }
    sum.release();
    windows.release();
    gradients.release();
    return true;
  };
