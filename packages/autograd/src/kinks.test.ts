// Gradients where a function has a kink, a tie or a pole: PyTorch's conventions, ops that are more than a formula.
import { cat, maxPool1d, type Tensor, tensor } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { expect, test } from "vitest";
import { grad } from "./index.ts";

const device = reference();

type Row = readonly [name: string, fn: (x: Tensor) => Tensor, at: readonly number[], gradient: readonly number[]];

const rows: Row[] = [
  ["amax shares evenly among equals", (x) => x.amax(), [1, 3, 3], [0, 0.5, 0.5]],
  ["amin too", (x) => x.view(2, 2).amin(1), [1, 1, 2, 4], [0.5, 0.5, 1, 0]],
  ["max of all shares", (x) => x.max(), [2, 2, 2, 2], [0.25, 0.25, 0.25, 0.25]],
  ["max along a dim goes to the first", (x) => x.max(0).values, [3, 1, 3], [1, 0, 0]],
  ["min along a dim goes to the first", (x) => x.min(0).values, [3, 1, 1], [0, 1, 0]],
  ["maximum halves a tie", (x) => x.maximum(tensor([1, 1], { device })), [1, 2], [0.5, 1]],
  ["cummax goes to the latest of equals", (x) => x.cummax(0).values, [2, 2, 1], [1, 2, 0]],
  ["max pooling goes to the first", (x) => maxPool1d(x.view(1, 1, 4), 2), [1, 1, 3, 2], [1, 0, 1, 0]],
  ["sort is stable", (x) => x.sort().values.mul(tensor([1, 2, 3], { device })), [5, 1, 5], [2, 1, 3]],
  ["the norm has the gradient 0 at 0", (x) => x.norm(), [0, 0], [0, 0]],
  ["the norm of order 1", (x) => x.norm(1), [0, -2], [0, -1]],
  ["the norm of order infinity shares", (x) => x.norm(Number.POSITIVE_INFINITY), [2, -2, 1], [0.5, -0.5, 0]],
  ["the deviation of equals", (x) => x.std(), [3, 3, 3], [0, 0, 0]],
  ["sqrt at 0", (x) => x.sqrt(), [0, 4], [Number.POSITIVE_INFINITY, 0.25]],
  ["prod with a zero", (x) => x.prod(), [0, 2, 3], [6, 0, 0]],
  ["prod with two zeros", (x) => x.prod(), [0, 2, 0], [0, 0, 0]],
  ["cumprod with a zero", (x) => x.cumprod(0), [2, 0, 3], [1, 2 + 2 * 3, 0]],
  ["abs at 0", (x) => x.abs(), [0, -2], [0, -1]],
  ["clamp passes at its bounds", (x) => x.clamp(0, 1), [0, 1, 2], [1, 1, 0]],
  ["the branch not taken leaves no trace", (x) => x.where(x.gt(0), x.log()), [1, 0.5], [1, 1]],
  ["cat of a tensor with itself", (x) => cat([x, x.mul(2)]), [1, 2], [3, 3]],
  ["an empty sum", (x) => x.slice(0, 0, 0).sum(), [1, 2], [0, 0]],
];

test.each(rows)("%s", (_name, fn, at, gradient) => {
  const x = tensor([...at], { device, dtype: "float64", requiresGrad: true });
  const [dx] = grad(fn(x).sum(), x);
  expect([...dx.dataSync()].map((value) => value + 0)).toEqual(gradient); // −0 is 0
});
