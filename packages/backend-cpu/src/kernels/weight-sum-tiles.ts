// The weight gradient as a product: dweight[k, o] = Σ over positions of window[k, position] · dy[o, position]. A window's k-th element, over all
// positions, is the image itself from some offset on: those rows are read in place, and dy is packed block by block.
import type { WeightSum, WeightSumShape } from "./conv-weight-grad.ts";
import { writeTable } from "./correlation.ts";
import type { WindowKernels } from "./window-kernels.ts";

const blockPositions = 448; // a packed panel of dy takes half of the first-level cache

export function sumByTiles(kernels: WindowKernels, shape: WeightSumShape): WeightSum {
  const { memory, width: panelWidth } = kernels;
  const { channels, outputs, outHeight, outWidth, kernelHeight, kernelWidth } = shape;
  const { strideY, strideX, dilationY, dilationX, xPlane, xRow, dyPlane, weightStride } = shape;
  const k = channels * kernelHeight * kernelWidth;
  const offsets: number[] = [];
  for (let c = 0; c < channels; c++)
    for (let u = 0; u < kernelHeight; u++)
      for (let v = 0; v < kernelWidth; v++) offsets.push(c * xPlane + u * dilationY * xRow + 4 * v * dilationX);
  const blockHeight = Math.max(1, Math.min(outHeight, Math.floor(blockPositions / outWidth)));
  const tiles = kernels.segmentTiles({ length: "any", step: 4 * strideX });
  const paddedOutputs = Math.ceil(outputs / panelWidth) * panelWidth;

  const rowTable = writeTable(kernels, offsets);
  const jumpTable = writeTable(kernels, new Array<number>(blockHeight).fill(strideY * xRow - 4 * outWidth * strideX));
  const packed = memory.allocate(4 * blockHeight * outWidth * paddedOutputs);
  const sums = memory.allocate(4 * k * paddedOutputs); // [k, paddedOutputs]
  let target = 0;
  return {
    start: (dweight) => {
      target = dweight;
      kernels.clear(sums.pointer, 4 * k * paddedOutputs);
    },
    add: (x, dy) => {
      for (let row = 0; row < outHeight; row += blockHeight) {
        const rows = Math.min(blockHeight, outHeight - row);
        kernels.packPanels(dy + 4 * row * outWidth, dyPlane, 4, outputs, rows * outWidth, packed.pointer);
        tiles(
          k,
          outputs,
          rows,
          outWidth,
          rowTable.pointer,
          x + row * strideY * xRow,
          jumpTable.pointer,
          packed.pointer,
          sums.pointer,
          4 * paddedOutputs,
          4 * panelWidth,
          sums.pointer,
          4 * paddedOutputs,
        );
      }
    },
    finish: () => kernels.transpose(sums.pointer, 4 * paddedOutputs, target, weightStride, k, outputs),
    release: () => {
      for (const buffer of [rowTable, jumpTable, packed, sums]) memory.release(buffer);
    },
  };
}
