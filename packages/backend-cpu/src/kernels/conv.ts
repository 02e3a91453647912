// FusedKernels.conv: direct convolution, image by image. Only what padding or odd strides demand is copied.
import { type ConvAttrs, type FusedKernels, numel, type View } from "@gradkit/tensor/backend";
import { addressOf, contiguous } from "./contiguous.ts";
import type { ConvKernels } from "./conv-kernels.ts";
import { type CorrelationShape, prepareCorrelation } from "./correlation.ts";
import { ImageFrame } from "./image-frame.ts";

type Rank4 = [number, number, number, number];
type Pair = [number, number];

export const createConv =
  (kernels: ConvKernels): FusedKernels["conv"] =>
  (x: View, weight: View, bias: View | null, y: View, { stride, padding, dilation, groups }: ConvAttrs): boolean => {
    if (numel(y.shape) === 0) return true;
    if (x.dtype !== "float32" || numel(weight.shape) === 0) return false;
    const [, , height, width] = x.shape as Rank4;
    const [, channels, kernelHeight, kernelWidth] = weight.shape as Rank4;
    const [images, allOutputs, outHeight, outWidth] = y.shape as Rank4;
    const [strideY, strideX] = stride as Pair;
    const [top, left] = padding as Pair;
    const [dilationY, dilationX] = dilation as Pair;
    const outputs = allOutputs / groups;
    const [imageStride, planeStride, rowStride, columnStride] = x.strides.map((s) => 4 * s) as Rank4;

    const framed = {
      channels,
      height: (outHeight - 1) * strideY + (kernelHeight - 1) * dilationY + 1,
      width: (outWidth - 1) * strideX + (kernelWidth - 1) * dilationX + 1,
      imageHeight: height,
      imageWidth: width,
      top,
      left,
    };
    const frame = top > 0 || left > 0 || columnStride !== 4 ? new ImageFrame(kernels, framed) : null;
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
      planeStride: frame ? 4 * framed.height * framed.width : planeStride,
      rowStride: frame ? 4 * framed.width : rowStride,
    };
    const weights = contiguous(kernels, weight);
    const start = bias && contiguous(kernels, bias);
    const correlation = prepareCorrelation(kernels, shape, weights.address, start?.address ?? 0);
    weights.release();
    start?.release();
    for (let n = 0; n < images; n++)
      for (let g = 0; g < groups; g++) {
        const image = addressOf(x) + n * imageStride + g * channels * planeStride;
        const source = frame ? frame.place(image, planeStride, rowStride, columnStride) : image;
        correlation.run(g, source, addressOf(y) + 4 * (n * allOutputs + g * outputs) * outHeight * outWidth);
      }
    correlation.release();
    frame?.release();
    return true;
  };
