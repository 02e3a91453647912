import { contiguousStrides, numel, type View } from "@gradkit/tensor/backend";
import { describe, expect, it } from "vitest";
import { type ConvCase, eachProduct, outputShape } from "../../test/naive-conv.ts";
import { randomView, readView, viewOf } from "../../test/strided-views.ts";
import { Memory } from "../memory.ts";
import { detectFeatures } from "../wasm/features.ts";
import { createConv } from "./conv.ts";
import { createConvInputGrad } from "./conv-input-grad.ts";
import { createConvWeightGrad } from "./conv-weight-grad.ts";
import { WindowKernels } from "./window-kernels.ts";

const features = detectFeatures();
const engines = [
  ["this engine", features],
  ["plain SIMD", { ...features, relaxedSimd: false }],
] as const;

const one = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 };

const cases: Record<string, ConvCase> = {
  "3×3, many outputs": { ...one, x: [2, 5, 9, 7], weight: [20, 5, 3, 3] },
  "3×3, padded": { ...one, x: [2, 4, 6, 7], weight: [9, 4, 3, 3], padding: [1, 1] },
  "5×5, few outputs (LeNet)": { ...one, x: [2, 1, 12, 10], weight: [6, 1, 5, 5], padding: [2, 2] },
  "one output": { ...one, x: [1, 3, 6, 11], weight: [1, 3, 3, 3], padding: [1, 1] },
  "narrower than a vector": { ...one, x: [2, 2, 6, 5], weight: [3, 2, 3, 3] },
  "1×1": { ...one, x: [3, 10, 5, 4], weight: [12, 10, 1, 1] },
  "1×1, stride 2": { ...one, x: [2, 3, 7, 6], weight: [8, 3, 1, 1], stride: [2, 2] },
  "stride 2, rows left over": { ...one, x: [2, 3, 10, 9], weight: [8, 3, 3, 3], stride: [2, 2], padding: [1, 1] },
  "stride 3 × 2, few outputs": { ...one, x: [1, 2, 11, 12], weight: [3, 2, 2, 3], stride: [3, 2], padding: [0, 1] },
  "stride beyond the window": { ...one, x: [1, 2, 11, 12], weight: [9, 2, 2, 2], stride: [4, 3] },
  dilated: { ...one, x: [2, 3, 11, 12], weight: [10, 3, 3, 3], dilation: [2, 3], padding: [2, 1] },
  "dilated, strided, few outputs": { ...one, x: [1, 3, 13, 14], weight: [4, 3, 3, 2], dilation: [2, 1], stride: [2, 1], padding: [3, 0] },
  grouped: { ...one, x: [2, 8, 7, 6], weight: [20, 4, 3, 3], groups: 2, padding: [1, 1] },
  "grouped, few outputs": { ...one, x: [9, 6, 7, 10], weight: [6, 3, 3, 3], groups: 2, padding: [1, 1] },
  "few outputs, many channels": { ...one, x: [1, 16, 7, 6], weight: [3, 16, 4, 5], padding: [2, 4] },
  "windows in padding alone": { ...one, x: [2, 2, 3, 9], weight: [3, 2, 2, 3], padding: [4, 1] },
  depthwise: { ...one, x: [2, 7, 8, 9], weight: [7, 1, 3, 3], groups: 7, padding: [1, 1] },
  "depthwise, stride 2": { ...one, x: [2, 3, 9, 12], weight: [3, 1, 3, 3], groups: 3, padding: [1, 1], stride: [2, 2] },
  "depthwise, stride 3": { ...one, x: [1, 2, 9, 13], weight: [2, 1, 3, 3], groups: 2, stride: [1, 3] },
  "depthwise, 5×5": { ...one, x: [1, 2, 9, 10], weight: [2, 1, 5, 5], groups: 2, padding: [2, 2] },
  "depthwise, narrow": { ...one, x: [1, 2, 7, 3], weight: [2, 1, 3, 3], groups: 2, padding: [1, 1] },
  "depthwise, some planes at a time": { ...one, x: [1, 6, 56, 60], weight: [6, 1, 3, 3], groups: 6, padding: [1, 1] },
  "depthwise, two outputs each": { ...one, x: [2, 3, 8, 9], weight: [6, 1, 3, 3], groups: 3 },
  "long rows of weights": { ...one, x: [2, 2, 1, 40], weight: [9, 2, 1, 11], padding: [0, 5] },
  "padding wider than the window": { ...one, x: [1, 2, 3, 3], weight: [9, 2, 2, 2], padding: [3, 2] },
  "padding alone is seen": { ...one, x: [1, 2, 1, 1], weight: [3, 2, 1, 1], stride: [4, 4], padding: [1, 1] },
  "kernel rows never reached": { ...one, x: [1, 2, 9, 8], weight: [3, 2, 2, 2], stride: [3, 4], dilation: [3, 2] },
  "depthwise, dilated": { ...one, x: [2, 3, 9, 11], weight: [3, 1, 3, 3], groups: 3, dilation: [1, 2], stride: [2, 1] },
  "many images": { ...one, x: [9, 3, 5, 6], weight: [5, 3, 3, 3], padding: [1, 1] },
  "one output of many channels": { ...one, x: [2, 16, 6, 7], weight: [1, 16, 3, 3], padding: [1, 1] },
  "several blocks of positions": { ...one, x: [1, 2, 33, 61], weight: [9, 2, 3, 3] },
};

type Layout = (shape: readonly number[]) => number[];
const layouts: Record<string, Layout> = {
  contiguous: contiguousStrides,
  "channels last": ([, c = 0, h = 0, w = 0]) => [h * w * c, 1, w * c, c],
  flipped: (shape) => contiguousStrides(shape).map((stride) => -stride),
  "one image repeated": (shape) => [0, ...contiguousStrides(shape).slice(1)],
};

describe.each(engines)("conv (%s)", (_, given) => {
  const memory = new Memory(given);
  const kernels = new WindowKernels(memory, { winograd: false });
  const [conv, convInputGrad, convWeightGrad] = [createConv(kernels), createConvInputGrad(kernels), createConvWeightGrad(kernels)];
  const contiguousOf = (shape: readonly number[]): View => viewOf(memory, [...shape], contiguousStrides(shape));

  for (const [name, shape] of Object.entries(cases)) {
    it(`${name}: forward`, () => {
      for (const layout of Object.values(layouts)) {
        const x = randomView(memory, [...shape.x], layout(shape.x), 1);
        const weight = randomView(memory, [...shape.weight], layout(shape.weight), 2);
        const y = contiguousOf(outputShape(shape));
        const bias = layout === layouts.flipped ? null : randomView(memory, [shape.weight[0]], [layout === contiguousStrides ? 1 : 2], 3);
        expect(conv(x, weight, bias, y, shape)).toBe(true);

        const [xs, ws, bs] = [readView(memory, x), readView(memory, weight), bias ? readView(memory, bias) : []];
        const plane = (y.shape[2] as number) * (y.shape[3] as number);
        const expected = Array.from({ length: numel(y.shape) }, (_, i) => bs[Math.floor(i / plane) % shape.weight[0]] ?? 0);
        eachProduct(shape, (xAt, wAt, yAt) => {
          (expected[yAt] as number) += (xs[xAt] as number) * (ws[wAt] as number);
        });
        expect(readView(memory, y).map((value) => value + 0)).toEqual(expected);
        for (const view of [x, weight, y, bias]) if (view) memory.release(view.buffer as never);
      }
      expect(memory.liveBytes).toBe(0);
    });

    it(`${name}: gradients`, () => {
      for (const layout of Object.values(layouts)) {
        const [x, weight] = [
          randomView(memory, [...shape.x], layout(shape.x), 4),
          randomView(memory, [...shape.weight], layout(shape.weight), 5),
        ];
        const dyShape = outputShape(shape);
        const dy = randomView(memory, dyShape, layout(dyShape), 6);
        const [dx, dweight] = [contiguousOf(shape.x), contiguousOf(shape.weight)];
        expect(convInputGrad(dy, weight, dx, shape)).toBe(true);
        expect(convWeightGrad(dy, x, dweight, shape)).toBe(true);

        const [xs, ws, dys] = [readView(memory, x), readView(memory, weight), readView(memory, dy)];
        const dxs = new Array<number>(numel(shape.x)).fill(0);
        const dws = new Array<number>(numel(shape.weight)).fill(0);
        eachProduct(shape, (xAt, wAt, yAt) => {
          (dxs[xAt] as number) += (dys[yAt] as number) * (ws[wAt] as number);
          (dws[wAt] as number) += (dys[yAt] as number) * (xs[xAt] as number);
        });
        expect(readView(memory, dx).map((value) => value + 0)).toEqual(dxs);
        expect(readView(memory, dweight).map((value) => value + 0)).toEqual(dws);
        for (const view of [x, weight, dy, dx, dweight]) memory.release(view.buffer as never);
      }
      expect(memory.liveBytes).toBe(0);
    });
  }
});
