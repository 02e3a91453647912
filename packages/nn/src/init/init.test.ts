// Distributions are held by the golden cases; here, what they leave open.
import { Generator, setDefaultDevice, type Tensor, zeros } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, expect, test } from "vitest";
import { Linear } from "../index.ts";
import {
  calculateGain,
  constant_,
  eye_,
  kaimingNormal_,
  type Nonlinearity,
  normal_,
  orthogonal_,
  sparse_,
  truncNormal_,
  uniform_,
  xavierUniform_,
} from "../init.ts";

beforeAll(() => setDefaultDevice(reference()));

const values = (x: Tensor): number[] => [...x.dataSync()];

test.each([
  ["uniform_", (x: Tensor, generator: Generator) => uniform_(x, { generator })],
  ["normal_", (x: Tensor, generator: Generator) => normal_(x, { generator })],
  ["truncNormal_", (x: Tensor, generator: Generator) => truncNormal_(x, { generator })],
  ["kaimingNormal_", (x: Tensor, generator: Generator) => kaimingNormal_(x, { generator })],
  ["orthogonal_", (x: Tensor, generator: Generator) => orthogonal_(x, { generator })],
  ["sparse_", (x: Tensor, generator: Generator) => sparse_(x, 0.5, { generator })],
])("%s follows its generator alone", (_, fill) => {
  const [a, b] = [new Generator(3), new Generator(3)].map((generator) => values(fill(zeros([4, 6]), generator)));
  expect(a).toEqual(b);
  expect(values(fill(zeros([4, 6]), new Generator(4)))).not.toEqual(a);
});

test("writes into parameters without recording, and into any layout", () => {
  const { weight } = new Linear(3, 2);
  expect(constant_(weight, 2)).toBe(weight);
  expect(weight.isLeaf && weight.requiresGrad).toBe(true);
  const transposed = zeros([3, 2]).t();
  expect(values(eye_(transposed))).toEqual([1, 0, 0, 0, 1, 0]);
});

test("what cannot be: messages", () => {
  const messages = [
    () => xavierUniform_(zeros([3])),
    () => calculateGain("swish" as Nonlinearity),
    () => kaimingNormal_(zeros([2, 2]), { mode: "fan" as "fan_in" }),
    () => truncNormal_(zeros([2]), { a: 5, b: 6 }),
  ].map((fn) => {
    try {
      fn();
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  });
  expect(messages).toMatchInlineSnapshot(`
    [
      "xavierUniform_: expected a weight with at least 2 dims (got [3])",
      "calculateGain: no gain of "swish". Known are leaky_relu, linear, conv1d, conv2d, conv3d, conv_transpose1d, conv_transpose2d, conv_transpose3d, sigmoid, tanh, relu, selu",
      "kaimingNormal_: mode must be "fan_in" or "fan_out" (got "fan")",
      "truncNormal_: [5, 6] is too far from the mean 0 (std 1): redrawing would take forever",
    ]
  `);
});
