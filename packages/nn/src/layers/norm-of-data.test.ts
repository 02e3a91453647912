// A norm as the first layer: its parameters have gradients, what it normalises has none.
import { cpu } from "@gradkit/backend-cpu";
import { randn, setDefaultDevice, type Tensor } from "@gradkit/tensor";
import { beforeAll, expect, test } from "vitest";
import { BatchNorm2d, GroupNorm, InstanceNorm2d, LayerNorm, RMSNorm } from "../index.ts";

beforeAll(async () => setDefaultDevice(await cpu({ poison: true })));

test.each([
  ["LayerNorm", () => new LayerNorm(6)],
  ["RMSNorm", () => new RMSNorm(6)],
  ["BatchNorm2d", () => new BatchNorm2d(4)],
  ["GroupNorm", () => new GroupNorm(2, 4)],
  ["InstanceNorm2d", () => new InstanceNorm2d(4, { affine: true })],
])("%s: the same gradients of its parameters with data as with an input that has one", (_, make) => {
  const layer = make();
  const data = randn([3, 4, 5, 6]);
  const into = randn(data.shape);
  const gradients = (x: Tensor): number[] => {
    layer.call(x).backward(into);
    const found = [...layer.parameters()].flatMap((parameter) => [...(parameter.grad as Tensor).dataSync()]);
    for (const parameter of layer.parameters()) parameter.grad = null;
    return found;
  };
  const expected = gradients(data.clone().requiresGrad_());
  const got = gradients(data);
  expect(got.length).toBe(expected.length);
  got.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i] as number, 4);
  });
});
