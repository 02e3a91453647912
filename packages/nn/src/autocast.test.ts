// Training in mixed precision, executed on the reference backend, which has halves: casts, gradients and steps are all real.
import { checkpoint } from "@gradkit/autograd";
import { defaultDevice, manualSeed, randn, setDefaultDevice, type Tensor } from "@gradkit/tensor";
import { autocast } from "@gradkit/tensor/autocast";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { binaryCrossEntropy, cosineEmbeddingLoss, mseLoss, tripletMarginLoss } from "./functional.ts";
import {
  BatchNorm2d,
  Conv2d,
  ConvTranspose2d,
  CrossEntropyLoss,
  Flatten,
  GRU,
  LayerNorm,
  Linear,
  LSTM,
  LSTMCell,
  type Module,
  MultiheadAttention,
  ReLU,
  Sequential,
} from "./index.ts";

const device = reference();
beforeAll(() => setDefaultDevice(device));
beforeEach(() => {
  manualSeed(0);
});

const gradients = (model: Module): number[][] => model.parameters().map(({ grad }) => [...(grad as Tensor).dataSync()]);

/** Each gradient within one percent of its tensor's largest. */
function expectAlike(got: number[][], expected: number[][]): void {
  got.forEach((values, i) => {
    const largest = Math.max(...(expected[i] as number[]).map(Math.abs));
    values.forEach((value, k) => {
      expect(Math.abs(value - (expected[i]?.[k] as number))).toBeLessThanOrEqual(0.01 * largest);
    });
  });
}

/** Gradients with and without autocast; those under it are float32. */
function compareGradients(model: Module, loss: () => Tensor): void {
  loss().backward();
  const expected = gradients(model);
  model.zeroGrad();
  const mixed = autocast(loss);
  expect(mixed.dtype).toBe("float32");
  mixed.backward();
  expect(model.parameters().map(({ dtype, grad }) => [dtype, grad?.dtype])).toEqual(model.parameters().map(() => ["float32", "float32"]));
  const got = gradients(model);
  expect(got).not.toEqual(expected); // halves were at work
  expectAlike(got, expected);
}

describe.runIf(device.capabilities.dtypes.has("float16"))("autocast", () => {
  test("a convolutional net: float32 parameters and gradients, halves between", () => {
    const model = new Sequential(
      new Conv2d(1, 3, 3, { bias: false }), // batch norm leaves its gradient no digits
      new BatchNorm2d(3),
      new ReLU(),
      new ConvTranspose2d(3, 2, 2),
      new Flatten(),
      new Linear(50, 4),
      new LayerNorm(4),
      new Linear(4, 3),
    );
    const x = randn([4, 1, 6, 6]);
    const y = randn([4, 3]).argmax(1);
    expect(autocast(() => model.call(x)).dtype).toBe("float16");
    compareGradients(model, () => new CrossEntropyLoss().call(model.call(x), y));
  });

  test.each([
    ["LSTM", () => new LSTM(3, 4, { numLayers: 2, bidirectional: true })],
    ["LSTM with projections", () => new LSTM(3, 4, { projSize: 2 })],
    ["GRU", () => new GRU(3, 4)],
  ])("%s runs in halves as one op", (_, make) => {
    const model = make();
    const x = randn([5, 2, 3]);
    expect(autocast(() => model.call(x)[0] as Tensor).dtype).toBe("float16");
    compareGradients(model, () => (model.call(x)[0] as Tensor).square().sum());
  });

  test("a cell", () => {
    const model = new LSTMCell(3, 4);
    const x = randn([2, 3]);
    compareGradients(model, () => model.call(x)[0].sum());
  });

  test("attention: scores in halves, softmax in float32", () => {
    const model = new MultiheadAttention(4, 2);
    const x = randn([3, 2, 4]);
    compareGradients(model, () => model.call(x, x, x)[0].square().sum());
  });

  test("losses are float32 whatever comes", () => {
    const half = (): Tensor => randn([4, 3], { dtype: "float16" });
    const target = randn([4]).sign();
    const losses = autocast(() => [
      mseLoss(half(), half()),
      cosineEmbeddingLoss(half(), half(), target),
      tripletMarginLoss(half(), half(), half()),
    ]);
    expect(losses.map(({ dtype }) => dtype)).toEqual(["float32", "float32", "float32"]);
    expect(() => autocast(() => binaryCrossEntropy(half().sigmoid(), half().sigmoid()))).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: binaryCrossEntropy: float16 has not the range for it under autocast. Use binaryCrossEntropyWithLogits, on what sigmoid would get]`,
    );
  });

  test("backward inside autocast, and what checkpoint computes again", () => {
    const model = new Sequential(new Linear(3, 8), new ReLU(), new Linear(8, 2));
    const x = randn([4, 3], { requiresGrad: true });
    autocast(() => model.call(x).square().sum()).backward();
    const expected = gradients(model);
    model.zeroGrad();
    autocast(() => model.call(x).square().sum().backward());
    expect(gradients(model)).toEqual(expected);
    model.zeroGrad();
    autocast(() =>
      checkpoint((input) => model.call(input), x)
        .square()
        .sum(),
    ).backward();
    expect(gradients(model)).toEqual(expected);
    expect(defaultDevice()).toBe(device);
  });
});
