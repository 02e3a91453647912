import { setDefaultDevice, tensor } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, expect, test } from "vitest";
import { compareValue, flattenOutputs, isClose } from "./compare.ts";
import { toTensor } from "./values.ts";

beforeAll(() => setDefaultDevice(reference()));

const tight = { rtol: 1e-3, atol: 1e-6 };
const value = (shape: number[], data: (number | string)[], dtype = "float32") => ({ shape, dtype, data });

test("tolerances are relative to the expected value", () => {
  expect(isClose(1000.9, 1000, tight)).toBe(true);
  expect(isClose(1001.1, 1000, tight)).toBe(false);
  expect(isClose(-0, 0, { rtol: 0, atol: 0 })).toBe(true);
});

test("NaN and infinities match only themselves", () => {
  expect(isClose(Number.NaN, Number.NaN, tight)).toBe(true);
  expect(isClose(0, Number.NaN, tight)).toBe(false);
  expect(isClose(Number.NaN, 0, tight)).toBe(false);
  expect(isClose(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, tight)).toBe(true);
  expect(isClose(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, tight)).toBe(false);
  expect(isClose(1e38, Number.POSITIVE_INFINITY, tight)).toBe(false);
});

test("a mismatch names the first element that differs", async () => {
  const got = tensor([
    [1, 2],
    [3, 5],
  ]);
  await expect(compareValue(got, value([2, 2], [1, 2, 3, 4]), tight, "output")).rejects.toThrowErrorMatchingInlineSnapshot(
    `[Mismatch: output[1,1]: got 5, expected 4 ± 0.004001]`,
  );
});

test("shapes and kinds of numbers must agree", async () => {
  await expect(compareValue(tensor([1, 2]), value([1, 2], [1, 2]), tight, "y")).rejects.toThrow("shape [2], expected [1,2]");
  await expect(compareValue(tensor([1, 2]), value([2], [1, 2], "int64"), tight, "y")).rejects.toThrow("dtype float32, expected int32");
  await expect(compareValue(tensor([1, 2], { dtype: "int32" }), value([2], [1, 3], "int64"), { rtol: 1, atol: 1 }, "y")).rejects.toThrow(
    "got 2",
  );
  await expect(compareValue(null, value([0], []), tight, "y")).rejects.toThrow("expected a tensor");
  await expect(compareValue(tensor([1]), null, tight, "y")).rejects.toThrow("expected null");
});

test("only finite values are compared where the case says so", async () => {
  const expected = value([2], ["NaN", 1]);
  await compareValue(tensor([7, 1]), expected, tight, "y", { finiteOnly: true });
  await expect(compareValue(tensor([7, 1]), expected, tight, "y")).rejects.toThrow("got 7");
});

test("tuples, lists and named results are one list, depth first", () => {
  expect(flattenOutputs([1, [2, { a: 3, b: [4] }], null])).toEqual([1, 2, 3, 4, null]);
});

test("strided values are rebuilt with their layout", async () => {
  const transposed = toTensor({ shape: [2, 3], dtype: "float32", data: [1, 2, 3, 4, 5, 6], strides: [1, 4], storageOffset: 2 });
  expect([transposed.strides, transposed.offset]).toEqual([[1, 4], 2]);
  expect(await transposed.tolist()).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const expanded = toTensor({ shape: [2, 2], dtype: "int64", data: [8, 9, 8, 9], strides: [0, 1] });
  expect(await expanded.tolist()).toEqual([
    [8, 9],
    [8, 9],
  ]);
});
