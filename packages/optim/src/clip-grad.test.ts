import { GradkitError, setDefaultDevice, type Tensor, tensor } from "@gradkit/tensor";
import "@gradkit/autograd/install";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, expect, test } from "vitest";
import { clipGradNorm_, clipGradsWithNorm_, clipGradValue_, getTotalNorm } from "./index.ts";

beforeAll(() => setDefaultDevice(reference()));

function withGrad(gradient: number[]): Tensor {
  const w = tensor(gradient, { requiresGrad: true });
  w.grad = tensor(gradient);
  return w;
}
const gradientsOf = (params: Tensor[]): number[][] => params.map((w) => [...(w.grad as Tensor).dataSync()]);

test("the norm is taken over all gradients together", () => {
  const params = [withGrad([3]), withGrad([0, 4]), tensor([1], { requiresGrad: true })];
  expect(clipGradNorm_(params, 1).itemSync()).toBe(5);
  const [a, b] = gradientsOf(params.slice(0, 2)) as [number[], number[]];
  expect(a[0]).toBeCloseTo(0.6, 6);
  expect(b[1]).toBeCloseTo(0.8, 6);
});

test("gradients within the bound stay as they are, bit for bit", () => {
  const params = [withGrad([0.1, -0.2])];
  clipGradNorm_(params, 1);
  expect(gradientsOf(params)).toEqual([[Math.fround(0.1), Math.fround(-0.2)]]);
});

test("other norms; a single tensor; nothing to clip", () => {
  expect(clipGradNorm_(withGrad([3, -7]), 100, { normType: Number.POSITIVE_INFINITY }).itemSync()).toBe(7);
  expect(clipGradNorm_(withGrad([3, -7]), 100, { normType: 1 }).itemSync()).toBe(10);
  expect(clipGradNorm_([], 1).itemSync()).toBe(0);
});

test("errorIfNonfinite", () => {
  const params = [withGrad([Number.NaN])];
  expect(clipGradNorm_(params, 1).itemSync()).toBeNaN();
  expect(() => clipGradNorm_(params, 1, { errorIfNonfinite: true })).toThrow(GradkitError);
});

test("values are limited one by one", () => {
  const params = [withGrad([0.5, -3, 2])];
  clipGradValue_(params, 1);
  expect(gradientsOf(params)).toEqual([[0.5, -1, 1]]);
});

test("a norm that is known: the two halves of clipGradNorm_", () => {
  const [params, whole] = [
    [withGrad([3]), withGrad([0, 4])],
    [withGrad([3]), withGrad([0, 4])],
  ];
  const total = getTotalNorm(params.map((w) => w.grad as Tensor));
  expect(total.itemSync()).toBe(5);
  clipGradsWithNorm_(params, 1, total);
  clipGradNorm_(whole, 1);
  expect(gradientsOf(params)).toEqual(gradientsOf(whole));
  expect(() => getTotalNorm([tensor([Number.NaN])], { errorIfNonfinite: true })).toThrow(/getTotalNorm/);
});
