// The numbers of layers are held by PyTorch's own, in the golden cases; here, what cases of inputs and outputs cannot say.
import { Generator, memory, noGrad, ones, randn, ShapeError, setDefaultDevice, type Tensor, tensor, zeros } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, describe, expect, test } from "vitest";
import { dropout1d, dropout2d, embedding, localResponseNorm } from "../functional.ts";
import {
  AdaptiveLogSoftmaxWithLoss, BatchNorm1d, BatchNorm2d, CELU, Conv2d, Dropout, Embedding, GRU, Hardtanh, Identity, InstanceNorm1d, Linear, MaxPool2d, ModuleList, ReLU,
  Sequential, Softshrink, TransformerEncoderLayer,
} from "../index.ts"; // biome-ignore format: a list

beforeAll(() => setDefaultDevice(reference()));

const values = (x: Tensor | null): number[] => [...(x as Tensor).dataSync()];
const message = (fn: () => unknown): string => {
  try {
    fn();
  } catch (error) {
    return (error as Error).message;
  }
  return "";
};

describe("first values", () => {
  test("follow from the seed, on any backend, and lie in PyTorch's bounds", () => {
    const make = () => new Sequential(new Linear(100, 50, { generator }), new Conv2d(4, 8, 5, { groups: 2, generator }));
    let generator = new Generator(7);
    const first = make().parameters().map(values);
    generator = new Generator(7);
    setDefaultDevice(reference());
    expect(make().parameters().map(values)).toEqual(first);
    const bounds = [0.1, 0.1, 1 / Math.sqrt(50), 1 / Math.sqrt(50)];
    first.forEach((list, i) => {
      const largest = Math.max(...list.map(Math.abs));
      expect(largest).toBeLessThanOrEqual(bounds[i] as number);
      if (list.length > 40) expect(largest).toBeGreaterThan(0.9 * (bounds[i] as number));
    });
  });
});

describe("dropout", () => {
  test("is off in evaluation and at p = 0", () => {
    const x = ones([4]);
    expect(new Dropout(0.9).eval().call(x)).toBe(x);
    expect(new Dropout(0).call(x)).toBe(x);
    expect(values(new Dropout(1).call(x))).toEqual([0, 0, 0, 0]);
    expect(() => new Dropout(1.5)).toThrow(/no probability/);
  });

  test("drops anew at every call, from its generator", () => {
    const mask = (seed: number) => {
      const layer = new Dropout(0.5, { generator: new Generator(seed) });
      return [layer.call(ones([64])), layer.call(ones([64]))].map(values);
    };
    const [first, second] = mask(1) as [number[], number[]];
    expect(first).not.toEqual(second);
    expect(mask(1)).toEqual([first, second]);
    expect(new Set(first)).toEqual(new Set([0, 2]));
  });
});

describe("batch norm", () => {
  let x: Tensor;
  beforeAll(() => {
    x = tensor([[1, 10], [3, 10], [5, 40]]); // biome-ignore format: a table
  });

  test("momentum null averages over all batches", () => {
    const layer = new BatchNorm1d(2, { momentum: null });
    layer.call(x);
    layer.call(x.add(2));
    expect(values(layer.runningMean)).toEqual([4, 21]);
    expect(values(layer.numBatchesTracked)).toEqual([2]);
    layer.eval().call(x);
    expect(values(layer.numBatchesTracked)).toEqual([2]);
  });

  test("running statistics are outside the graph, and move with the unbiased variance", () => {
    const layer = new BatchNorm1d(2, { momentum: 1 });
    layer.call(x).sum().backward();
    expect(values(layer.runningVar)).toEqual([4, 300]);
    expect(layer.runningVar?.requiresGrad).toBe(false);
  });

  test("needs more than one value per channel, the right rank and the right channels", () => {
    expect([
      message(() => new BatchNorm1d(2).call(zeros([1, 2]))),
      message(() => new BatchNorm2d(2).call(zeros([1, 2]))),
      message(() => new BatchNorm2d(2).call(zeros([1, 3, 2, 2]))),
    ]).toMatchInlineSnapshot(`
      [
        "batchNorm: training needs more than one value per channel (got x [1, 2])
        in BatchNorm1d(2, eps=1e-05, momentum=0.1)",
        "BatchNorm2d: expected x [N, C, H, W] (got [1, 2])
        in BatchNorm2d(2, eps=1e-05, momentum=0.1)",
        "BatchNorm2d: expected 2 channels (got x [1, 3, 2, 2]). x is [N, C, …]
        in BatchNorm2d(2, eps=1e-05, momentum=0.1)",
      ]
    `);
  });

  test("a batch of nothing leaves the statistics as they are", () => {
    const layer = new BatchNorm1d(2);
    const y = layer.call(zeros([0, 2, 3], { requiresGrad: true }));
    y.sum().backward();
    expect(y.shape).toEqual([0, 2, 3]);
    expect([layer.runningMean, layer.runningVar, layer.weight?.grad as Tensor].map(values)).toEqual([
      [0, 0],
      [1, 1],
      [0, 0],
    ]);
  });

  test("instance norm asks for the number of channels where it has numbers of its own for them", () => {
    const y = new InstanceNorm1d(7).call(x.reshape(1, 3, 2));
    values(y).forEach((value) => void expect(Math.abs(value)).toBeCloseTo(1, 4));
    expect(() => new InstanceNorm1d(7, { affine: true }).call(zeros([1, 3, 2]))).toThrow(/expected 7 channels/);
  });

  test("without running statistics evaluation normalises by the batch", () => {
    const layer = new BatchNorm1d(2, { trackRunningStats: false });
    expect(Object.keys(layer.stateDict())).toEqual(["weight", "bias"]);
    expect(values(layer.eval().call(x))).toEqual(values(layer.train().call(x)));
  });
});

describe("adaptive softmax", () => {
  const make = (): AdaptiveLogSoftmaxWithLoss => new AdaptiveLogSoftmaxWithLoss(8, 12, [3, 7], { headBias: true });

  test("gives what the full log-probabilities give, which sum to 1", () => {
    const [layer, x, target] = [make(), randn([5, 8]), tensor([0, 2, 3, 6, 11], { dtype: "int32" })];
    const all = layer.logProb(x);
    values(all.exp().sum(1)).forEach((sum) => void expect(sum).toBeCloseTo(1, 5));
    const { output, loss } = layer.call(x, target);
    const expected = values(all.gather(1, target.unsqueeze(1)));
    values(output).forEach((value, i) => void expect(value).toBeCloseTo(expected[i] as number, 5));
    expect(loss.itemSync()).toBeCloseTo(-expected.reduce((a, b) => a + b) / 5, 5);
    expect(values(layer.predict(x))).toEqual(values(all.argmax(1)));
    const single = layer.call(x.select(0, 3), target.select(0, 3));
    expect([single.output.shape, single.output.itemSync()]).toEqual([[], output.select(0, 3).itemSync()]);
  });

  test("has PyTorch's keys and sizes, and refuses what makes no sense", () => {
    const sizes = Object.entries(make().stateDict()).map(([name, { shape }]) => `${name} ${shape}`);
    expect(sizes).toEqual(["head.weight 5,8", "head.bias 5", "tail.0.0.weight 2,8", "tail.0.1.weight 4,2", "tail.1.0.weight 0,8", "tail.1.1.weight 5,0"]); // biome-ignore format: one line
    const x = zeros([2, 8]);
    expect([
      message(() => new AdaptiveLogSoftmaxWithLoss(8, 12, [])),
      message(() => new AdaptiveLogSoftmaxWithLoss(8, 12, [3, 3])),
      message(() => new AdaptiveLogSoftmaxWithLoss(8, 12, [3, 12])),
      message(() => make().forward(x, zeros([3], { dtype: "int32" }))),
      message(() => make().forward(x, tensor([0, 12], { dtype: "int32" }))),
    ]).toMatchInlineSnapshot(`
      [
        "AdaptiveLogSoftmaxWithLoss: cutoffs must be whole numbers that rise from above 0 to below 12 (got [])",
        "AdaptiveLogSoftmaxWithLoss: cutoffs must be whole numbers that rise from above 0 to below 12 (got [3, 3])",
        "AdaptiveLogSoftmaxWithLoss: cutoffs must be whole numbers that rise from above 0 to below 12 (got [3, 12])",
        "AdaptiveLogSoftmaxWithLoss: inputs must be [N, 8] and targets [N], or both without N (got [2, 8] and [3])",
        "AdaptiveLogSoftmaxWithLoss: target 12 is no class. Classes are 0 … 11",
      ]
    `);
  });
});

describe("containers", () => {
  test("a list grows, iterates and indexes, but cannot be called", () => {
    const list = new ModuleList([new Linear(1, 2)]).append(new Linear(2, 3));
    expect(list.length).toBe(2);
    expect([...list].map(({ outFeatures }) => outFeatures)).toEqual([2, 3]);
    expect(list[1]?.outFeatures).toBe(3);
    expect(list.at(-1)).toBe(list[1]);
    expect(Object.keys(list.stateDict())).toEqual(["0.weight", "0.bias", "1.weight", "1.bias"]);
    expect(() => list.forward()).toThrow(/computes nothing/);
    list.insert(0, new Linear(9, 1)).extend([new Linear(3, 4), new Linear(4, 5)]);
    expect([...list].map(({ outFeatures }) => outFeatures)).toEqual([1, 2, 3, 4, 5]);
    expect([list.pop().outFeatures, list.pop(1).outFeatures, list.pop(-2).outFeatures]).toEqual([5, 2, 3]);
    expect(Object.keys(list.stateDict())).toEqual(["0.weight", "0.bias", "1.weight", "1.bias"]);
    expect([...list].map(({ outFeatures }) => outFeatures)).toEqual([1, 4]);
    expect(() => list.pop(2)).toThrow(/no module at 2/);
  });

  test("names of layers in a sequence become keys, unless they are taken", () => {
    const model = new Sequential(["fc1", new Linear(2, 2)], ["act", new ReLU()]);
    expect(Object.keys(model.stateDict())).toEqual(["fc1.weight", "fc1.bias"]);
    expect(model.length).toBe(2);
    expect(() => new Sequential(["forward", new ReLU()])).toThrow(/cannot be named forward/);
  });

  test("an empty sequence, and Identity, hand on their input", () => {
    const x = ones([1]);
    expect(new Sequential().call(x)).toBe(x);
    expect(new Identity(1, { anything: true }).call(x)).toBe(x);
  });
});

test.each([
  ["InstanceNorm1d", () => new InstanceNorm1d(3, { trackRunningStats: true, affine: true }), [0, 3, 4], [0, 3, 4]],
  ["GRU", () => new GRU(3, 4, { bidirectional: true, batchFirst: true }), [0, 2, 3], [0, 2, 8]],
] as const)("%s of an empty batch is empty, and leaves no mark", (_, make, input, output) => {
  const layer = make();
  const [y] = [layer.call(zeros(input, { requiresGrad: true }))].flat() as [Tensor];
  expect(y.shape).toEqual(output);
  y.sum().backward();
  expect([...layer.parameters(), ...layer.buffers()].flatMap((x) => values(x)).some(Number.isNaN)).toBe(false);
});

test("checks of sizes, as messages", () => {
  expect([
    message(() => new Conv2d(3, 4, 3, { groups: 2 })),
    message(() => new Conv2d(3, 4, [3])),
    message(() => new Conv2d(3, 4, 3, { padding: "some" as "same" })),
    message(() => new Conv2d(3, 4, 3, { padding: "same", stride: 2 })),
    message(() => new Conv2d(3, 4, 3, { paddingMode: "mirror" as "reflect" })),
    message(() => new GRU(3, 4, { projSize: 2 } as object)),
    message(() => new TransformerEncoderLayer(4, 2, { activation: "tanh" as "relu" })),
    message(() => new Embedding(3, 4, { paddingIdx: 3 })),
    message(() => dropout1d(zeros([2, 2, 2, 2]))),
    message(() => dropout2d(zeros([2]))),
    message(() => new Softshrink({ lambd: -1 }).call(zeros([1]))),
    message(() => new CELU({ alpha: 0 }).call(zeros([1]))),
    message(() => new Hardtanh({ minVal: 2, maxVal: 1 }).call(zeros([1]))),
    message(() => localResponseNorm(zeros([1, 2, 3]), 0)),
    message(() => embedding(zeros([1], { dtype: "int32" }), zeros([3]))),
    message(() => embedding(zeros([1], { dtype: "int32" }), zeros([3, 2]), { paddingIdx: -4 })),
    message(() => new Conv2d(3, 4, 3).call(zeros([1, 1, 8, 8]))),
    message(() => new MaxPool2d(2).call(zeros([8, 8]))),
  ]).toMatchInlineSnapshot(`
    [
      "Conv2d: 3 and 4 channels do not divide into 2 groups",
      "Conv2d: kernelSize must be one number or 2 (got [3])",
      "Conv2d: padding is a number for each side, "same" or "valid" (got "some")",
      "Conv2d: padding "same" needs a stride of 1 (got [2, 2])",
      "Conv2d: paddingMode is one of zeros, reflect, replicate, circular (got "mirror")",
      "GRU: only an LSTM projects its states (got projSize 2)",
      "TransformerEncoderLayer: activation is "relu", "gelu" or a function (got "tanh")",
      "Embedding: paddingIdx 3 is not among 3 rows",
      "dropout1d: expected x [N, C, L] or [C, L] (got [2, 2, 2, 2])",
      "dropout2d: expected x [N, C, …] with 2 or more dims (got [2])",
      "softshrink: lambd must be at least 0 (got -1)
      in Softshrink(-1.0)",
      "celu: alpha must not be 0 (got 0)
      in CELU(alpha=0.0)",
      "hardtanh: minVal must not be above maxVal (got 2 and 1)
      in Hardtanh(min_val=2.0, max_val=1.0)",
      "localResponseNorm: size must be at least 1 (got 0)",
      "embedding: the table must be [V, D] (got [3])",
      "embedding: paddingIdx -4 is not among 3 rows",
      "conv: x has 1 channels, weight takes 3 (got x [1, 1, 8, 8], weight [4, 3, 3, 3], groups 1). x is [N, C, …], weight is [O, C/groups, …]
      in Conv2d(3, 4, kernel_size=(3, 3), stride=(1, 1))",
      "maxPool2d: expected x with 4 dims, or 3 without batch (got [8, 8])
      in MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)",
    ]
  `);
  expect(() => new Conv2d(3, 4, 3, { groups: 2 })).toThrow(ShapeError);
});

test("layers leave nothing behind but their output", () => {
  const model = new Sequential(new Conv2d(1, 2, 3, { padding: "same" }), new BatchNorm2d(2), new ReLU(), new MaxPool2d(2));
  const x = randn([2, 1, 4, 4]);
  for (const layer of model) {
    const input = noGrad(() => (layer instanceof Conv2d ? x : randn([2, 2, 4, 4])));
    const before = memory().liveBytes;
    const output = noGrad(() => (layer as ReLU).call(input)) as Tensor;
    expect(memory().liveBytes - before).toBe(output.numel * 4);
  }
});
