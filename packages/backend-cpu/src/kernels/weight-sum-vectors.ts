// The weight gradient of convolutions with one or two outputs to a group (depthwise ones): lanes share the groups.
import { partStart } from "../lanes.ts";
import type { SumWeights } from "./conv-weight-grad.ts";
import { flopsPerNanosecond, togetherBytes } from "./correlation.ts";
import { ImageRegion } from "./image-region.ts";
import { largestDivisor, type WindowSizes } from "./window-geometry.ts";

const widestKernel = 8;
const mostTaps = 9; // one accumulator for each
const fewestRuns = 8; // lanes share them

export const takesVectors = ({ outputs, strideX, kernelWidth }: WindowSizes, groups: number): boolean =>
  groups > 1 && outputs <= 2 && strideX <= 2 && kernelWidth <= widestKernel;

export const sumByVectors: SumWeights = (kernels, dy, x, groups, { images, sizes, region }, dweight) => {
  const { memory } = kernels;
  const { outputs, outHeight, outWidth, kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX } = sizes;
  const { channels } = sizes;
  const together = largestDivisor(groups, Math.min(groups / fewestRuns, togetherBytes / (4 * channels * region.height * region.width)));
  const windows = new ImageRegion(kernels, x, together * channels, region);
  const all = { top: 0, left: 0, height: outHeight, width: outWidth };
  const gradients = new ImageRegion(kernels, dy, together * outputs, all, { adjacentRows: true });
  const [xPlane, xRow, dyPlane] = [windows.planeStride, windows.rowStride, gradients.planeStride];
  const window = 4 * kernelHeight * kernelWidth; // bytes
  const output = window * channels;
  const rows = largestDivisor(kernelHeight, mostTaps / kernelWidth);
  const dots = kernels.dots({ outputs: 1, rows, length: kernelWidth, step: 4 * dilationX, strideX });
  memory.f32.fill(0, dweight >>> 2, (dweight + groups * outputs * output) >>> 2);

  const count = groups / together;
  const products = images * groups * channels * outputs * outHeight * outWidth * kernelHeight * kernelWidth;
  const lanes = memory.lanes.count((2 * products) / flopsPerNanosecond, count);
  memory.lanes.fork(lanes, (lane) => {
    const [xs, dys] = [windows.open(), gradients.open()];
    for (let i = partStart(count, lane, lanes); i < partStart(count, lane + 1, lanes); i++)
      for (let n = 0; n < images; n++) {
        const [picture, gradient] = [xs.at(n, i), dys.at(n, i)];
        for (let o = 0; o < outputs; o++)
          for (let c = 0; c < channels; c++)
            for (let u = 0; u < kernelHeight; u += rows)
              dots(
                together,
                outHeight,
                outWidth,
                picture + c * xPlane + u * dilationY * xRow,
                channels * xPlane,
                strideY * xRow,
                dilationY * xRow,
                gradient + o * dyPlane,
                outputs * dyPlane,
                0,
                dweight + (i * together * outputs + o) * output + c * window + 4 * u * kernelWidth,
                outputs * output,
                0,
              );
      }
    xs.release();
    dys.release();
  });
};
