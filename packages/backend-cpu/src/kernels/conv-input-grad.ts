// FusedKernels.convInputGrad. The inputs whose index leaves the same remainder by the stride see the same elements of the kernel: each of these
// phases is a correlation of dy with its part of the weights turned round, and nothing is multiplied by zeros between strided gradients.
import { type ConvAttrs, type FusedKernels, numel, type View } from "@gradkit/tensor/backend";
import type { CpuBuffer } from "../buffer.ts";
import { partStart } from "../lanes.ts";
import { addressOf, contiguous } from "./contiguous.ts";
import { convolveByWinograd } from "./conv-winograd.ts";
import { readsInPlace } from "./correlate-planes.ts";
import { type CorrelationShape, correlationNanoseconds, groupsTogether, prepareCorrelation } from "./correlation.ts";
import { ImageRegion } from "./image-region.ts";
import type { WindowSizes } from "./window-geometry.ts";
import type { WindowKernels } from "./window-kernels.ts";
import { weightBytes, winogradFor } from "./winograd.ts";

type Rank4 = [number, number, number, number];
type Pair = [number, number];

/** Along one dim: inputs remainder, remainder + stride, … and the kernel elements that reach them. */
interface Taps {
  readonly remainder: number;
  readonly inputs: number;
  readonly count: number;
  /** Kernel index of the first tap, and how much it falls from tap to tap. */
  readonly first: number;
  readonly fall: number;
  /** Where in dy the first input's first tap lies, and how much further the next tap. */
  readonly start: number;
  readonly dilation: number;
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** One entry per remainder that some kernel element reaches: input = output · stride − padding + element · dilation. */
function tapsAlong(inputs: number, kernel: number, stride: number, padding: number, dilation: number): Taps[] {
  const fall = stride / gcd(stride, dilation);
  const phases: Taps[] = [];
  for (let remainder = 0; remainder < Math.min(stride, inputs); remainder++) {
    let first = kernel - 1;
    while (first >= 0 && (remainder + padding - first * dilation) % stride !== 0) first--;
    if (first < 0) continue;
    phases.push({
      remainder,
      inputs: Math.ceil((inputs - remainder) / stride),
      count: Math.floor(first / fall) + 1,
      first,
      fall,
      start: (remainder + padding - first * dilation) / stride,
      dilation: (fall * dilation) / stride,
    });
  }
  return phases;
}

/** The part of dy that all phases together reach, beyond its edges too. */
function reach(phases: readonly Taps[]): { first: number; size: number } {
  const first = Math.min(...phases.map(({ start }) => start));
  const last = Math.max(...phases.map(({ start, inputs, count, dilation }) => start + inputs - 1 + (count - 1) * dilation));
  return { first, size: last - first + 1 };
}

export const createConvInputGrad =
  (kernels: WindowKernels): FusedKernels["convInputGrad"] =>
  (dy: View, weight: View, dx: View, { stride, padding, dilation, groups }: ConvAttrs): boolean => {
    const { memory } = kernels;
    if (dy.dtype !== "float32") return false;
    const [images, , height, width] = dx.shape as Rank4;
    const [allOutputs, channels, kernelHeight, kernelWidth] = weight.shape as Rank4;
    const [strideY, strideX] = stride as Pair;
    const outputs = allOutputs / groups;
    const alongY = tapsAlong(height, kernelHeight, strideY, padding[0] as number, dilation[0] as number);
    const alongX = tapsAlong(width, kernelWidth, strideX, padding[1] as number, dilation[1] as number);
    const phases = alongY.flatMap((y) => alongX.map((x) => ({ y, x })));
    if (phases.length < strideY * strideX) memory.f32.fill(0, addressOf(dx) >>> 2, (addressOf(dx) >>> 2) + numel(dx.shape));
    if (phases.length === 0 || numel(dy.shape) === 0 || numel(dx.shape) === 0) return true;

    const sizes = { channels: outputs, outputs: channels, outHeight: height, outWidth: width, kernelHeight, kernelWidth };
    const steps = { strideY, strideX, dilationY: dilation[0] as number, dilationX: dilation[1] as number };
    const winograd = winogradFor(kernels, images, { ...sizes, ...steps });
    if (winograd) {
      const weights = contiguous(kernels, weight);
      const window = weightBytes; // the last element comes first
      const strides = { group: window * outputs * channels, output: window, channel: window * channels, element: -4 };
      const [top, left] = [(padding[0] as number) - 2, (padding[1] as number) - 2];
      const turned = { address: weights.address + window - 4, ...strides };
      convolveByWinograd(kernels, winograd, dy, { ...sizes, images, groups, top, left, weights: turned, bias: 0 }, addressOf(dx));
      weights.release();
      return true;
    }

    const [rows, columns] = [reach(alongY), reach(alongX)];
    const region = { top: rows.first, left: columns.first, height: rows.size, width: columns.size };
    const shapes = phases.map(({ y, x }) => ({
      channels: outputs,
      outputs: channels,
      outHeight: y.inputs,
      outWidth: x.inputs,
      kernelHeight: y.count,
      kernelWidth: x.count,
      strideY: 1,
      strideX: 1,
      dilationY: y.dilation,
      dilationX: x.dilation,
    }));
    const together = Math.min(...shapes.map((shape) => groupsTogether(shape, groups, 4 * rows.size * columns.size)));
    const whole = strideY === 1 && strideX === 1; // else several correlations read a copy faster
    const source = new ImageRegion(kernels, dy, together * outputs, region, { masked: whole && shapes.every(readsInPlace) });
    const weights = contiguous(kernels, weight);
    const taps = phases.map(({ y, x }, i) => {
      const [above, before] = [y.start - rows.first, x.start - columns.first];
      const shape: CorrelationShape = {
        ...(shapes[i] as WindowSizes),
        groups,
        together,
        planeStride: source.planeStride,
        rowStride: source.rowStride,
        firstRow: source.firstRow - above,
        endRow: source.endRow - above,
        firstColumn: source.firstColumn - before,
        endColumn: source.endColumn - before,
        masked: source.masked,
      };
      const turned = turnWeights(kernels, weights.address, weight.shape as Rank4, groups, y, x);
      const correlation = prepareCorrelation(kernels, shape, turned.pointer, 0);
      memory.release(turned);
      return { y, x, correlation, nanoseconds: correlationNanoseconds(shape) };
    });
    weights.release();

    const planes = together * channels; // of a run
    const runsPerImage = groups / together;
    const count = images * runsPerImage;
    const nanoseconds = together * taps.reduce((sum, each) => sum + each.nanoseconds, 0);
    const lanes = memory.lanes.count(count * nanoseconds, count);
    memory.lanes.fork(lanes, (lane) => {
      const part = whole ? null : memory.allocate(4 * planes * Math.ceil(height / strideY) * Math.ceil(width / strideX));
      const open = source.open();
      const runs = taps.map(({ y, x, correlation }) => ({ y, x, correlation: correlation.open() }));
      for (let i = partStart(count, lane, lanes); i < partStart(count, lane + 1, lanes); i++) {
        const index = i % runsPerImage;
        const from = open.at((i - index) / runsPerImage, index);
        const target = addressOf(dx) + 4 * i * planes * height * width;
        for (const { y, x, correlation } of runs) {
          const start = from + (y.start - rows.first) * source.rowStride + 4 * (x.start - columns.first);
          correlation.run(index, start, part ? part.pointer : target);
          if (part)
            kernels.copyPlanes(
              planes,
              y.inputs,
              x.inputs,
              part.pointer,
              4 * y.inputs * x.inputs,
              4 * x.inputs,
              4,
              target + 4 * (y.remainder * width + x.remainder),
              4 * height * width,
              4 * strideY * width,
              4 * strideX,
            );
        }
      }
      for (const { correlation } of runs) correlation.release();
      if (part) memory.release(part);
      open.release();
    });
    for (const { correlation } of taps) correlation.release();
    return true;
  };

/** From weights [groups, outputs, channels, …] the taps of one phase, [groups, channels, outputs, y.count, x.count]. */
function turnWeights(
  kernels: WindowKernels,
  from: number,
  [allOutputs, channels, kernelHeight, kernelWidth]: Rank4,
  groups: number,
  y: Taps,
  x: Taps,
): CpuBuffer {
  const outputs = allOutputs / groups;
  const window = kernelHeight * kernelWidth;
  const taps = y.count * x.count;
  const turned = kernels.memory.allocate(4 * allOutputs * channels * taps);
  for (let g = 0; g < groups; g++)
    for (let t = 0; t < y.count; t++)
      kernels.copyPlanes(
        channels,
        outputs,
        x.count,
        from + 4 * (g * outputs * channels * window + (y.first - t * y.fall) * kernelWidth + x.first),
        4 * window,
        4 * channels * window,
        -4 * x.fall,
        turned.pointer + 4 * (g * outputs * channels * taps + t * x.count),
        4 * outputs * taps,
        4 * taps,
        4,
      );
  return turned;
}
