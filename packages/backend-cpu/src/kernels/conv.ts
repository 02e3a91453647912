// FusedKernels.conv: direct convolution, image by image. Only what padding or odd strides demand is copied.
import { type ConvAttrs, type FusedKernels, numel, type View } from "@gradkit/tensor/backend";
import { partStart } from "../lanes.ts";
import { addressOf, contiguous } from "./contiguous.ts";
import { type CorrelationShape, correlationNanoseconds, prepareCorrelation } from "./correlation.ts";
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
    const planes = 4 * outputs * outHeight * outWidth; // bytes of one group's
    const count = images * groups;
    const lanes = kernels.memory.lanes.count(count * correlationNanoseconds(shape), count);
    kernels.memory.lanes.fork(lanes, (lane) => {
      const [from, part] = [source.open(), correlation.open()];
      for (let i = partStart(count, lane, lanes); i < partStart(count, lane + 1, lanes); i++) {
        const group = i % groups;
        part.run(group, from.at((i - group) / groups, group), addressOf(y) + i * planes);
      }
      part.release();
      from.release();
    });
    correlation.release();
    return true;
  };
