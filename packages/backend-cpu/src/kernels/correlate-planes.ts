// Correlation of groups of one channel, plane by plane.
import type { PrepareCorrelation } from "./correlation.ts";
import type { WindowSizes } from "./window-geometry.ts";

const mostTaps = 9; // so many weights find room in registers
const mostMasking = 2; // outputs

export const takesPlanes = ({ channels, outWidth, strideX, kernelHeight, kernelWidth }: WindowSizes): boolean =>
  channels === 1 && outWidth >= 4 && strideX <= 2 && kernelHeight * kernelWidth <= mostTaps;

/** Where padding is better masked than copied: not if a copy is read for many outputs. */
export const readsInPlace = (sizes: WindowSizes): boolean => takesPlanes(sizes) && sizes.outputs <= mostMasking;

export const correlatePlanes: PrepareCorrelation = (kernels, shape, weights, bias) => {
  const { memory } = kernels;
  const { groups, together, outputs, outHeight, outWidth, kernelHeight, kernelWidth, planeStride, rowStride } = shape;
  const { strideX, dilationX, firstRow, endRow, firstColumn, endColumn } = shape;
  const tiles = kernels.planeTiles(shape)(outHeight);
  const [taps, all] = [kernelHeight * kernelWidth, groups * outputs];
  const packed = memory.allocate(4 * all * (taps + 1)); // weights of all outputs, then their biases
  const biases = packed.pointer + 4 * all * taps;
  const rowBytes = 4 * ((outWidth - 1) * strideX + (kernelWidth - 1) * dilationX + 8); // a vector more than windows reach
  const zeros = memory.allocate(rowBytes);
  memory.f32.fill(0, zeros.pointer >>> 2, (zeros.pointer + rowBytes) >>> 2);
  kernels.copyPlanes(1, 1, all * taps, weights, 0, 0, 4, packed.pointer, 0, 0, 4);
  if (bias) kernels.copyPlanes(1, 1, all, bias, 0, 0, 4, biases, 0, 0, 4);
  else memory.f32.fill(0, biases >>> 2, (biases >>> 2) + all);
  return {
    open: () => ({
      run: (group, x, y) => {
        const first = group * together * outputs;
        const [weightsAt, biasesAt] = [packed.pointer + 4 * taps * first, biases + 4 * first];
        const [rows, columns] = [endRow - firstRow, endColumn - firstColumn];
        tiles(
          together, outputs, outHeight, outWidth, x, planeStride, rowStride, firstRow, rows, firstColumn, columns, zeros.pointer, weightsAt, biasesAt, y,
        ); // biome-ignore format: a list
      },
      release: () => {},
    }),
    release: () => {
      memory.release(packed);
      memory.release(zeros);
    },
  };
};
