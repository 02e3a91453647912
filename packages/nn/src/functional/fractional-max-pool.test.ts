// Fractional max-pooling: numbers made with PyTorch for given samples, and what holds for drawn ones.
import { manualSeed, ones, randn, setDefaultDevice, type Tensor, tensor } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { expect, it } from "vitest";
import { FractionalMaxPool2d, FractionalMaxPool3d } from "../index.ts";
import { fractionalMaxPool2d, fractionalMaxPool2dWithIndices, fractionalMaxPool3d } from "./fractional-max-pool.ts";

setDefaultDevice(reference());

const list = (x: Tensor): number[] => [...x.dataSync()];

const rows = [
  [10, 5, -4, -10, -7],
  [3, 10, 8, -1, -9],
  [-8, 0, 8, 9, 1],
  [-8, -10, -3, 7, 10],
  [4, -5, -10, -5, 4],
];

it("takes the windows that torch takes: the first sample is the width's", () => {
  const { values, indices } = fractionalMaxPool2dWithIndices(tensor([[rows]]), 2, {
    outputSize: 3,
    _randomSamples: tensor([[[0.3, 0.8]]]),
  });
  expect(list(values)).toEqual([10, 10, -1, 10, 10, 9, 4, -3, 10]);
  expect(list(indices)).toEqual([0, 6, 8, 6, 6, 13, 20, 17, 19]);
});

it("draws windows that lie inside, the same by seed", () => {
  const x = randn([2, 3, 12, 9]);
  const drawn = (): Tensor => {
    manualSeed(4);
    return fractionalMaxPool2d(x, [3, 2], { outputRatio: [0.5, 0.6] });
  };
  const once = drawn();
  expect(once.shape).toEqual([2, 3, 6, 5]);
  expect(list(drawn())).toEqual(list(once));
  const { values, indices } = fractionalMaxPool2dWithIndices(x, 2, { outputSize: [5, 4] });
  const found = x.reshape(2, 3, -1).gather(2, indices.reshape(2, 3, -1));
  expect(list(found)).toEqual(list(values));
});

it("has layers, without a batch too", () => {
  expect(new FractionalMaxPool2d(2, { outputSize: [3, 4] }).call(ones([3, 8, 8])).shape).toEqual([3, 3, 4]);
  const { indices } = new FractionalMaxPool3d(2, { outputRatio: 0.5, returnIndices: true }).call(ones([1, 2, 6, 6, 8]));
  expect(indices.shape).toEqual([1, 2, 3, 3, 4]);
});

it("says what is wrong", () => {
  const x = ones([1, 1, 5, 5]);
  const message = (call: () => unknown): string => {
    try {
      call();
    } catch (error) {
      return String(error);
    }
    return "nothing";
  };
  expect([
    message(() => fractionalMaxPool2d(x, 2, {})),
    message(() => fractionalMaxPool2d(x, 2, { outputSize: 2, outputRatio: 0.5 })),
    message(() => fractionalMaxPool2d(x, 2, { outputRatio: 1 })),
    message(() => fractionalMaxPool2d(x, 2, { outputSize: 5 })),
    message(() => fractionalMaxPool2d(x, 2, { outputSize: 2, _randomSamples: ones([1, 2]) })),
    message(() => fractionalMaxPool2d(x, [2, 2, 2], { outputSize: 2 })),
    message(() => fractionalMaxPool3d(x, 2, { outputSize: 4 })),
    message(() => fractionalMaxPool2d(ones([2, 0, 5, 5]), 2, { outputSize: 2 })),
  ]).toMatchInlineSnapshot(`
    [
      "IndexError: fractionalMaxPool2d: give one of outputSize and outputRatio",
      "IndexError: fractionalMaxPool2d: give one of outputSize and outputRatio",
      "IndexError: fractionalMaxPool2d: outputRatio must be between 0 and 1 (got [1, 1])",
      "ShapeError: fractionalMaxPool2d: [5, 5] windows of [2, 2] do not fit in [5, 5]",
      "ShapeError: fractionalMaxPool2d: _randomSamples must be [1, 1, 2] (got [1, 2])",
      "ShapeError: fractionalMaxPool2d: kernelSize must be one number or 2 (got [2, 2, 2])",
      "ShapeError: fractionalMaxPool3d: [4, 4, 4] windows of [2, 2, 2] do not fit in [1, 5, 5]",
      "ShapeError: fractionalMaxPool2d: expected x with 4 dims, or 3 without batch, none but the batch empty (got [2, 0, 5, 5])",
    ]
  `);
});
