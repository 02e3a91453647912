// The older forms of weight and spectral norm: torch's keys, its numbers from first principles, and the way back.
import { gradcheck } from "@gradkit/autograd";
import { Generator, noGrad, randn, setDefaultDevice, type Tensor, tensor } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, describe, expect, test } from "vitest";
import { cloneModule } from "../clone-module.ts";
import { Conv1d, ConvTranspose2d, Linear, LSTM, type Module, Sequential } from "../index.ts";
import { removeSpectralNorm, removeWeightNorm, spectralNorm, weightNorm } from "../utils.ts";

beforeAll(() => setDefaultDevice(reference()));

const values = (x: Tensor): number[] => [...x.dataSync()];
const keys = (module: Module): string[] => Object.keys(module.stateDict());
const generator = (): Generator => new Generator(3);
const message = (fn: () => unknown): string => {
  try {
    fn();
  } catch (error) {
    return (error as Error).message;
  }
  return "";
};
const close = (got: Tensor, expected: readonly number[]): void => values(got).forEach((x, i) => void expect(x).toBeCloseTo(expected[i] as number, 5)); // biome-ignore format: one line

describe("weightNorm", () => {
  test("computes the weight from weight_g and weight_v, which a checkpoint may bring", () => {
    const layer = weightNorm(new Linear(2, 2));
    expect(keys(layer)).toEqual(["bias", "weight_g", "weight_v"]);
    layer.loadStateDict({ bias: tensor([0, 0]), weight_g: tensor([[10], [1]]), weight_v: tensor([[3, 4], [0, 2]]) }); // biome-ignore format: rows
    close(layer.weight, [6, 8, 0, 1]);
    close(layer.call(tensor([[1, 1]])), [14, 1]);
    expect(String(layer)).toBe("Linear(in_features=2, out_features=2, bias=True)");
  });

  test("trains length and direction; copies compute for themselves", async () => {
    const layer = weightNorm(new Linear(3, 2, { generator: generator() }));
    layer
      .call(randn([4, 3]))
      .square()
      .sum()
      .backward();
    expect(layer.namedParameters().map(([name, { grad }]) => [name, grad?.shape])).toEqual([["bias", [2]], ["weight_g", [2, 1]], ["weight_v", [2, 3]]]); // biome-ignore format: one line
    const copy = cloneModule(layer);
    noGrad(() => (copy as unknown as { weight_g: Tensor }).weight_g.mul_(2));
    close(copy.weight, values(layer.weight.mul(2)));
    const fields = layer as unknown as Record<string, Tensor>;
    const weight = (g: Tensor, v: Tensor): Tensor => {
      [fields.weight_g, fields.weight_v] = [g, v];
      return layer.weight;
    };
    const leaves = [randn([2, 1]).requiresGrad_(), randn([2, 3]).requiresGrad_()];
    expect(await gradcheck(weight, leaves, { atol: 1e-7, rtol: 1e-6 })).toBe(true);
  });

  test("starts at the weight, by dim and name, and is undone", () => {
    const before = values(new Conv1d(2, 3, 2, { generator: generator() }).weight);
    const layer = weightNorm(new Conv1d(2, 3, 2, { generator: generator() }), { dim: 2 });
    expect(layer.stateDict().weight_g?.shape).toEqual([1, 1, 2]);
    close(layer.weight, before);
    removeWeightNorm(layer);
    expect(keys(layer)).toEqual(["bias", "weight"]);
    close(layer.weight, before);
    expect(keys(weightNorm(layer, { dim: null }))).toEqual(["bias", "weight_g", "weight_v"]);
    expect(layer.stateDict().weight_g?.shape).toEqual([]);
    expect(keys(weightNorm(new LSTM(2, 3), { name: "weightHhL0" })).slice(-2)).toEqual(["weight_hh_l0_g", "weight_hh_l0_v"]);
  });
});

describe("spectralNorm", () => {
  test("divides by the largest singular value, a step before each call in training", () => {
    const layer = spectralNorm(new Linear(2, 2, { generator: generator() }), { generator: generator() });
    expect(keys(layer)).toEqual(["bias", "weight_orig", "weight_u", "weight_v"]);
    const { weight_orig: original, weight_u: u, weight_v: v } = layer.stateDict() as Record<string, Tensor>;
    noGrad(() => original?.copy_(tensor([[3, 0], [0, 1]]))); // biome-ignore format: rows
    noGrad(() => u?.copy_(tensor([0.6, 0.8])));
    expect(values(layer.weight)).toEqual(values(layer.weight)); // looking is no step
    layer.call(randn([1, 2]));
    const [right, left] = [[1.8, 0.8], [3 * 1.8, 0.8]].map(([a, b]) => [(a as number) / Math.hypot(a as number, b as number), (b as number) / Math.hypot(a as number, b as number)]) as [number[], number[]]; // biome-ignore format: one line
    close(v as Tensor, right);
    close(u as Tensor, left);
    const sigma = 3 * (left[0] as number) * (right[0] as number) + (left[1] as number) * (right[1] as number);
    close(layer.weight, [3 / sigma, 0, 0, 1 / sigma]);
    layer.eval().call(randn([1, 2]));
    close(v as Tensor, right);
    layer.train();
    for (let i = 0; i < 20; i++) layer.call(randn([1, 2]));
    close(layer.weight, [1, 0, 0, 1 / 3]);
  });

  test("rows of a transposed convolution are its outputs; it is undone, also after a change of dtype", () => {
    const layer = spectralNorm(new ConvTranspose2d(2, 3, 2), { nPowerIterations: 2 });
    expect(layer.namedBuffers().map(([, x]) => x.shape)).toEqual([[3], [8]]);
    layer.to("float64");
    const before = values(layer.weight);
    removeSpectralNorm(layer);
    expect(keys(layer)).toEqual(["bias", "weight"]);
    close(layer.weight, before);
    layer.call(randn([1, 2, 2, 2], { dtype: "float64" }));
    close(layer.weight, before);
  });
});

test("messages", () => {
  expect([
    message(() => weightNorm(weightNorm(new Linear(2, 2)))),
    message(() => removeWeightNorm(new Linear(2, 2))),
    message(() => spectralNorm(new Sequential())),
    message(() => spectralNorm(new Linear(2, 2), { nPowerIterations: 0 })),
    message(() => removeSpectralNorm(new Linear(2, 2))),
  ]).toMatchInlineSnapshot(`
    [
      "weightNorm: Linear has no parameter weight. It has bias, weight_g, weight_v",
      "removeWeightNorm: Linear.weight has no weight norm",
      "spectralNorm: Sequential has no parameter weight. It has none",
      "spectralNorm: nPowerIterations must be at least 1 (got 0)",
      "removeSpectralNorm: Linear.weight has no spectral norm",
    ]
  `);
});
