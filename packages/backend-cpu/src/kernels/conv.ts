// FusedKernels.conv: direct convolution, image by image. Only what padding or odd strides demand is copied.
import { type ConvAttrs, type FusedKernels, numel, type View } from "@gradkit/tensor/backend";
import { addressOf, contiguous } from "./contiguous.ts";
import { type CorrelationShape, prepareCorrelation } from "./correlation.ts";
import { ImageRegion } from "./image-region.ts";
import { windowGeometry } from "./window-geometry.ts";
import type { WindowKernels } from "./window-kernels.ts";

export const createConv =
  (kernels: WindowKernels): FusedKernels["conv"] =>
  (x: View, weight: View, bias: View | null, y: View, attrs: ConvAttrs): boolean => {
    if (numel(y.shape) === 0) return true;
    if (x.dtype !== "float32" || numel(weight.shape) === 0) return false;
    const { groups } = attrs;
    const { images, sizes, region } = windowGeometry(weight, y, attrs);
    const { channels, outputs, outHeight, outWidth } = sizes;
    const source = new ImageRegion(kernels, x, channels, region);
    const shape: CorrelationShape = { ...sizes, groups, planeStride: source.planeStride, rowStride: source.rowStride };
    const weights = contiguous(kernels, weight);
    const start = bias && contiguous(kernels, bias);
    const correlation = prepareCorrelation(kernels, shape, weights.address, start?.address ?? 0);
    weights.release();
    start?.release();
    for (let n = 0; n < images; n++)
      for (let g = 0; g < groups; g++) {
        correlation.run(g, source.at(n, g), addressOf(y) + 4 * (n * groups + g) * outputs * outHeight * outWidth);
      }
    correlation.release();
    source.release();
    return true;
  };
