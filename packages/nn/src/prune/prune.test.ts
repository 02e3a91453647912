// Pruning: which elements go, with torch's keys; again and again; and for good.
import { Generator, setDefaultDevice, type Tensor, tensor, zeros } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, describe, expect, test } from "vitest";
import { Linear, Sequential } from "../index.ts";
import { customFromMask, globalUnstructured, identity, isPruned, l1Unstructured, lnStructured, randomStructured, randomUnstructured, remove } from "../prune.ts"; // biome-ignore format: a list

beforeAll(() => setDefaultDevice(reference()));

const values = (x: Tensor): number[] => [...x.dataSync()].map((value) => value + 0); // no −0, which masks make
const layerOf = (rows: number[][]): Linear => {
  const layer = new Linear(rows[0]?.length as number, rows.length);
  layer.loadStateDict({ weight: tensor(rows), bias: zeros([rows.length]) });
  return layer;
};
const zerosIn = (x: Tensor): number => values(x).filter((value) => value === 0).length;
const ROWS = [[1, -8, 3], [-2, 7, 4], [6, 5, -9]]; // biome-ignore format: a matrix

describe("elements", () => {
  test("the smallest go, by share or by number; then the smallest of what is left", () => {
    const layer = l1Unstructured(layerOf(ROWS), "weight", 0.25); // 2.25 of 9
    expect(values(layer.weight)).toEqual([0, -8, 3, 0, 7, 4, 6, 5, -9]);
    expect(Object.keys(layer.stateDict())).toEqual(["bias", "weight_orig", "weight_mask"]);
    l1Unstructured(layer, "weight", 0.5); // 3.5 of 7, to the even 4
    expect(values(layer.weight)).toEqual([0, -8, 0, 0, 7, 0, 0, 0, -9]);
    l1Unstructured(layer, "weight", 1);
    expect(values(layer.weight)).toEqual([0, -8, 0, 0, 0, 0, 0, 0, -9]);
    expect(values(layer.stateDict().weight_orig as Tensor)).toEqual(ROWS.flat());
  });

  test("scores of one's own rank", () => {
    const importanceScores = tensor([[9, 8, 7], [6, 5, 4], [3, 2, 1]]); // biome-ignore format: a matrix
    expect(values(l1Unstructured(layerOf(ROWS), "weight", 3, { importanceScores }).weight)).toEqual([1, -8, 3, -2, 7, 4, 0, 0, 0]);
  });

  test("at random, from the generator", () => {
    const pruned = (seed: number) => values(randomUnstructured(layerOf(ROWS), "weight", 4, { generator: new Generator(seed) }).weight);
    expect(pruned(1).filter((x) => x === 0).length).toBe(4);
    expect(pruned(1)).toEqual(pruned(1));
    expect(pruned(1)).not.toEqual(pruned(2));
  });

  test("of several parameters by one ranking", () => {
    const [a, b] = [layerOf([[1, 2]]), layerOf([[10, 3], [20, 30]])]; // biome-ignore format: matrices
    globalUnstructured([[a, "weight"], [b, "weight"]], { amount: 0.5 }); // biome-ignore format: a list
    expect([values(a.weight), values(b.weight)]).toEqual([[0, 0], [10, 0, 20, 30]]); // biome-ignore format: lists
  });

  test("by a mask, and none at all", () => {
    const layer = customFromMask(layerOf([[1, 2, 3]]), "weight", tensor([[1, 0, 1]]));
    expect(values(layer.weight)).toEqual([1, 0, 3]);
    expect(values(identity(layer, "weight").weight)).toEqual([1, 0, 3]);
    expect(values(identity(layerOf([[1, 2]]), "weight").weight)).toEqual([1, 2]);
  });
});

describe("channels", () => {
  test("of smallest norm, along either dim, then of what is left", () => {
    const layer = lnStructured(layerOf(ROWS), "weight", 1, 1, 0); // sums of magnitudes 12, 13, 20
    expect(values(layer.weight)).toEqual([0, 0, 0, -2, 7, 4, 6, 5, -9]);
    lnStructured(layer, "weight", 0.5, 2, 0); // 1 of 2
    expect(values(layer.weight)).toEqual([0, 0, 0, 0, 0, 0, 6, 5, -9]);
    expect(values(lnStructured(layerOf(ROWS), "weight", 1, 1, -1).weight)).toEqual([0, -8, 3, 0, 7, 4, 0, 5, -9]);
  });

  test("at random, whole", () => {
    const { weight } = randomStructured(layerOf(ROWS), "weight", 2, 1, { generator: new Generator(1) });
    expect(zerosIn(weight)).toBe(6);
    expect(zerosIn(weight.square().sum(0))).toBe(2);
  });
});

test("only what is left is trained, and remove makes it final", () => {
  const model = new Sequential(l1Unstructured(layerOf(ROWS), "weight", 5));
  expect(isPruned(model)).toBe(true);
  model.call(tensor([[1, 1, 1]])).sum().backward(); // biome-ignore format: one line
  const original = model.parameters().find(({ ndim }) => ndim === 2) as Tensor;
  expect(values(original.grad as Tensor)).toEqual([0, 1, 0, 0, 1, 0, 1, 0, 1]);
  const layer = remove(model[0] as Linear, "weight");
  expect(values(layer.weight)).toEqual([0, -8, 0, 0, 7, 0, 6, 0, -9]);
  expect(Object.keys(layer.stateDict())).toEqual(["bias", "weight"]);
  expect(isPruned(model)).toBe(false);
});

test("messages", () => {
  const message = (fn: () => unknown): string => {
    try {
      fn();
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  };
  const layer = layerOf(ROWS);
  expect([
    message(() => l1Unstructured(layer, "wieght", 0.5)),
    message(() => l1Unstructured(layer, "weight", 1.5)),
    message(() => l1Unstructured(layer, "weight", 10)),
    message(() => lnStructured(layer, "weight", 1, 2, 2)),
    message(() => customFromMask(layer, "weight", zeros([3]))),
    message(() => remove(layer, "weight")),
  ]).toMatchInlineSnapshot(`
    [
      "l1Unstructured: Linear has no parameter wieght. It has weight, bias",
      "l1Unstructured: amount must be a share below 1 or a whole number of units (got 1.5)",
      "l1Unstructured: amount 10 is more than there is, 9",
      "lnStructured: dim 2 is out of range for 2 dims",
      "customFromMask: the mask must be [3, 3], as the parameter (got [3])",
      "remove: Linear.weight is not pruned",
    ]
  `);
});
