// FusedKernels.convInputGrad: the correlation of dy, framed by zeros (and with zeros between its elements where the stride is not 1), with the
// weights turned round.
import { type ConvAttrs, type FusedKernels, numel, type View } from "@gradkit/tensor/backend";
import type { CpuBuffer } from "../buffer.ts";
import { addressOf, contiguous } from "./contiguous.ts";
import type { ConvKernels } from "./conv-kernels.ts";
import { prepareCorrelation } from "./correlation.ts";
import { ImageFrame } from "./image-frame.ts";

type Rank4 = [number, number, number, number];
type Pair = [number, number];

export const createConvInputGrad =
  (kernels: ConvKernels): FusedKernels["convInputGrad"] =>
  (dy: View, weight: View, dx: View, { stride, padding, dilation, groups }: ConvAttrs): boolean => {
    if (numel(dx.shape) === 0) return true;
    if (dy.dtype !== "float32" || numel(dy.shape) === 0 || numel(weight.shape) === 0) return false;
    const [images, allChannels, height, width] = dx.shape as Rank4;
    const [, channels, kernelHeight, kernelWidth] = weight.shape as Rank4;
    const [, allOutputs, outHeight, outWidth] = dy.shape as Rank4;
    const [dilationY, dilationX] = dilation as Pair;
    const outputs = allOutputs / groups;
    const [imageStride, planeStride, rowStride, columnStride] = dy.strides.map((s) => 4 * s) as Rank4;
    const [reachY, reachX] = [dilationY * (kernelHeight - 1), dilationX * (kernelWidth - 1)];

    const framed = {
      channels: outputs,
      height: height + reachY,
      width: width + reachX,
      imageHeight: outHeight,
      imageWidth: outWidth,
      top: reachY - (padding[0] as number),
      left: reachX - (padding[1] as number),
      stepY: stride[0] as number,
      stepX: stride[1] as number,
    };
    const inPlace = framed.top === 0 && framed.left === 0 && framed.height === outHeight && framed.width === outWidth && columnStride === 4;
    const frame = inPlace ? null : new ImageFrame(kernels, framed);
    const turned = turnWeights(kernels, weight, groups);
    const shape = {
      groups,
      channels: outputs,
      outputs: channels,
      outHeight: height,
      outWidth: width,
      kernelHeight,
      kernelWidth,
      strideY: 1,
      strideX: 1,
      dilationY,
      dilationX,
      planeStride: frame ? 4 * framed.height * framed.width : planeStride,
      rowStride: frame ? 4 * framed.width : rowStride,
    };
    const correlation = prepareCorrelation(kernels, shape, turned.pointer, 0);
    kernels.memory.release(turned);
    for (let n = 0; n < images; n++)
      for (let g = 0; g < groups; g++) {
        const image = addressOf(dy) + n * imageStride + g * outputs * planeStride;
        const source = frame ? frame.place(image, planeStride, rowStride, columnStride) : image;
        correlation.run(g, source, addressOf(dx) + 4 * (n * allChannels + g * channels) * height * width);
      }
    correlation.release();
    frame?.release();
    return true;
  };

/** [groups, outputs, channels, …] to [groups, channels, outputs, …], each window back to front. */
function turnWeights(kernels: ConvKernels, weight: View, groups: number): CpuBuffer {
  const [allOutputs, channels, kernelHeight, kernelWidth] = weight.shape as Rank4;
  const outputs = allOutputs / groups;
  const window = kernelHeight * kernelWidth;
  const from = contiguous(kernels, weight);
  const turned = kernels.memory.allocate(4 * allOutputs * channels * window);
  for (let g = 0; g < groups; g++) {
    const group = 4 * g * outputs * channels * window;
    const last = 4 * (window - 1);
    kernels.copyPlanes(
      channels,
      outputs,
      window,
      from.address + group + last,
      4 * window,
      4 * channels * window,
      -4,
      turned.pointer + group,
      4 * outputs * window,
      4 * window,
      4,
    );
  }
  from.release();
  return turned;
}
