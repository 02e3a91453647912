// Parametrizations: torch's keys, gradients to what is trained, copies, and the way back.
import { grad, gradcheck } from "@gradkit/autograd";
import { Generator, memory, mv, noGrad, randn, setDefaultDevice, type Tensor, tensor } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, describe, expect, test } from "vitest";
import { cloneModule } from "../clone-module.ts";
import { Conv2d, ConvTranspose2d, Linear, LSTM, Module, Sequential } from "../index.ts";
import {
  isParametrized,
  type Parametrization,
  registerParametrization,
  removeParametrizations,
  spectralNorm,
  weightNorm,
} from "../parametrize.ts";

beforeAll(() => setDefaultDevice(reference()));

const values = (x: Tensor): number[] => [...x.dataSync()];
const keys = (module: Module): string[] => Object.keys(module.stateDict());
const generator = (): Generator => new Generator(3);
const largest = (x: Tensor): number => Math.max(...values(x.abs()));

class Symmetric extends Module {
  forward(x: Tensor): Tensor {
    return x.triu().add(x.triu({ diagonal: 1 }).transpose(-1, -2));
  }
}
class Doubled extends Module {
  forward(x: Tensor): Tensor {
    return x.mul(2);
  }
  rightInverse(x: Tensor): Tensor {
    return x.div(2);
  }
}

describe("registerParametrization", () => {
  test("computes the field, and trains the original", () => {
    const layer = registerParametrization(new Linear(3, 3, { generator: generator() }), "weight", new Symmetric());
    expect(largest(layer.weight.sub(layer.weight.t()))).toBe(0);
    expect(keys(layer)).toEqual(["bias", "parametrizations.weight.original"]);
    layer
      .call(randn([2, 3], { generator: generator() }))
      .sum()
      .backward();
    const [, [, original]] = layer.namedParameters() as [unknown, [string, Tensor]];
    expect(original.grad?.shape).toEqual([3, 3]);
    expect(isParametrized(layer) && isParametrized(layer, "weight")).toBe(true);
    expect(isParametrized(layer, "bias")).toBe(false);
  });

  test("applies several in turn, and assigns through their inverses", () => {
    const layer = new Linear(2, 2, { generator: generator() });
    const before = values(layer.weight);
    registerParametrization(registerParametrization(layer, "weight", new Doubled()), "weight", new Doubled());
    expect(values(layer.weight)).toEqual(before.map((x) => 2 * x)); // the first one's inverse was taken at once
    (layer as { weight: Tensor }).weight = tensor([[1, 2], [3, 4]]); // biome-ignore format: rows
    expect(values(layer.weight)).toEqual([1, 2, 3, 4]);
    expect(keys(layer)).toEqual(["bias", "parametrizations.weight.original"]);
  });

  test("copies compute for themselves, other layers stay as they are", () => {
    const layer = registerParametrization(new Linear(2, 2, { generator: generator() }), "weight", new Symmetric());
    const copy = cloneModule(layer);
    copy.loadStateDict({ bias: layer.bias as Tensor, "parametrizations.weight.original": tensor([[1, 2], [0, 3]]) }); // biome-ignore format: rows
    expect(values(copy.weight)).toEqual([1, 2, 2, 3]);
    expect(values(layer.weight)).not.toEqual([1, 2, 2, 3]);
    expect(isParametrized(new Linear(2, 2))).toBe(false);
    expect(copy).toBeInstanceOf(Linear);
    expect(String(layer).split("\n")[0]).toBe("ParametrizedLinear(");
  });

  test("is undone, with the computed value or the original", () => {
    const make = (): Linear => registerParametrization(new Linear(2, 2, { generator: generator() }), "weight", new Symmetric());
    const [kept, original] = [make(), make()];
    const computed = values(kept.weight);
    expect(values(removeParametrizations(kept, "weight").weight)).toEqual(computed);
    expect(values(removeParametrizations(original, "weight", { leaveParametrized: false }).weight)).toEqual(values(new Linear(2, 2, { generator: generator() }).weight)); // biome-ignore format: one step
    expect(keys(kept)).toEqual(["bias", "weight"]);
    expect(isParametrized(kept)).toBe(false);
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
    expect([
      message(() => registerParametrization(new Linear(2, 2), "wieght", new Symmetric())),
      message(() => removeParametrizations(new Linear(2, 2), "weight")),
      message(() => {
        (registerParametrization(new Linear(2, 2), "weight", new Symmetric()) as { weight: Tensor }).weight = tensor([1]);
      }),
    ]).toMatchInlineSnapshot(`
      [
        "registerParametrization: Linear has no parameter wieght. It has weight, bias",
        "removeParametrizations: Linear.weight is not parametrized",
        "parametrize: Symmetric has no rightInverse, which assigning needs",
      ]
    `);
  });
});

describe("weightNorm", () => {
  test("keeps the weight, with lengths and directions of their own", async () => {
    const before = values(new Conv2d(2, 3, 2, { generator: generator() }).weight);
    const layer = weightNorm(new Conv2d(2, 3, 2, { generator: generator() }));
    values(layer.weight).forEach((x, i) => void expect(x).toBeCloseTo(before[i] as number, 6));
    expect(keys(layer)).toEqual(["bias", "parametrizations.weight.original0", "parametrizations.weight.original1"]);
    expect(layer.stateDict()["parametrizations.weight.original0"]?.shape).toEqual([3, 1, 1, 1]);
    const [g, v] = [randn([3, 1], { requiresGrad: true }), randn([3, 4], { requiresGrad: true })];
    const linear = weightNorm(new Linear(4, 3));
    const norm = linear.modules().find((module) => module.constructor.name === "WeightNorm") as Parametrization;
    const forward = (length: Tensor, direction: Tensor): Tensor => norm.forward(length, direction);
    expect(await gradcheck(forward, [g, v], { atol: 1e-7, rtol: 1e-6 })).toBe(true);
  });

  test("works on named fields, along another dim, or none", () => {
    const lstm = weightNorm(new LSTM(2, 3), { name: "weightHhL0" });
    expect(keys(lstm)).toContain("parametrizations.weight_hh_l0.original0");
    expect(lstm.call(randn([4, 1, 2]))[0].shape).toEqual([4, 1, 3]);
    const shapeOf = (dim: number | null): readonly number[] | undefined =>
      weightNorm(new Linear(4, 3), { dim }).stateDict()["parametrizations.weight.original0"]?.shape;
    expect(shapeOf(1)).toEqual([1, 4]);
    expect(shapeOf(-2)).toEqual([3, 1]);
    expect(shapeOf(-1)).toEqual([]); // as torch, where −1 is none
    expect(shapeOf(null)).toEqual([]);
  });
});

describe("spectralNorm", () => {
  test("the largest singular value becomes 1", () => {
    const layer = spectralNorm(new Linear(5, 4, { generator: generator() }), { generator: generator() });
    for (let i = 0; i < 50; i++) layer.weight; // each use in training is a step
    layer.eval();
    const { _u: u, _v: v } = Object.fromEntries(layer.namedBuffers().map(([name, x]) => [name.split(".").at(-1) as string, x]));
    expect(
      mv(layer.weight, v as Tensor)
        .mul(u as Tensor)
        .sum()
        .itemSync(),
    ).toBeCloseTo(1, 5);
    expect(
      mv(layer.weight, v as Tensor)
        .square()
        .sum()
        .itemSync(),
    ).toBeCloseTo(1, 5);
    expect(keys(layer)).toEqual([
      "bias",
      "parametrizations.weight.original",
      "parametrizations.weight.0._u",
      "parametrizations.weight.0._v",
    ]);
  });

  test("iterates in training alone; gradients see the singular vectors as constants", () => {
    const layer = spectralNorm(new Linear(3, 2, { generator: generator() }), { generator: generator() }).eval();
    const original = layer.parameters().find(({ ndim }) => ndim === 2) as Tensor;
    noGrad(() => original.copy_(randn([2, 3], { generator: new Generator(8) }))); // the vectors are those of another matrix
    expect(values(layer.weight)).toEqual(values(layer.weight));
    layer.train();
    expect(values(layer.weight)).not.toEqual(values(layer.weight));
    layer.eval();
    const { _u: u, _v: v } = Object.fromEntries(layer.namedBuffers().map(([name, x]) => [name.split(".").at(-1) as string, x]));
    const sigma = mv(original, v as Tensor)
      .mul(u as Tensor)
      .sum();
    const [expected] = grad(original.div(sigma).square().sum(), [original]);
    const [got] = grad(layer.weight.square().sum(), [original]);
    expect(largest((got as Tensor).sub(expected as Tensor))).toBeLessThan(1e-5);
  });

  test("a transposed convolution's rows are its outputs", () => {
    const layer = spectralNorm(new ConvTranspose2d(2, 3, 2));
    expect(layer.namedBuffers().map(([, x]) => x.shape)).toEqual([[3], [8]]);
  });
});

test("uses leave nothing behind but their output", () => {
  const model = new Sequential(weightNorm(new Linear(3, 3)), spectralNorm(new Linear(3, 3))).requiresGrad_(false);
  const x = randn([2, 3]);
  model.call(x);
  const before = memory().liveBytes;
  const y = model.call(x) as Tensor;
  expect(memory().liveBytes - before - 4 * y.numel).toBeLessThanOrEqual(4 * (9 + 9 + 6 + 6 + 6));
});
