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
import { patchSize, pointCount, tileSize } from "./winograd-transforms.ts";

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

  const count = groups * blocks.count;
  const lanes = memory.lanes.count(count * blocks.tiles * channels * outputs * pointNanoseconds, count, lanesPerThread);
  memory.lanes.fork(lanes, (lane) => {
    const pictures = source.open();
    const [inputPoints, resultPoints] = [allocatePoints(memory, inputs), allocatePoints(memory, results)];
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
        winograd.product(
          block.images * tiles,
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
        winograd.collect(
          block.rows,
          tilesX,
          outputs,
          resultPoints.pointer + n * tiles * results.tile,
          results.point,
          results.tile,
          bias ? bias + 4 * g * outputs : zeros.pointer,
          output + 4 * outWidth * (plane * outHeight + block.row * tileSize),
          4 * outHeight * outWidth,
          outHeight - block.row * tileSize,
          outWidth,
        );
      }
    }
    pictures.release();
    for (const buffer of [inputPoints, resultPoints]) memory.release(buffer);
  });
  for (const buffer of [weightPoints, zeros]) memory.release(buffer);
}
