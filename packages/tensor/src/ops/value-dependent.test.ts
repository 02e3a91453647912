// Ops whose results depend on values: positions, distinct values, counts. Expected numbers are torch's, or follow from the definition.
import { describe, expect, it } from "vitest";
import {
  allclose, bincount, corrcoef, equal, maskedScatter, maskedSelect, nonzero, repeatInterleave, setDefaultDevice, type Tensor, tensor, unique, uniqueConsecutive, zeros,
} from "../index.ts"; // biome-ignore format: a list
import { reference } from "../testing/index.ts";

setDefaultDevice(reference());

const lists = async (results: Readonly<Record<string, Tensor>>): Promise<Record<string, unknown>> =>
  Object.fromEntries(await Promise.all(Object.entries(results).map(async ([name, x]) => [name, await x.tolist()])));
const ints = (data: number[]): Tensor => tensor(data, { dtype: "int32" });
const nan = Number.NaN;

describe("nonzero", () => {
  const x = tensor([
    [0, 2],
    [nan, -1],
  ]);

  it("gives coordinates, NaN among them", async () => {
    expect(await (await nonzero(x)).tolist()).toEqual([
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
    const [rows, columns] = (await nonzero(x, { asTuple: true })) as [Tensor, Tensor];
    expect(await x.at(rows, columns).tolist()).toEqual([2, nan, -1]);
  });

  it("knows rank 0 and nothing", async () => {
    expect((await nonzero(tensor(3))).shape).toEqual([1, 0]);
    expect((await nonzero(tensor(0), { asTuple: true })).map(({ shape }) => shape)).toEqual([[0]]);
    expect((await nonzero(zeros([0, 4]))).shape).toEqual([0, 2]);
  });
});

describe("maskedSelect", () => {
  it("broadcasts both ways", async () => {
    const picked = await maskedSelect(tensor([[1], [2]]), tensor([true, false, true]));
    expect(await picked.tolist()).toEqual([1, 1, 2, 2]);
  });

  it("takes bools only", async () => {
    await expect(maskedSelect(tensor([1]), tensor([1]))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: maskedSelect: the mask must be bool (got float32)]`,
    );
  });
});

describe("maskedScatter", () => {
  it("needs a source that is long enough", () => {
    const mask = tensor([true, false, true]);
    expect(maskedScatter(tensor([7, 8, 9]), mask, tensor([1, 2])).dataSync()).toEqual(Float32Array.of(1, 8, 2));
    expect(() => maskedScatter(tensor([7, 8, 9]), mask, tensor([1]))).toThrowErrorMatchingInlineSnapshot(
      `[IndexError: maskedScatter: index 1 is out of range for a dim of size 1 (got indices [3])]`,
    );
  });
});

describe("unique", () => {
  it("sorts, counts and finds back", async () => {
    const found = await unique(ints([3, 1, 3, -2, 1, 3]), { returnInverse: true, returnCounts: true });
    expect(await lists(found)).toEqual({ values: [-2, 1, 3], inverse: [2, 1, 2, 0, 1, 2], counts: [1, 2, 3] });
  });

  it("compares slices along a dim", async () => {
    const x = tensor([
      [2, 1, 2],
      [0, 5, 0],
    ]);
    const found = await unique(x, { dim: 1, returnInverse: true });
    const columns = [
      [1, 2],
      [5, 0],
    ];
    expect(await lists(found)).toEqual({ values: columns, inverse: [1, 0, 1] });
  });

  it("holds every NaN for another", async () => {
    expect(await (await unique(tensor([nan, 1, nan]))).tolist()).toEqual([1, nan, nan]);
  });

  it("joins neighbours alone when consecutive", async () => {
    const found = await uniqueConsecutive(ints([1, 1, 2, 2, 3, 1, 1, 2]), { returnInverse: true, returnCounts: true });
    expect(await lists(found)).toEqual({ values: [1, 2, 3, 1, 2], inverse: [0, 0, 1, 1, 2, 3, 3, 4], counts: [2, 2, 1, 2, 1] });
    expect((await uniqueConsecutive(zeros([0, 3]), { dim: 0 })).shape).toEqual([0, 3]);
  });
});

describe("counts", () => {
  it("bincount", async () => {
    expect(await (await bincount(ints([0, 2, 2]), null, { minlength: 4 })).tolist()).toEqual([1, 0, 2, 0]);
    expect(await (await bincount(ints([0, 2, 2]), tensor([0.5, 1, 2]))).tolist()).toEqual([0.5, 0, 3]);
    await expect(bincount(ints([-1]))).rejects.toThrowErrorMatchingInlineSnapshot(`[IndexError: bincount: values must be ≥ 0 (got -1)]`);
  });

  it("repeatInterleave by a tensor", async () => {
    const x = tensor([[1, 2], [3, 4], [5, 6]]); // biome-ignore format: a matrix
    expect(await (await repeatInterleave(x, ints([2, 0, 1]), 0)).tolist()).toEqual([[1, 2], [1, 2], [5, 6]]); // biome-ignore format: a matrix
    await expect(repeatInterleave(x, ints([1, 2]), 0)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: repeatInterleave: repeats must be one number or [3] (got [2])]`,
    );
  });
});

describe("whole tensors", () => {
  it("are close, or equal", async () => {
    const x = tensor([1, 100]);
    expect(await allclose(x, x.add(1e-6))).toBe(true);
    expect(await allclose(x, x.add(1e-2))).toBe(false);
    expect(await allclose(tensor([nan]), tensor([nan]))).toBe(false);
    expect(await allclose(tensor([nan]), tensor([nan]), { equalNan: true })).toBe(true);
    expect(await equal(x, x.clone())).toBe(true);
    expect(await equal(x, zeros([2, 1]))).toBe(false);
  });

  it("correlate with themselves", async () => {
    expect(await corrcoef(tensor([[1, 2, 4], [-2, -4, -8]])).tolist()).toEqual([[1, -1], [-1, 1]]); // biome-ignore format: a matrix
  });
});
