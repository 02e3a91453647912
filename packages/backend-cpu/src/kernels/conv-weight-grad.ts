// FusedKernels.convWeightGrad: dweight[k, o] = Σ over positions of window[k, position] · dy[o, position]. A window's k-th element, over all
// positions, is the image itself from some offset on: those rows are read in place, and dy is packed.
import { type ConvAttrs, type FusedKernels, numel, type View } from "@gradkit/tensor/backend";
import { addressOf } from "./contiguous.ts";
import type { ConvKernels } from "./conv-kernels.ts";
import { writeTable } from "./correlation.ts";
import { ImageFrame } from "./image-frame.ts";

type Rank4 = [number, number, number, number];
type Pair = [number, number];

const blockPositions = 448; // a packed panel of dy takes half of the first-level cache

export const createConvWeightGrad =
  (kernels: ConvKernels): FusedKernels["convWeightGrad"] =>
  (dy: View, x: View, dweight: View, { stride, padding, dilation, groups }: ConvAttrs): boolean => {
    if (numel(dweight.shape) === 0) return true;
    if (dy.dtype !== "float32" || numel(dy.shape) === 0) return false;
    const { memory, width: panelWidth } = kernels;
    const [images, , height, width] = x.shape as Rank4;
    const [, channels, kernelHeight, kernelWidth] = dweight.shape as Rank4;
    const [, allOutputs, outHeight, outWidth] = dy.shape as Rank4;
    const [strideY, strideX] = stride as Pair;
    const [top, left] = padding as Pair;
    const [dilationY, dilationX] = dilation as Pair;
    const outputs = allOutputs / groups;
    const k = channels * kernelHeight * kernelWidth;

    const [imageStride, planeStride, rowStride, columnStride] = x.strides.map((s) => 4 * s) as Rank4;
    const framed = {
      channels,
      height: (outHeight - 1) * strideY + (kernelHeight - 1) * dilationY + 1,
      width: (outWidth - 1) * strideX + (kernelWidth - 1) * dilationX + 1,
      imageHeight: height,
      imageWidth: width,
      top,
      left,
    };
    const frame = top > 0 || left > 0 || columnStride !== 4 ? new ImageFrame(kernels, framed) : null;
    const [sourcePlane, sourceRow] = frame ? [4 * framed.height * framed.width, 4 * framed.width] : [planeStride, rowStride];
    const [dyImage, dyPlane, dyRow, dyColumn] = dy.strides.map((s) => 4 * s) as Rank4;
    const dyFramed = {
      channels: outputs,
      height: outHeight,
      width: outWidth,
      imageHeight: outHeight,
      imageWidth: outWidth,
      top: 0,
      left: 0,
    };
    const dyInPlace = dyColumn === 4 && (outHeight === 1 || dyRow === 4 * outWidth);
    const dyFrame = dyInPlace ? null : new ImageFrame(kernels, dyFramed);

    const offsets: number[] = [];
    for (let c = 0; c < channels; c++)
      for (let u = 0; u < kernelHeight; u++)
        for (let v = 0; v < kernelWidth; v++) offsets.push(c * sourcePlane + u * dilationY * sourceRow + 4 * v * dilationX);
    const rowTable = writeTable(kernels, offsets);
    const blockHeight = Math.max(1, Math.min(outHeight, Math.floor(blockPositions / outWidth)));
    const jumpTable = writeTable(kernels, new Array<number>(blockHeight).fill(strideY * sourceRow - 4 * outWidth * strideX));
    const tiles = kernels.segmentTiles({ length: "any", step: 4 * strideX });
    const paddedOutputs = Math.ceil(outputs / panelWidth) * panelWidth;
    const packed = memory.allocate(4 * blockHeight * outWidth * paddedOutputs);
    const sums = memory.allocate(4 * k * paddedOutputs); // [k, paddedOutputs]

    for (let g = 0; g < groups; g++) {
      memory.f32.fill(0, sums.pointer >>> 2, (sums.pointer >>> 2) + k * paddedOutputs);
      for (let n = 0; n < images; n++) {
        const image = addressOf(x) + n * imageStride + g * channels * planeStride;
        const source = frame ? frame.place(image, planeStride, rowStride, columnStride) : image;
        const dyGiven = addressOf(dy) + n * dyImage + g * outputs * dyPlane;
        const dyAt = dyFrame ? dyFrame.place(dyGiven, dyPlane, dyRow, dyColumn) : dyGiven;
        const dyPlaneAt = dyFrame ? 4 * outHeight * outWidth : dyPlane;
        for (let row = 0; row < outHeight; row += blockHeight) {
          const rows = Math.min(blockHeight, outHeight - row);
          kernels.packPanels(dyAt + 4 * row * outWidth, dyPlaneAt, 4, outputs, rows * outWidth, packed.pointer);
          tiles(
            k,
            outputs,
            rows,
            outWidth,
            rowTable.pointer,
            source + row * strideY * sourceRow,
            jumpTable.pointer,
            packed.pointer,
            sums.pointer,
            4 * paddedOutputs,
            4 * panelWidth,
            sums.pointer,
            4 * paddedOutputs,
          );
        }
      }
      kernels.transpose(sums.pointer, 4 * paddedOutputs, addressOf(dweight) + 4 * g * outputs * k, 4 * k, k, outputs);
    }
    for (const buffer of [rowTable, jumpTable, packed, sums]) memory.release(buffer);
    frame?.release();
    dyFrame?.release();
    return true;
  };
