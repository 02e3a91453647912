// FusedKernels.convWeightGrad, by Winograd's algorithm or directly: for each group, the products of x's windows with dy, summed over all positions of all images.
import { type ConvAttrs, type FusedKernels, numel, type View } from "@gradkit/tensor/backend";
import { partStart } from "../lanes.ts";
import { addressOf } from "./contiguous.ts";
import { flopsPerNanosecond, togetherBytes } from "./correlation.ts";
import { ImageRegion, type Region } from "./image-region.ts";
import { sumByTiles } from "./weight-sum-tiles.ts";
import { sumByVectors, takesVectors } from "./weight-sum-vectors.ts";
import { sumByWinograd } from "./weight-sum-winograd.ts";
import { largestDivisor, type WindowSizes, windowGeometry } from "./window-geometry.ts";
import type { WindowKernels } from "./window-kernels.ts";
import { winogradFor } from "./winograd.ts";

/** For some groups; dy in adjacent rows, the elements of x's rows neighbours; strides of planes and rows, and between outputs of dweight, in bytes. */
export interface WeightSumShape extends WindowSizes {
  /** Groups at a time. */
  readonly together: number;
  readonly xPlane: number;
  readonly xRow: number;
  readonly dyPlane: number;
  readonly weightStride: number;
}

/** Sums of so many groups at a time: start, add each image, finish. */
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
    const geometry = windowGeometry(dweight, dy, attrs);
    const { images, sizes, region } = geometry;
    const winograd = winogradFor(kernels, images, sizes);
    if (winograd) {
      sumByWinograd(kernels, winograd, dy, x, attrs.groups, geometry, addressOf(dweight));
      return true;
    }
    const first = addressOf(dweight) >>> 2;
    kernels.memory.f32.fill(0, first, first + numel(dweight.shape));
    if (numel(dweight.shape) === 0 || numel(dy.shape) === 0) return true;
    const whole: Problem = {
      x,
      dy,
      sizes,
      groups: attrs.groups,
      images,
      region,
      dweight: addressOf(dweight),
      vectors: takesVectors(sizes),
    };
    const nanoseconds = (2 * numel(dweight.shape) * images * sizes.outHeight * sizes.outWidth) / flopsPerNanosecond;
    const { lanes } = kernels.memory;
    const divide = division(whole);
    const count = lanes.count(nanoseconds, divide.most);
    const weightStride = 4 * sizes.channels * sizes.kernelHeight * sizes.kernelWidth;
    lanes.fork(count, (lane) =>
      solve(kernels, divide.part(partStart(divide.most, lane, count), partStart(divide.most, lane + 1, count)), weightStride),
    );
    return true;
  };

/** Weight gradients of some groups, channels and outputs. */
interface Problem {
  readonly x: View;
  readonly dy: View;
  readonly sizes: WindowSizes;
  readonly groups: number;
  readonly images: number;
  readonly region: Region;
  /** The address of the first one. */
  readonly dweight: number;
  readonly vectors: boolean;
}

/** How lanes share a problem: by groups; where there is one, by channels, or by outputs if there are more of them. */
function division(whole: Problem): { most: number; part(first: number, end: number): Problem } {
  const { x, dy, sizes, groups, dweight } = whole;
  const { channels, outputs, kernelHeight, kernelWidth } = sizes;
  const window = kernelHeight * kernelWidth;
  if (groups > 1) {
    const part = (first: number, end: number): Problem => ({
      ...whole,
      x: someChannels(x, first * channels, end * channels),
      dy: someChannels(dy, first * outputs, end * outputs),
      groups: end - first,
      dweight: dweight + 4 * first * outputs * channels * window,
    });
    return { most: groups, part };
  }
  if (channels * window >= outputs) {
    const part = (first: number, end: number): Problem => ({
      ...whole,
      x: someChannels(x, first, end),
      sizes: { ...sizes, channels: end - first },
      dweight: dweight + 4 * first * window,
    });
    return { most: channels, part };
  }
  const part = (first: number, end: number): Problem => ({
    ...whole,
    dy: someChannels(dy, first, end),
    sizes: { ...sizes, outputs: end - first },
    dweight: dweight + 4 * first * channels * window,
  });
  return { most: outputs, part };
}

const someChannels = ({ buffer, dtype, shape, strides, offset }: View, first: number, end: number): View => ({
  buffer,
  dtype,
  shape: shape.with(1, end - first),
  strides,
  offset: offset + first * (strides[1] as number),
});

function solve(kernels: WindowKernels, { x, dy, sizes, groups, images, region, dweight, vectors }: Problem, weightStride: number): void {
  const { channels, outputs, outHeight, outWidth } = sizes;
  const all = { top: 0, left: 0, height: outHeight, width: outWidth };
  const together = vectors ? largestDivisor(groups, togetherBytes / (4 * channels * region.height * region.width)) : 1;
  const windows = new ImageRegion(kernels, x, together * channels, region);
  const gradients = new ImageRegion(kernels, dy, together * outputs, all, { adjacentRows: true });
  const shape: WeightSumShape = {
    ...sizes,
    together,
    xPlane: windows.planeStride,
    xRow: windows.rowStride,
    dyPlane: gradients.planeStride,
    weightStride,
  };
  const [xs, dys] = [windows.open(), gradients.open()];
  const sum = vectors ? sumByVectors(kernels, shape) : sumByTiles(kernels, shape);
  for (let g = 0; g < groups / together; g++) {
    sum.start(dweight + g * together * outputs * weightStride);
    for (let n = 0; n < images; n++) sum.add(xs.at(n, g), dys.at(n, g));
    sum.finish();
  }
  sum.release();
  xs.release();
  dys.release();
}
