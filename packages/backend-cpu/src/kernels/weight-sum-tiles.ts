// The weight gradient as a product: dweight[k, o] = Σ over positions of window[k, position] · dy[o, position]. A window's k-th element, over all
// positions, is the image itself from some offset on: those rows are read in place, and dy is packed block by block.
import { partStart } from "../lanes.ts";
import type { SumWeights } from "./conv-weight-grad.ts";
import { flopsPerNanosecond, writeTable } from "./correlation.ts";
import { ImageRegion } from "./image-region.ts";
import { enoughParts, mostParts, sumParts } from "./sum-parts.ts";
import { largestDivisor } from "./window-geometry.ts";

const blockPositions = 448; // a packed panel of dy takes half of the first-level cache

/** Lanes share groups and parts of the images; where sums are too large to have many, channels too. */
export const sumByTiles: SumWeights = (kernels, dy, x, groups, { images, sizes, region }, dweight) => {
  const { memory, width: panelWidth } = kernels;
  const { outputs, outHeight, outWidth, kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX } = sizes;
  const window = kernelHeight * kernelWidth;
  const paddedOutputs = Math.ceil(outputs / panelWidth) * panelWidth;
  const parts = sumParts(images, 4 * groups * sizes.channels * window * paddedOutputs);
  const slices = parts < enoughParts ? largestDivisor(sizes.channels, mostParts) : 1; // of a group's channels
  const channels = sizes.channels / slices;
  const k = channels * window;

  const windows = new ImageRegion(kernels, x, channels, region);
  const all = { top: 0, left: 0, height: outHeight, width: outWidth };
  const gradients = new ImageRegion(kernels, dy, outputs, all, { adjacentRows: true });
  const [xPlane, xRow, dyPlane] = [windows.planeStride, windows.rowStride, gradients.planeStride];
  const offsets: number[] = [];
  for (let c = 0; c < channels; c++)
    for (let u = 0; u < kernelHeight; u++)
      for (let v = 0; v < kernelWidth; v++) offsets.push(c * xPlane + u * dilationY * xRow + 4 * v * dilationX);
  const blockHeight = Math.max(1, Math.min(outHeight, Math.floor(blockPositions / outWidth)));
  const tiles = kernels.segmentTiles({ length: "any", step: 4 * strideX })(k);
  const rowTable = writeTable(kernels, offsets);
  const jumpTable = writeTable(kernels, new Array<number>(blockHeight).fill(strideY * xRow - 4 * outWidth * strideX));
  const sumBytes = 4 * k * paddedOutputs;
  const sums = memory.allocate(groups * slices * parts * sumBytes); // [groups, slices, parts, k, paddedOutputs]

  const count = groups * slices * parts;
  const products = images * groups * sizes.channels * outputs * outHeight * outWidth * window;
  const lanes = memory.lanes.count((2 * products) / flopsPerNanosecond, count);
  memory.lanes.fork(lanes, (lane) => {
    const [xs, dys] = [windows.open(), gradients.open()];
    const packed = memory.allocate(4 * blockHeight * outWidth * paddedOutputs);
    for (let i = partStart(count, lane, lanes); i < partStart(count, lane + 1, lanes); i++) {
      const [slice, part] = [Math.floor(i / parts), i % parts];
      const to = sums.pointer + i * sumBytes;
      kernels.clear(to, sumBytes);
      for (let n = partStart(images, part, parts); n < partStart(images, part + 1, parts); n++) {
        const [picture, gradient] = [xs.at(n, slice), dys.at(n, Math.floor(slice / slices))];
        for (let row = 0; row < outHeight; row += blockHeight) {
          const rows = Math.min(blockHeight, outHeight - row);
          kernels.packPanels(gradient + 4 * row * outWidth, dyPlane, 4, outputs, rows * outWidth, packed.pointer);
          tiles(
            k,
            outputs,
            rows,
            outWidth,
            rowTable.pointer,
            picture + row * strideY * xRow,
            jumpTable.pointer,
            packed.pointer,
            to,
            4 * paddedOutputs,
            4 * panelWidth,
            to,
            4 * paddedOutputs,
          );
        }
      }
    }
    xs.release();
    dys.release();
    memory.release(packed);
  });

  const output = 4 * sizes.channels * window; // bytes of dweight
  for (let slice = 0; slice < groups * slices; slice++) {
    const first = sums.pointer + slice * parts * sumBytes;
    const target = dweight + Math.floor(slice / slices) * outputs * output + (slice % slices) * 4 * k;
    if (parts > 1) kernels.addParts(parts, first, sumBytes);
    kernels.transpose(first, 4 * paddedOutputs, target, output, k, outputs);
  }
  for (const buffer of [rowTable, jumpTable, sums]) memory.release(buffer);
};
