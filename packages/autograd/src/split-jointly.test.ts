import { noGrad, randn, setDefaultDevice, type Tensor, tensor, zeros } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, expect, test } from "vitest";
import { grad, gradcheck, gradgradcheck, splitJointly } from "./index.ts";

beforeAll(() => setDefaultDevice(reference()));

const values = (x: Tensor | null): number[] => [...(x as Tensor).dataSync()];

test("parts are views; their gradients are joined, with zeros for those that were not used", () => {
  const x = tensor([[1, 2, 3, 4], [5, 6, 7, 8]], { requiresGrad: true }); // biome-ignore format: a table
  const [a, b, c] = splitJointly(x, [1, 2, 1], 1) as [Tensor, Tensor, Tensor];
  expect([a, b, c].map(values)).toEqual([
    [1, 5],
    [2, 3, 6, 7],
    [4, 8],
  ]);
  expect(b.storage).toBe(x.storage);
  expect(values(grad([b.square().sum()], [x])[0] as Tensor)).toEqual([0, 4, 6, 0, 0, 12, 14, 0]);
});

test("one part, and the whole as one", () => {
  const x = tensor([1, 2], { requiresGrad: true });
  const [whole] = splitJointly(x, [2], 0) as [Tensor];
  whole.square().sum().backward();
  expect(values(x.grad)).toEqual([2, 4]);
});

test("outside the graph there is nothing to record", () => {
  expect(splitJointly(zeros([2]), [1, 1], 0).some(({ requiresGrad }) => requiresGrad)).toBe(false);
  const x = zeros([2]).requiresGrad_();
  expect(noGrad(() => splitJointly(x, [1, 1], 0)).some(({ requiresGrad }) => requiresGrad)).toBe(false);
});

test("gradients of both orders", async () => {
  const run = (x: Tensor): Tensor => {
    const [a, b] = splitJointly(x, [2, 2], 1) as [Tensor, Tensor];
    return a.mul(b).tanh();
  };
  const x = randn([3, 4], { requiresGrad: true });
  expect(await gradcheck(run, [x])).toBe(true);
  expect(await gradgradcheck(run, [x])).toBe(true);
});
