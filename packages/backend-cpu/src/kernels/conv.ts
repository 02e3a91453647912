// FusedKernels.conv: direct convolution, image by image. Only what padding or odd strides demand is copied.
import { type ConvAttrs, type FusedKernels, numel, type View } from "@gradkit/tensor/backend";
import { addressOf, contiguous } from "./contiguous.ts";
import { type CorrelationShape, prepareCorrelation } from "./correlation.ts";
import { ImageRegion } from "./image-region.ts";
import type { WindowKernels } from "./window-kernels.ts";

type Rank4 = [number, number, number, number];
type Pair = [number, number];

export const createConv =
  (kernels: WindowKernels): FusedKernels["conv"] =>
  (x: View, weight: View, bias: View | null, y: View, { stride, padding, dilation, groups }: ConvAttrs): boolean => {
    if (numel(y.shape) === 0) return true;
    if (x.dtype !== "float32" || numel(weight.shape) === 0) return false;
    const [, channels, kernelHeight, kernelWidth] = weight.shape as Rank4;
    const [images, allOutputs, outHeight, outWidth] = y.shape as Rank4;
    const [strideY, strideX] = stride as Pair;
    const [paddingY, paddingX] = padding as Pair;
    const [dilationY, dilationX] = dilation as Pair;
    const outputs = allOutputs / groups;

    const source = new ImageRegion(kernels, x, channels, {
      top: -paddingY,
      left: -paddingX,
      height: (outHeight - 1) * strideY + (kernelHeight - 1) * dilationY + 1,
      width: (outWidth - 1) * strideX + (kernelWidth - 1) * dilationX + 1,
    });
    const shape: CorrelationShape = {
      groups,
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
      planeStride: source.planeStride,
      rowStride: source.rowStride,
    };
    const weights = contiguous(kernels, weight);
    const start = bias && contiguous(kernels, bias);
    const correlation = prepareCorrelation(kernels, shape, weights.address, start?.address ?? 0);
    weights.release();
    start?.release();
    for (let n = 0; n < images; n++)
      for (let g = 0; g < groups; g++) {
        correlation.run(g, source.at(n, g), addressOf(y) + 4 * (n * allOutputs + g * outputs) * outHeight * outWidth);
      }
    correlation.release();
    source.release();
    return true;
  };
