// Correlation with output channels on the splat side and four neighbouring positions in a vector, for few outputs and stride 1 along x.
// The last vector of an image row overlaps the one before it. Rows of the kernel that meet nothing but padding are passed over.

import type { CpuBuffer } from "../buffer.ts";
import { type CorrelationShape, type PrepareCorrelation, windowRuns, windowSize, writeTable } from "./correlation.ts";
import { type TileShape, tileShape } from "./tile.ts";
import type { WindowKernels } from "./window-kernels.ts";

export const correlatePositions: PrepareCorrelation = (kernels, shape, weights, bias) => {
  const { memory } = kernels;
  const { groups, outputs, outHeight, outWidth, kernelHeight } = shape;
  const k = windowSize(shape);
  const tile = positionTileShape(memory.relaxedSimd, outputs);
  const { run, jumps } = windowRuns(shape, true);
  const tiles = kernels.positionTiles(tile, run)(outputs);
  const table = vectorTable(kernels, shape, tile.vectors, jumps.length / kernelHeight);
  const jumpTable = writeTable(kernels, jumps);
  const rowBytes = 4 * (1 + k);
  const packed = memory.allocate(groups * outputs * rowBytes);
  for (let g = 0; g < groups; g++) {
    const groupBias = bias ? bias + 4 * g * outputs : 0;
    packRows(kernels, shape, tile.rows, weights + 4 * g * outputs * k, groupBias, packed.pointer + g * outputs * rowBytes);
  }
  const correlate = (group: number, x: number, y: number): void =>
    tiles(
      outputs,
      table.tiles,
      packed.pointer + group * outputs * rowBytes,
      rowBytes,
      x,
      jumpTable.pointer,
      table.buffer.pointer,
      y,
      4 * outHeight * outWidth,
    );
  return {
    open: () => ({ run: correlate, release: () => {} }),
    release: () => {
      for (const buffer of [table.buffer, jumpTable, packed]) memory.release(buffer);
    },
  };
};

/** For each tile of `perTile` vectors their byte offsets in x and in y, its first run and how many. The last tile repeats its last vector. */
function vectorTable(
  kernels: WindowKernels,
  shape: CorrelationShape,
  perTile: number,
  runsPerRow: number,
): { buffer: CpuBuffer; tiles: number } {
  const { outHeight, outWidth, strideY, dilationY, rowStride } = shape;
  const { memory } = kernels;
  const perLine = Math.ceil(outWidth / 4);
  const last = outHeight * perLine - 1;
  const tiles = Math.ceil((last + 1) / perTile);
  const buffer = memory.allocate(4 * tiles * (2 * perTile + 2));
  const { i32 } = memory;
  let at = buffer.pointer >>> 2;
  for (let tile = 0; tile < tiles; tile++, at += 2 * perTile + 2) {
    const begin = tile * perTile;
    const { first, end } = tapRows(shape, Math.floor(begin / perLine), Math.floor(Math.min(begin + perTile - 1, last) / perLine));
    for (let n = 0; n < perTile; n++) {
      const vector = Math.min(begin + n, last);
      const row = Math.floor(vector / perLine);
      const column = Math.min(4 * (vector - row * perLine), outWidth - 4);
      i32[at + n] = (row * strideY + first * dilationY) * rowStride + 4 * column;
      i32[at + perTile + n] = 4 * (row * outWidth + column);
    }
    i32[at + 2 * perTile] = first * runsPerRow;
    i32[at + 2 * perTile + 1] = (end - first) * runsPerRow;
  }
  return { buffer, tiles };
}

/** The rows of the kernel that some of these rows of outputs need; one at least. */
function tapRows(shape: CorrelationShape, firstOutput: number, lastOutput: number): { first: number; end: number } {
  const { kernelHeight, strideY, dilationY, firstRow, endRow } = shape;
  const first = Math.ceil((firstRow - lastOutput * strideY) / dilationY);
  const end = Math.ceil((endRow - firstOutput * strideY) / dilationY);
  const from = Math.min(Math.max(0, first), kernelHeight - 1);
  return { first: from, end: Math.max(from + 1, Math.min(end, kernelHeight)) };
}

/** One or two outputs (depthwise convolution) fill the registers with more positions. */
function positionTileShape(relaxedSimd: boolean, outputs: number): TileShape {
  return outputs <= 2 ? { rows: 2, vectors: 4 } : tileShape(relaxedSimd);
}

/** Panels [1 + k][rows] of balanced rows, the bias first: as balancedTiles walks them. k = (kernel row, channel, kernel column). */
function packRows(kernels: WindowKernels, shape: CorrelationShape, mostRows: number, weights: number, bias: number, to: number): void {
  const { outputs, channels, kernelHeight, kernelWidth } = shape;
  const k = windowSize(shape);
  const f32 = kernels.memory.f32;
  const tiles = Math.ceil(outputs / mostRows);
  let at = to;
  let first = 0;
  for (let t = 0; t < tiles; t++) {
    const rows = Math.floor(outputs / tiles) + (t < outputs % tiles ? 1 : 0);
    for (let r = 0; r < rows; r++) {
      f32[(at >>> 2) + r] = bias ? (f32[(bias >>> 2) + first + r] as number) : 0;
      const [line, step] = [4 * kernelWidth, 4 * rows];
      const [from, panel] = [weights + 4 * k * (first + r), at + 4 * rows + 4 * r];
      kernels.copyPlanes(kernelHeight, channels, kernelWidth, from, line, kernelHeight * line, 4, panel, channels * kernelWidth * step, kernelWidth * step, step); // biome-ignore format: one step
    }
    at += 4 * rows * (1 + k);
    first += rows;
  }
}
