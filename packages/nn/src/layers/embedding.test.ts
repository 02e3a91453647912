// Sparse gradients of embeddings; the lookup itself is held by PyTorch's cases.
import { manualSeed, noGrad, setDefaultDevice, type Tensor, tensor } from "@gradkit/tensor";
import { sparseGrad } from "@gradkit/tensor/sparse";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, expect, test } from "vitest";
import { Embedding } from "../index.ts";

beforeAll(() => setDefaultDevice(reference()));

const ids = (): Tensor =>
  tensor(
    [
      [2, 0, 2],
      [1, 2, 0],
    ],
    { dtype: "int32" },
  );

function gradients(options: { sparse: boolean; paddingIdx?: number }): Tensor {
  manualSeed(0);
  const layer = new Embedding(4, 3, options);
  for (let pass = 0; pass < 2; pass++) layer.call(ids()).square().sum().backward();
  if (!options.sparse) return layer.weight.grad as Tensor;
  expect(layer.weight.grad).toBeNull();
  const { indices, values } = sparseGrad(layer.weight) as { indices: Tensor; values: Tensor };
  expect(indices.shape).toEqual([1, 12]);
  return noGrad(() => layer.weight.mul(0).indexAdd(0, indices.select(0, 0), values));
}

test.each([{}, { paddingIdx: 2 }, { paddingIdx: -1 }])("a sparse gradient is the dense one, accumulated over passes: %o", (options) => {
  const [sparse, dense] = [gradients({ sparse: true, ...options }), gradients({ sparse: false, ...options })];
  sparse.dataSync().forEach((x, i) => {
    expect(x).toBeCloseTo(dense.dataSync()[i] as number, 5);
  });
});

test("without gradients there is none, and only leaves have them", () => {
  const layer = new Embedding(4, 3, { sparse: true });
  expect(noGrad(() => layer.call(ids())).requiresGrad).toBe(false);
  expect(sparseGrad(layer.weight)).toBeNull();
  expect(String(layer)).toContain("sparse=True");
});
