// The weight gradient by Winograd's algorithm: sums of products over all tiles, point by point, turned into weights at the end. Lanes share groups and
// parts of the images; where sums are too large to have many, outputs too.
import { partStart } from "../lanes.ts";
import type { SumWeights } from "./conv-weight-grad.ts";
import { ImageRegion } from "./image-region.ts";
import { enoughParts, sumParts } from "./sum-parts.ts";
import {
  allocatePoints,
  lanesPerThread,
  type PointLayout,
  pointLayout,
  pointNanoseconds,
  type WinogradKernels,
  weightBytes,
  weightNanoseconds,
  winogradBlocks,
} from "./winograd.ts";
import type { Spread } from "./winograd-spread.ts";
import { patchSize, pointCount, tileSize } from "./winograd-transforms.ts";

/** Where sums are too large for that, outputs are divided too: the input is transformed anew for so many of them. */
const sliceOutputs = 128;

export const sumByWinograd =
  (winograd: WinogradKernels): SumWeights =>
  (kernels, dy, x, groups, { images, sizes, region }, dweight) => {
    const { memory, width } = kernels;
    const { channels } = sizes;
    const blocks = winogradBlocks(images, sizes.outHeight, sizes.outWidth);
    const sumBytes = 4 * pointCount * groups * sizes.outputs * channels;
    const parts = sumParts(blocks.count, sumBytes);
    const slices = parts < enoughParts && sizes.outputs % sliceOutputs === 0 ? sizes.outputs / sliceOutputs : 1;
    const outputs = sizes.outputs / slices;

    const [height, extent] = [blocks.tilesY * tileSize, blocks.tilesX * tileSize];
    const overlap = patchSize - tileSize;
    const under = { ...region, height: height + overlap, width: extent + overlap };
    const pictures = new ImageRegion(kernels, x, channels, under, { copied: true });
    const gradients = new ImageRegion(kernels, dy, outputs, { top: 0, left: 0, height, width: extent }, { copied: true });
    const sums = pointLayout(outputs, channels); // [point, output, channel]
    const partBytes = pointCount * sums.point;
    const weightPoints = memory.allocate(groups * slices * parts * partBytes);
    const zeros = memory.allocate(4 * width);
    memory.f32.fill(0, zeros.pointer >>> 2, (zeros.pointer >>> 2) + width);

    const count = groups * slices * parts;
    const nanoseconds = groups * blocks.count * blocks.tiles * channels * sizes.outputs * pointNanoseconds;
    const lanes = memory.lanes.count(nanoseconds, count, lanesPerThread);
    memory.lanes.fork(lanes, (lane) => {
      const [xs, dys] = [pictures.open(), gradients.open()];
      const [inputs, outs] = [pointLayout(blocks.tiles, channels), pointLayout(blocks.tiles, outputs)];
      const [inputPoints, outPoints] = [allocatePoints(memory, inputs), allocatePoints(memory, outs)];
      const edge = memory.allocate(kernels.edgeBytes);
      for (let i = partStart(count, lane, lanes); i < partStart(count, lane + 1, lanes); i++) {
        const [slice, part] = [Math.floor(i / parts), i % parts]; // slices of all groups
        const begin = partStart(blocks.count, part, parts);
        let [picture, gradient] = [0, 0];
        for (let b = begin; b < partStart(blocks.count, part + 1, parts); b++) {
          const block = blocks.at(b);
          const tiles = block.rows * blocks.tilesX; // of one image
          for (let n = 0; n < block.images; n++) {
            if (block.row === 0 || b === begin) {
              picture = xs.at(block.image + n, Math.floor(slice / slices));
              gradient = dys.at(block.image + n, slice);
            }
            const spread = (
              kernel: Spread,
              { planeStride, rowStride }: ImageRegion,
              from: number,
              of: number,
              to: number,
              layout: PointLayout,
            ): void =>
              kernel(
                block.rows,
                blocks.tilesX,
                of,
                from + block.row * tileSize * rowStride,
                planeStride,
                rowStride,
                to + n * tiles * layout.tile,
                layout.point,
                layout.tile,
              );
            spread(winograd.spreadInput, pictures, picture, channels, inputPoints.pointer, inputs);
            spread(winograd.spreadGradient, gradients, gradient, outputs, outPoints.pointer, outs);
          }
          for (let p = 0; p < pointCount; p++) {
            const sum = weightPoints.pointer + i * partBytes + p * sums.point;
            const begun = b > begin;
            winograd.weightProduct(outputs)(
              outputs,
              channels,
              block.images * tiles,
              outPoints.pointer + p * outs.point,
              4,
              outs.tile,
              inputPoints.pointer + p * inputs.point,
              4 * width,
              inputs.tile,
              begun ? sum : zeros.pointer,
              begun ? sums.tile : 0,
              begun ? 4 * width : 0,
              sum,
              sums.tile,
              edge.pointer,
            );
          }
        }
      }
      xs.release();
      dys.release();
      for (const buffer of [inputPoints, outPoints, edge]) memory.release(buffer);
    });

    const rows = groups * sizes.outputs;
    const collectLanes = memory.lanes.count(rows * channels * (parts + 1) * weightNanoseconds, groups * slices);
    memory.lanes.fork(collectLanes, (lane) => {
      for (let i = partStart(groups * slices, lane, collectLanes); i < partStart(groups * slices, lane + 1, collectLanes); i++) {
        const [from, to] = [weightPoints.pointer + i * parts * partBytes, dweight + i * weightBytes * outputs * channels];
        winograd.collectWeights(outputs, channels, parts, partBytes, from, sums.point, to);
      }
    });
    for (const buffer of [weightPoints, zeros]) memory.release(buffer);
  };
