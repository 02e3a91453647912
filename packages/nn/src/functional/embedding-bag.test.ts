// Bags of rows against sums over lists, in both forms: rows of ids, and a vector with offsets.
import { gradcheck, gradgradcheck } from "@gradkit/autograd";
import { Generator, manualSeed, rand, randn, setDefaultDevice, type Tensor, tensor } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, describe, expect, test } from "vitest";
import { Embedding, EmbeddingBag } from "../index.ts";
import { embedding } from "./embedding.ts";
import { type EmbeddingBagOptions, embeddingBag } from "./embedding-bag.ts";

beforeAll(() => setDefaultDevice(reference()));

const ints = (list: number[]): Tensor => tensor(list, { dtype: "int32" });
const table = (): Tensor => randn([6, 3], { generator: new Generator(5), requiresGrad: true });
const values = (x: Tensor): number[] => [...x.dataSync()];
const IDS = [0, 4, 1, 1, 5, 2];

describe("offsets and rows give the same", () => {
  const options: EmbeddingBagOptions[] = (["sum", "mean", "max"] as const).flatMap((mode) => [
    { mode },
    { mode, paddingIdx: 1 },
    { mode, paddingIdx: -2 },
  ]);
  test.each(options)("%j", (setting) => {
    const weight = table();
    const rows = embeddingBag(ints(IDS).view(2, 3), weight, null, setting);
    const ragged = embeddingBag(ints(IDS), weight, ints([0, 3]), setting);
    expect(values(ragged)).toEqual(values(rows));
    const withEnd = embeddingBag(ints(IDS), weight, ints([0, 3, 6]), { ...setting, includeLastOffset: true });
    expect(values(withEnd)).toEqual(values(rows));
  });
});

test("bags without rows, or with padding alone, are zero", () => {
  for (const mode of ["sum", "mean", "max"] as const) {
    const bags = embeddingBag(ints([1, 1, 3]), table(), ints([0, 0, 2, 3]), { mode, paddingIdx: 1 });
    expect(values(bags.select(0, 0).add(bags.select(0, 1)).add(bags.select(0, 3)))).toEqual([0, 0, 0]);
    expect(values(bags.select(0, 2))).toEqual(values(table().select(0, 3)));
    expect(values(embeddingBag(ints([]), table(), ints([0, 0]), { mode }))).toEqual([0, 0, 0, 0, 0, 0]);
  }
});

describe("gradients", () => {
  const tight = { atol: 1e-7, rtol: 1e-6 };
  test.each(["sum", "mean", "max"] as const)("%s", async (mode) => {
    const bags = (weight: Tensor): Tensor => embeddingBag(ints(IDS), weight, ints([0, 2, 2, 5]), { mode, paddingIdx: 4 }).square();
    expect(await gradcheck(bags, [table()], tight)).toBe(true);
    expect(await gradgradcheck(bags, [table()], tight)).toBe(true);
  });

  test("weights of samples", async () => {
    const weights = randn([2, 3], { generator: new Generator(6), requiresGrad: true });
    const bags = (weight: Tensor, factors: Tensor): Tensor =>
      embeddingBag(ints(IDS).view(2, 3), weight, null, { mode: "sum", perSampleWeights: factors });
    expect(await gradcheck(bags, [table(), weights], tight)).toBe(true);
  });

  test("maxima of equals: the first", () => {
    const weight = tensor([[1, 2], [1, 2]], { requiresGrad: true }); // biome-ignore format: rows
    embeddingBag(ints([1, 0]), weight, ints([0]), { mode: "max" })
      .sum()
      .backward();
    expect(values(weight.grad as Tensor)).toEqual([0, 0, 1, 1]);
  });

  test("of rows that are named often are averaged where asked for", () => {
    const weight = table();
    embedding(ints(IDS), weight, { scaleGradByFreq: true }).sum().backward();
    expect(values((weight.grad as Tensor).select(1, 0))).toEqual([1, 1, 1, 0, 1, 1]);
    weight.grad = null;
    embeddingBag(ints(IDS), weight, ints([0]), { mode: "sum", scaleGradByFreq: true })
      .sum()
      .backward();
    expect(values((weight.grad as unknown as Tensor).select(1, 0))).toEqual([1, 1, 1, 0, 1, 1]);
  });
});

test("rows that are looked up are shortened in place, others are not", () => {
  const layer = new Embedding(3, 2, { maxNorm: 1 });
  layer.loadStateDict({ weight: tensor([[3, 4], [0.3, 0.4], [6, 8]]) }); // biome-ignore format: rows
  const [first, second] = [layer.call(ints([0, 1, 0])), values(layer.weight)];
  expect(second[0]).toBeCloseTo(0.6, 6);
  expect(second[1]).toBeCloseTo(0.8, 6);
  expect(second.slice(2)).toEqual([0.3, 0.4, 6, 8].map(Math.fround));
  expect(values(first.select(0, 2))).toEqual(second.slice(0, 2));
  expect(layer.weight.grad).toBeNull();
});

test("a table from elsewhere is shared, frozen unless asked otherwise, and draws nothing", () => {
  const given = tensor([[1, 2], [3, 4]]); // biome-ignore format: rows
  manualSeed(1);
  const expected = values(rand([2]));
  manualSeed(1);
  const [frozen, trained] = [Embedding.fromPretrained(given, { paddingIdx: 0 }), EmbeddingBag.fromPretrained(given, { freeze: false })];
  expect(values(rand([2]))).toEqual(expected);
  expect([frozen.weight.requiresGrad, trained.weight.requiresGrad]).toEqual([false, true]);
  expect(values(frozen.call(ints([1, 0])))).toEqual([3, 4, 1, 2]);
  expect(values(trained.call(ints([1, 0]).view(1, 2)))).toEqual([2, 3]);
  expect(() => Embedding.fromPretrained(tensor([1]))).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: Embedding: expected a table [numEmbeddings, embeddingDim] (got [1])]`,
  );
});

test("prints as PyTorch does, and says what does not fit", () => {
  expect(String(new EmbeddingBag(5, 3, { mode: "sum", paddingIdx: -1 }))).toBe("EmbeddingBag(5, 3, mode='sum', padding_idx=4)");
  const message = (fn: () => unknown): string => {
    try {
      fn();
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  };
  expect([
    message(() => embeddingBag(ints([1]), table())),
    message(() => embeddingBag(ints([1, 2]).view(1, 2), table(), ints([0]))),
    message(() => embeddingBag(ints([1]), table(), ints([1]))),
    message(() => embeddingBag(ints([1]), table(), ints([0, 2]))),
    message(() => embeddingBag(ints([1]), table(), ints([0]), { perSampleWeights: tensor([1]) })),
    message(() => embeddingBag(ints([1]), table(), ints([0]), { mode: "median" as "sum" })),
  ]).toMatchInlineSnapshot(`
    [
      "embeddingBag: a vector of ids needs a vector of offsets, where bags start (got none)",
      "embeddingBag: rows of ids are bags, so offsets must be left out (got ids [1, 2])",
      "embeddingBag: the first offset must be 0 (got 1)",
      "embeddingBag: the last offset, 2, lies behind the 1 ids",
      "embeddingBag: perSampleWeights are for mode "sum" alone (got "mean")",
      "embeddingBag: mode must be "sum", "mean" or "max" (got "median")",
    ]
  `);
});
