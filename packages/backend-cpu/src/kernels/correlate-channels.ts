// Correlation with positions on the splat side and output channels in vectors. The result comes out channels-last and is transposed block by block.
import { type OpenCorrelation, type PrepareCorrelation, windowRuns, windowSize, writeTable } from "./correlation.ts";

const blockPositions = 768; // so that a block of results is still in the cache when it is transposed

export const correlateChannels: PrepareCorrelation = (kernels, shape, weights, bias) => {
  const { memory, width } = kernels;
  const { groups, outputs, outHeight, outWidth, strideY, strideX, rowStride } = shape;
  const k = windowSize(shape);
  const positions = outHeight * outWidth;
  const { run, jumps } = windowRuns(shape);
  const tiles = kernels.segmentTiles(run);
  const paddedOutputs = Math.ceil(outputs / width) * width;
  const panelBytes = 4 * paddedOutputs * k; // of one group

  const windows: number[] = [];
  for (let i = 0; i < outHeight; i++) for (let j = 0; j < outWidth; j++) windows.push(i * strideY * rowStride + 4 * j * strideX);
  const windowTable = writeTable(kernels, windows);
  const jumpTable = writeTable(kernels, jumps);
  const packed = memory.allocate(groups * panelBytes);
  const start = memory.allocate(4 * groups * paddedOutputs); // [groups, paddedOutputs]
  memory.f32.fill(0, start.pointer >>> 2, (start.pointer >>> 2) + groups * paddedOutputs);
  for (let g = 0; g < groups; g++) {
    kernels.packPanels(weights + 4 * g * outputs * k, 4 * k, 4, outputs, k, packed.pointer + g * panelBytes);
    const from = (bias >>> 2) + g * outputs;
    if (bias) memory.f32.copyWithin((start.pointer >>> 2) + g * paddedOutputs, from, from + outputs);
  }
  const block = Math.ceil(positions / Math.ceil(positions / blockPositions));

  const open = (): OpenCorrelation => {
    const channelsLast = memory.allocate(4 * block * paddedOutputs); // [block, paddedOutputs]
    const correlate = (group: number, x: number, y: number): void => {
      for (let first = 0; first < positions; first += block) {
        const count = Math.min(block, positions - first);
        tiles(count)(
          count,
          outputs,
          jumps.length,
          run.length,
          windowTable.pointer + 4 * first,
          x,
          jumpTable.pointer,
          packed.pointer + group * panelBytes,
          start.pointer + 4 * group * paddedOutputs,
          0,
          4 * width,
          channelsLast.pointer,
          4 * paddedOutputs,
        );
        kernels.transpose(channelsLast.pointer, 4 * paddedOutputs, y + 4 * first, 4 * positions, count, outputs);
      }
    };
    return { run: correlate, release: () => memory.release(channelsLast) };
  };
  return {
    open,
    release: () => {
      for (const buffer of [windowTable, jumpTable, packed, start]) memory.release(buffer);
    },
  };
};
