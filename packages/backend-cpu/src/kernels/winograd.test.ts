import { conv2d, tensor } from "@gradkit/tensor";
import { contiguousStrides, numel, type View } from "@gradkit/tensor/backend";
import { describe, expect, it } from "vitest";
import { EagerThreads } from "../../test/eager-threads.ts";
import { type ConvCase, eachProduct, outputShape } from "../../test/naive-conv.ts";
import { randomNumbers, readView, viewOf, writeView } from "../../test/strided-views.ts";
import { cpu } from "../cpu.ts";
import { Memory } from "../memory.ts";
import { detectFeatures } from "../wasm/features.ts";
import { createConv } from "./conv.ts";
import { createConvInputGrad } from "./conv-input-grad.ts";
import { createConvWeightGrad } from "./conv-weight-grad.ts";
import { WindowKernels } from "./window-kernels.ts";

const features = detectFeatures();
const padded = { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 };

const cases: Record<string, ConvCase> = {
  "whole tiles": { ...padded, x: [4, 8, 10, 10], weight: [8, 8, 3, 3], padding: [0, 0] },
  "tiles cut at both edges": { ...padded, x: [3, 9, 11, 14], weight: [13, 9, 3, 3] },
  "more padding than the window needs": { ...padded, x: [5, 12, 6, 9], weight: [8, 12, 3, 3], padding: [2, 3] },
  "several images to a block, the last not full": { ...padded, x: [9, 8, 8, 8], weight: [17, 8, 3, 3] },
  "several blocks to an image": { ...padded, x: [2, 8, 41, 36], weight: [8, 8, 3, 3] },
  grouped: { ...padded, x: [4, 16, 8, 8], weight: [24, 8, 3, 3], groups: 2 },
  "more outputs than are summed together": { ...padded, x: [2, 8, 12, 12], weight: [256, 8, 3, 3] },
  "more channels than are walked together": { ...padded, x: [4, 37, 7, 7], weight: [19, 37, 3, 3] },
};

/** The error of `got`, relative to what is expected: of root mean squares. */
function error(got: readonly number[], expected: readonly number[]): number {
  const [wrong, size] = [got.map((value, i) => value - (expected[i] as number)), expected].map((values) =>
    values.reduce((sum, value) => sum + value * value, 0),
  ) as [number, number];
  return Math.sqrt(wrong / size);
}

interface Problem {
  readonly x: number[];
  readonly weight: number[];
  readonly bias: number[];
  readonly dy: number[];
}
type Results = [y: number[], dx: number[], dweight: number[]];

/** Numbers that leave something to round, as float32. */
function numbers(shape: readonly number[], seed: number): number[] {
  const fine = randomNumbers(numel(shape), seed + 100);
  return randomNumbers(numel(shape), seed).map((value, i) => Math.fround(value + (fine[i] as number) / 23));
}

const problem = (shape: ConvCase): Problem => ({
  x: numbers(shape.x, 1),
  weight: numbers(shape.weight, 2),
  bias: numbers([shape.weight[0]], 3),
  dy: numbers(outputShape(shape), 4),
});

const channelsLast = ([, c = 0, h = 0, w = 0]: readonly number[]): number[] => [h * w * c, 1, w * c, c];

function compute({ memory, kernels }: { memory: Memory; kernels: WindowKernels }, shape: ConvCase, given: Problem): Results {
  const view = (sizes: readonly number[], values?: number[], strides = contiguousStrides(sizes)): View => {
    const made = viewOf(memory, [...sizes], strides);
    if (values) writeView(memory, made, values);
    return made;
  };
  const x = view(shape.x, given.x, shape.groups > 1 ? channelsLast(shape.x) : undefined);
  const [weight, bias] = [view(shape.weight, given.weight), view([shape.weight[0]], given.bias)];
  const dy = view(outputShape(shape), given.dy);
  const results = [view(outputShape(shape)), view(shape.x), view(shape.weight)] as const;
  const [y, dx, dweight] = results;
  expect(createConv(kernels)(x, weight, bias, y, shape)).toBe(true);
  expect(createConvInputGrad(kernels)(dy, weight, dx, shape)).toBe(true);
  expect(createConvWeightGrad(kernels)(dy, x, dweight, shape)).toBe(true);
  const read = results.map((each) => readView(memory, each)) as Results;
  for (const { buffer } of [x, weight, bias, dy, ...results]) memory.release(buffer as never);
  expect(memory.liveBytes).toBe(0);
  return read;
}

/** Sums of the products in order, each step rounded so. */
function inOrder(shape: ConvCase, { x, weight, bias, dy }: Problem, round: (value: number) => number): Results {
  const plane = numel(outputShape(shape).slice(2));
  const y = dy.map((_, i) => bias[Math.floor(i / plane) % bias.length] as number);
  const [dx, dweight] = [x.map(() => 0), weight.map(() => 0)];
  const add = (sums: number[], at: number, a: number, b: number): void => {
    sums[at] = round((sums[at] as number) + round(a * b));
  };
  eachProduct(shape, (xAt, wAt, yAt) => {
    const [input, factor, gradient] = [x[xAt] as number, weight[wAt] as number, dy[yAt] as number];
    add(y, yAt, input, factor);
    add(dx, xAt, gradient, factor);
    add(dweight, wAt, gradient, input);
  });
  return [y, dx, dweight];
}

function engine(relaxedSimd: boolean, { winograd = true, threads = 1 } = {}): { memory: Memory; kernels: WindowKernels } {
  const memory = new Memory({ ...features, relaxedSimd: relaxedSimd && features.relaxedSimd }, { poison: true });
  if (threads > 1) memory.lanes = new EagerThreads(memory, threads);
  return { memory, kernels: new WindowKernels(memory, { winograd }) };
}

describe.each([
  ["this engine", true],
  ["plain SIMD", false],
])("Winograd's algorithm (%s)", (_, relaxedSimd) => {
  const [winograd, direct] = [engine(relaxedSimd), engine(relaxedSimd, { winograd: false })];
  const threads = engine(relaxedSimd, { threads: 3 });

  it.each(Object.entries(cases))("%s: errors at most eight times those of sums in float32, one product after the other", (_, shape) => {
    const given = problem(shape);
    const [byTiles, bySums] = [compute(winograd, shape, given), compute(direct, shape, given)];
    const [expected, float32] = [inOrder(shape, given, (value) => value), inOrder(shape, given, Math.fround)];
    expected.forEach((values, k) => {
      expect(byTiles[k]).not.toEqual(bySums[k]); // it was Winograd's
      const unit = error(float32[k] as number[], values);
      expect(error(byTiles[k] as number[], values)).toBeLessThan(8 * unit);
      expect(error(bySums[k] as number[], values)).toBeLessThan(2 * unit);
    });
  });

  it.each(Object.entries(cases))("%s: the same numbers on any number of threads", (_, shape) => {
    const given = problem(shape);
    expect(compute(threads, shape, given)).toEqual(compute(winograd, shape, given));
  });
});

it("is what a device does unless told not to", async () => {
  const results = [await cpu(), await cpu({ winograd: false })].map((device) => {
    const x = tensor(randomNumbers(2 * 8 * 12 * 12, 1), { device }).reshape(2, 8, 12, 12);
    const weight = tensor(randomNumbers(8 * 8 * 9, 2), { device }).reshape(8, 8, 3, 3);
    return [...conv2d(x, weight).dataSync()];
  }) as [number[], number[]];
  const isSum = (value: number): boolean => Number.isInteger(256 * value); // of products of sixteenths
  expect(results.map((values) => values.every(isSum))).toEqual([false, true]);
});
