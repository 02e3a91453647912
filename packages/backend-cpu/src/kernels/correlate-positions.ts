// Correlation with output channels on the splat side and four neighbouring positions in a vector, for few outputs and stride 1 along x.
// The last vector of an image row overlaps the one before it.

import { type CorrelationShape, type PrepareCorrelation, windowRuns, windowSize, writeTable } from "./correlation.ts";
import { type TileShape, tileShape } from "./tile.ts";
import type { WindowKernels } from "./window-kernels.ts";

export const correlatePositions: PrepareCorrelation = (kernels, shape, weights, bias) => {
  const { memory } = kernels;
  const { groups, outputs, outHeight, outWidth } = shape;
  const k = windowSize(shape);
  const tile = positionTileShape(memory.relaxedSimd, outputs);
  const { run, jumps } = windowRuns(shape);
  const tiles = kernels.positionTiles(tile, run);
  const table = vectorTable(shape, tile.vectors);
  const positionTable = writeTable(kernels, table);
  const jumpTable = writeTable(kernels, jumps);
  const rowBytes = 4 * (1 + k);
  const packed = memory.allocate(groups * outputs * rowBytes);
  for (let g = 0; g < groups; g++) {
    const groupBias = bias ? bias + 4 * g * outputs : 0;
    packRows(kernels, outputs, k, tile.rows, weights + 4 * g * outputs * k, groupBias, packed.pointer + g * outputs * rowBytes);
  }
  const correlate = (group: number, x: number, y: number): void =>
    tiles(
      outputs,
      table.length / (2 * tile.vectors),
      jumps.length,
      packed.pointer + group * outputs * rowBytes,
      rowBytes,
      x,
      jumpTable.pointer,
      positionTable.pointer,
      y,
      4 * outHeight * outWidth,
    );
  return {
    open: () => ({ run: correlate, release: () => {} }),
    release: () => {
      for (const buffer of [positionTable, jumpTable, packed]) memory.release(buffer);
    },
  };
};

/** Byte offsets of the vectors, a group of `perTile` at a time: first in x, then in y. The last group repeats its last vector. */
function vectorTable({ outHeight, outWidth, strideY, rowStride }: CorrelationShape, perTile: number): number[] {
  const inX: number[] = [];
  const inY: number[] = [];
  for (let i = 0; i < outHeight; i++)
    for (let j = 0; j < outWidth; j += 4) {
      const first = Math.min(j, outWidth - 4);
      inX.push(i * strideY * rowStride + 4 * first);
      inY.push(4 * (i * outWidth + first));
    }
  while (inX.length % perTile) {
    inX.push(inX.at(-1) as number);
    inY.push(inY.at(-1) as number);
  }
  const table: number[] = [];
  for (let v = 0; v < inX.length; v += perTile) table.push(...inX.slice(v, v + perTile), ...inY.slice(v, v + perTile));
  return table;
}

/** One or two outputs (depthwise convolution) fill the registers with more positions. */
function positionTileShape(relaxedSimd: boolean, outputs: number): TileShape {
  return outputs <= 2 ? { rows: 2, vectors: 4 } : tileShape(relaxedSimd);
}

/** Panels [1 + k][rows] of balanced rows, the bias first: as balancedTiles walks them. */
function packRows(kernels: WindowKernels, outputs: number, k: number, mostRows: number, weights: number, bias: number, to: number): void {
  const f32 = kernels.memory.f32;
  const tiles = Math.ceil(outputs / mostRows);
  let at = to;
  let first = 0;
  for (let t = 0; t < tiles; t++) {
    const rows = Math.floor(outputs / tiles) + (t < outputs % tiles ? 1 : 0);
    for (let r = 0; r < rows; r++) f32[(at >>> 2) + r] = bias ? (f32[(bias >>> 2) + first + r] as number) : 0;
    kernels.copyPlanes(1, rows, k, weights + 4 * k * first, 0, 4 * k, 4, at + 4 * rows, 0, 4, 4 * rows);
    at += 4 * rows * (1 + k);
    first += rows;
  }
}
