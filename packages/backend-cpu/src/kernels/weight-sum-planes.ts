// The weight gradient of convolutions with few channels: each is so few rows of a product that packing an operand would take as long as the product.
// Positions lie in vectors, and a tile is a row of the kernel for some outputs. Lanes share groups and parts of the images, or channels.
import { partStart } from "../lanes.ts";
import type { SumWeights } from "./conv-weight-grad.ts";
import { filled, flopsPerNanosecond } from "./correlation.ts";
import type { Dots } from "./dots.ts";
import { ImageRegion } from "./image-region.ts";
import { enoughParts, mostParts, sumParts } from "./sum-parts.ts";
import { largestDivisor, type WindowSizes } from "./window-geometry.ts";

const mostSums = 10; // of a tile; registers hold them beside the operands
const widestKernel = 8;
const wellFilled = 0.75; // panels of a product: they are as fast where so much of them is of use

export function takesPlanes(panelWidth: number, { channels, outputs, strideX, kernelWidth }: WindowSizes): boolean {
  if (outputs <= 2) return strideX <= 2 && kernelWidth <= widestKernel;
  return strideX === 1 && kernelWidth >= 3 && kernelWidth <= mostSums / 2 && (channels === 1 || filled(outputs, panelWidth) <= wellFilled);
}

export const sumByPlanes: SumWeights = (kernels, dy, x, groups, { images, sizes, region }, dweight) => {
  const { memory } = kernels;
  const { outputs, outHeight, outWidth, kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX } = sizes;
  const window = 4 * kernelHeight * kernelWidth; // bytes
  const parts = sumParts(images, groups * outputs * sizes.channels * window);
  const slices = parts < enoughParts ? largestDivisor(sizes.channels, mostParts) : 1; // of a group's channels
  const channels = sizes.channels / slices;
  const windows = new ImageRegion(kernels, x, channels, region);
  const all = { top: 0, left: 0, height: outHeight, width: outWidth };
  const gradients = new ImageRegion(kernels, dy, outputs, all, { adjacentRows: true });
  const [xPlane, xRow, dyPlane] = [windows.planeStride, windows.rowStride, gradients.planeStride];

  const rows = largestDivisor(kernelHeight, mostSums / kernelWidth);
  const tileOutputs = Math.min(outputs, Math.max(1, Math.floor(mostSums / (rows * kernelWidth))));
  const shape = { rows, length: kernelWidth, step: 4 * dilationX, strideX };
  const [tiles, left] = [Math.floor(outputs / tileOutputs), outputs % tileOutputs];
  const tiled = kernels.dots({ outputs: tileOutputs, ...shape });
  const last = left > 0 ? kernels.dots({ outputs: left, ...shape }) : null;

  const outputBytes = channels * window;
  const sumBytes = Math.ceil((outputs * outputBytes) / 16) * 16;
  const sums = memory.allocate(groups * slices * parts * sumBytes); // [groups, slices, parts, outputs, channels, KH, KW]
  const count = groups * slices * parts;
  const products = images * groups * sizes.channels * outputs * outHeight * outWidth * kernelHeight * kernelWidth;
  const lanes = memory.lanes.count((2 * products) / flopsPerNanosecond, count);
  memory.lanes.fork(lanes, (lane) => {
    const [xs, dys] = [windows.open(), gradients.open()];
    for (let i = partStart(count, lane, lanes); i < partStart(count, lane + 1, lanes); i++) {
      const [slice, part] = [Math.floor(i / parts), i % parts];
      const own = sums.pointer + i * sumBytes;
      kernels.clear(own, sumBytes);
      for (let n = partStart(images, part, parts); n < partStart(images, part + 1, parts); n++) {
        const [picture, gradient] = [xs.at(n, slice), dys.at(n, Math.floor(slice / slices))];
        for (let c = 0; c < channels; c++)
          for (let u = 0; u < kernelHeight; u += rows) {
            const from = picture + c * xPlane + u * dilationY * xRow;
            const to = own + c * window + 4 * u * kernelWidth;
            const add = (dots: Dots, several: number, first: number): void =>
              dots(
                several,
                outHeight,
                outWidth,
                from,
                0,
                strideY * xRow,
                dilationY * xRow,
                gradient + first * dyPlane,
                tileOutputs * dyPlane,
                dyPlane,
                to + first * outputBytes,
                tileOutputs * outputBytes,
                outputBytes,
              );
            add(tiled, tiles, 0);
            if (last) add(last, 1, tiles * tileOutputs);
          }
      }
    }
    xs.release();
    dys.release();
  });

  const output = window * sizes.channels; // bytes of dweight
  for (let slice = 0; slice < groups * slices; slice++) {
    const first = sums.pointer + slice * parts * sumBytes;
    const target = dweight + Math.floor(slice / slices) * outputs * output + (slice % slices) * outputBytes;
    if (parts > 1) kernels.addParts(parts, first, sumBytes);
    kernels.copyPlanes(1, outputs, outputBytes / 4, first, 0, outputBytes, 4, target, 0, output, 4);
  }
  memory.release(sums);
};
