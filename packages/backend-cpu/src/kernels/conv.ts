// FusedKernels.conv: by Winograd's algorithm where it pays, else directly, image by image. Only what padding or odd strides demand is copied.
import { type ConvAttrs, type FusedKernels, numel, type View } from "@gradkit/tensor/backend";
import { partStart } from "../lanes.ts";
import { addressOf, contiguous } from "./contiguous.ts";
import { convolveByWinograd } from "./conv-winograd.ts";
import { readsInPlace } from "./correlate-planes.ts";
import { type CorrelationShape, correlationNanoseconds, groupsTogether, prepareCorrelation } from "./correlation.ts";
import { ImageRegion } from "./image-region.ts";
import { type WindowGeometry, windowGeometry } from "./window-geometry.ts";
import type { WindowKernels } from "./window-kernels.ts";
import { weightBytes, winogradFor } from "./winograd.ts";

export const createConv =
  (kernels: WindowKernels): FusedKernels["conv"] =>
  (x: View, weight: View, bias: View | null, y: View, attrs: ConvAttrs): boolean => {
    if (numel(y.shape) === 0) return true;
    if (x.dtype !== "float32" || numel(weight.shape) === 0) return false;
    const { groups } = attrs;
    const geometry = windowGeometry(weight, y, attrs);
    const { images, sizes, region } = geometry;
    const weights = contiguous(kernels, weight);
    const start = bias && contiguous(kernels, bias);
    const winograd = winogradFor(kernels, images, sizes);
    if (winograd) {
      const window = weightBytes;
      const strides = { group: window * sizes.outputs * sizes.channels, output: window * sizes.channels, channel: window, element: 4 };
      const placed = { ...sizes, images, groups, top: region.top, left: region.left, bias: start?.address ?? 0 };
      convolveByWinograd(kernels, winograd, x, { ...placed, weights: { address: weights.address, ...strides } }, addressOf(y));
    } else {
      correlateImages(kernels, x, geometry, groups, weights.address, start?.address ?? 0, addressOf(y));
    }
    weights.release();
    start?.release();
    return true;
  };

function correlateImages(
  kernels: WindowKernels,
  x: View,
  { images, sizes, region }: WindowGeometry,
  groups: number,
  weights: number,
  bias: number,
  y: number,
): void {
  const together = groupsTogether(sizes, groups, 4 * region.height * region.width);
  const source = new ImageRegion(kernels, x, together * sizes.channels, region, { masked: readsInPlace(sizes) });
  const { planeStride, rowStride, firstRow, endRow, firstColumn, endColumn, masked } = source;
  const inside = { firstRow, endRow, firstColumn, endColumn, masked };
  const shape: CorrelationShape = { ...sizes, groups, together, planeStride, rowStride, ...inside };
  const correlation = prepareCorrelation(kernels, shape, weights, bias);
  const runs = groups / together; // of an image
  const bytes = 4 * together * sizes.outputs * sizes.outHeight * sizes.outWidth; // of y, of one run
  const count = images * runs;
  const lanes = kernels.memory.lanes.count(images * groups * correlationNanoseconds(shape), count);
  kernels.memory.lanes.fork(lanes, (lane) => {
    const [from, part] = [source.open(), correlation.open()];
    for (let i = partStart(count, lane, lanes); i < partStart(count, lane + 1, lanes); i++) {
      const index = i % runs;
      part.run(index, from.at((i - index) / runs, index), y + i * bytes);
    }
    part.release();
    from.release();
  });
  correlation.release();
}
