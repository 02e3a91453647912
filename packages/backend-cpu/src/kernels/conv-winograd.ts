// Convolution by Winograd's algorithm, and with the weights turned round the gradient of its input. Lanes share the blocks of tiles.
import type { View } from "@gradkit/tensor/backend";
import { partStart } from "../lanes.ts";
import { ImageRegion } from "./image-region.ts";
import type { WindowKernels } from "./window-kernels.ts";
import {
  allocatePoints,
  lanesPerThread,
  pointLayout,
  pointNanoseconds,
  type WinogradKernels,
  weightNanoseconds,
  winogradBlocks,
} from "./winograd.ts";
import { channelBlock, patchSize, pointCount, tileSize } from "./winograd-transforms.ts";

/** Channels and outputs are those of one group. */
export interface WinogradConvolution {
  readonly images: number;
  readonly groups: number;
  readonly channels: number;
  readonly outputs: number;
  readonly outHeight: number;
  readonly outWidth: number;
  /** Where in the input the first window lies. */
  readonly top: number;
  readonly left: number;
  readonly weights: WinogradWeights;
  /** Address of [groups · outputs] neighbours, 0 where there is none. */
  readonly bias: number;
}

/** In bytes: the first element of the first group's weights, and the ways to the next group, output, channel and element. */
export interface WinogradWeights {
  readonly address: number;
  readonly group: number;
  readonly output: number;
  readonly channel: number;
  readonly element: number;
}

/** output [N, groups · outputs, outHeight, outWidth], contiguous, given by its address. */
export function convolveByWinograd(
  kernels: WindowKernels,
  winograd: WinogradKernels,
  input: View,
  convolution: WinogradConvolution,
  output: number,
): void {
  const { memory, width } = kernels;
  const { images, groups, channels, outputs, outHeight, outWidth, top, left, weights, bias } = convolution;
  const blocks = winogradBlocks(images, outHeight, outWidth);
  const { tilesY, tilesX } = blocks;
  const overlap = patchSize - tileSize;
  const region = { top, left, height: tilesY * tileSize + overlap, width: tilesX * tileSize + overlap };
  const source = new ImageRegion(kernels, input, channels, region, { copied: true });
  const filled = Math.ceil(outputs / width) * width; // whole panels
  const [inputs, results] = [pointLayout(blocks.tiles, channels), pointLayout(blocks.tiles, filled)];
  const weightPoint = 4 * channels * filled;
  const weightPoints = memory.allocate(groups * pointCount * weightPoint);
  const zeros = memory.allocate(4 * Math.max(outputs, width));
  memory.f32.fill(0, zeros.pointer >>> 2, (zeros.pointer >>> 2) + Math.max(outputs, width));

  const panels = filled / width;
  const weightLanes = memory.lanes.count(groups * filled * channels * weightNanoseconds, groups * panels);
  memory.lanes.fork(weightLanes, (lane) => {
    for (let i = partStart(groups * panels, lane, weightLanes); i < partStart(groups * panels, lane + 1, weightLanes); i++) {
      const [g, first] = [Math.floor(i / panels), (i % panels) * width];
      winograd.spreadWeights(
        Math.min(width, outputs - first),
        channels,
        weights.address + g * weights.group + first * weights.output,
        weights.output,
        weights.channel,
        weights.element,
        weightPoints.pointer + g * pointCount * weightPoint + 4 * first * channels,
        weightPoint,
      );
    }
  });

  const parts = Math.ceil(outputs / channelBlock);
  const count = groups * blocks.count;
  const lanes = memory.lanes.count(count * blocks.tiles * channels * outputs * pointNanoseconds, count, lanesPerThread);
  memory.lanes.fork(lanes, (lane) => {
    const pictures = source.open();
    const [inputPoints, resultPoints] = [allocatePoints(memory, inputs), allocatePoints(memory, results)];
    // results reach memory in its order, by way of the cache: tiles would write to many planes at a time, which no prefetcher follows
    const made = memory.allocate(4 * channelBlock * Math.min(outHeight, blocks.height * tileSize) * outWidth);
    const begin = partStart(count, lane, lanes);
    let picture = 0;
    for (let i = begin; i < partStart(count, lane + 1, lanes); i++) {
      const g = Math.floor(i / blocks.count);
      const block = blocks.at(i % blocks.count);
      const tiles = block.rows * tilesX; // of one image
      for (let n = 0; n < block.images; n++) {
        if (block.row === 0 || i === begin) picture = pictures.at(block.image + n, g);
        winograd.spreadInput(
          block.rows,
          tilesX,
          channels,
          picture + block.row * tileSize * source.rowStride,
          source.planeStride,
          source.rowStride,
          inputPoints.pointer + n * tiles * inputs.tile,
          inputs.point,
          inputs.tile,
        );
      }
      for (let p = 0; p < pointCount; p++) {
        const m = block.images * tiles;
        winograd.product(m)(
          m,
          filled,
          channels,
          inputPoints.pointer + p * inputs.point,
          inputs.tile,
          4,
          weightPoints.pointer + (g * pointCount + p) * weightPoint,
          4 * channels * width,
          0,
          zeros.pointer,
          0,
          0,
          resultPoints.pointer + p * results.point,
          results.tile,
          0,
        );
      }
      for (let n = 0; n < block.images; n++) {
        const plane = ((block.image + n) * groups + g) * outputs;
        const rows = Math.min(block.rows * tileSize, outHeight - block.row * tileSize);
        for (let part = 0; part < parts; part++) {
          const first = partStart(outputs, part, parts, 4);
          const planes = partStart(outputs, part + 1, parts, 4) - first;
          winograd.collect(
            block.rows,
            tilesX,
            planes,
            resultPoints.pointer + n * tiles * results.tile + 4 * first,
            results.point,
            results.tile,
            bias ? bias + 4 * (g * outputs + first) : zeros.pointer,
            made.pointer,
            4 * rows * outWidth,
            rows,
            outWidth,
          );
          const to = output + 4 * outWidth * ((plane + first) * outHeight + block.row * tileSize);
          if (rows === outHeight) kernels.copyPlanes(1, 1, planes * rows * outWidth, made.pointer, 0, 0, 4, to, 0, 0, 4);
          else kernels.copyPlanes(1, planes, rows * outWidth, made.pointer, 0, 4 * rows * outWidth, 4, to, 0, 4 * outHeight * outWidth, 4);
        }
      }
    }
    pictures.release();
    for (const buffer of [inputPoints, resultPoints, made]) memory.release(buffer);
  });
  for (const buffer of [weightPoints, zeros]) memory.release(buffer);
}
