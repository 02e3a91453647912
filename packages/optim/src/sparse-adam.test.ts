// What PyTorch's cases leave out: repeated rows, several indexed dims, gradients from an embedding's lookup, dense ones.
import "@gradkit/autograd/install";
import { randn, setDefaultDevice, type Tensor, tensor } from "@gradkit/tensor";
import { setSparseGrad, sparseGrad } from "@gradkit/tensor/sparse";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, expect, test } from "vitest";
import { Adam, SparseAdam } from "./index.ts";

beforeAll(() => setDefaultDevice(reference()));

const leaf = (shape: number[]): Tensor => randn(shape).requiresGrad_();
const ids = (...rows: number[][]): Tensor => tensor(rows, { dtype: "int32" });
const list = (x: Tensor): number[] => [...x.dataSync()];

test("a row that is named twice gets the sum, as Adam on the dense gradient gives it; the others stay", () => {
  const sparse = leaf([4, 2]);
  const dense = sparse.detach().clone().requiresGrad_();
  const [a, b] = [new SparseAdam([sparse], { lr: 0.1 }), new Adam([dense], { lr: 0.1 })];
  const before = list(sparse);
  for (let step = 0; step < 3; step++) {
    const values = randn([4, 2]);
    setSparseGrad(sparse, { indices: ids([3, 1, 3, 3]), values });
    dense.grad = tensor([0, 0, 0, 0, 0, 0, 0, 0])
      .view(4, 2)
      .indexAdd(0, tensor([3, 1, 3, 3], { dtype: "int32" }), values);
    a.step();
    b.step();
  }
  expect(list(sparse).slice(0, 2)).toEqual(before.slice(0, 2));
  list(sparse).forEach((x, i) => {
    expect(x).toBeCloseTo(list(dense)[i] as number, 5); // float32 storage
  });
});

test("indices may name several dims", () => {
  const [nested, flat] = [leaf([2, 3]), leaf([6])];
  flat.detach().copy_(nested.detach().view(6));
  const values = tensor([1, -2]);
  setSparseGrad(nested, { indices: ids([0, 1], [2, 1]), values });
  setSparseGrad(flat, { indices: ids([2, 4]), values });
  new SparseAdam([nested, flat], { lr: 0.1 }).step();
  expect(list(nested)).toEqual(list(flat));
});

test("zeroGrad drops gradients; without one nothing changes", () => {
  const w = leaf([2, 2]);
  const before = list(w);
  const optimizer = new SparseAdam([w]);
  setSparseGrad(w, { indices: ids([0]), values: tensor([[1, 1]]) });
  optimizer.zeroGrad();
  expect(sparseGrad(w)).toBeNull();
  optimizer.step();
  expect(list(w)).toEqual(before);
});

test("refuses dense gradients, and sparse ones that do not fit", () => {
  const w = leaf([2, 2]);
  w.square().sum().backward();
  expect(() => new SparseAdam([w]).step()).toThrowErrorMatchingInlineSnapshot(
    `[GradientError: SparseAdam: a gradient is dense. Use Embedding with { sparse: true }, or another optimizer]`,
  );
  expect(() => setSparseGrad(w, { indices: ids([0, 1]), values: tensor([1, 2]) })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: setSparseGrad: indices [1, 2] and values [2] do not fit a parameter [2, 2]. indices are [dims, n], values [n, ...the parameter's other dims]]`,
  );
});
