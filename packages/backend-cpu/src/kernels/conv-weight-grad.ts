// FusedKernels.convWeightGrad: for each group, the products of x's windows with dy, summed over all positions of all images.
import { type ConvAttrs, type FusedKernels, numel, type View } from "@gradkit/tensor/backend";
import { addressOf } from "./contiguous.ts";
import { ImageRegion } from "./image-region.ts";
import { sumByTiles } from "./weight-sum-tiles.ts";
import { sumByVectors, takesVectors } from "./weight-sum-vectors.ts";
import { type WindowSizes, windowGeometry } from "./window-geometry.ts";
import type { WindowKernels } from "./window-kernels.ts";

/** For one group; dy in adjacent rows, the elements of x's rows neighbours; strides of planes and rows in bytes. */
export interface WeightSumShape extends WindowSizes {
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
  (dy: View, x: View, dweight: View, attrs: ConvAttrs): boolean => {
    if (dy.dtype !== "float32") return false;
    const first = addressOf(dweight) >>> 2;
    kernels.memory.f32.fill(0, first, first + numel(dweight.shape));
    if (numel(dweight.shape) === 0 || numel(dy.shape) === 0) return true;
    const { images, sizes, region } = windowGeometry(dweight, dy, attrs);
    const { channels, outputs, outHeight, outWidth, kernelHeight, kernelWidth } = sizes;

    const windows = new ImageRegion(kernels, x, channels, region);
    const all = { top: 0, left: 0, height: outHeight, width: outWidth };
    const gradients = new ImageRegion(kernels, dy, outputs, all, { adjacentRows: true });
    const shape: WeightSumShape = { ...sizes, xPlane: windows.planeStride, xRow: windows.rowStride, dyPlane: gradients.planeStride };
    const sum = takesVectors(shape) ? sumByVectors(kernels, shape) : sumByTiles(kernels, shape);
    for (let g = 0; g < attrs.groups; g++) {
      sum.start(addressOf(dweight) + 4 * g * outputs * channels * kernelHeight * kernelWidth);
      for (let n = 0; n < images; n++) sum.add(windows.at(n, g), gradients.at(n, g));
      sum.finish();
    }
    sum.release();
    windows.release();
    gradients.release();
    return true;
  };
