// Numbers made with PyTorch.
import { expect, it } from "vitest";
import { DTypeError, nextafter, setDefaultDevice, tensor } from "../index.ts";
import { reference } from "../testing/index.ts";

setDefaultDevice(reference());

const next = (x: number, y: number): number => nextafter(tensor([x]), tensor([y])).itemSync();
const [least, largest] = [2 ** -149, (2 - 2 ** -23) * 2 ** 127];

it("is one float further, in both directions and signs", () => {
  expect(next(1, 2)).toBe(1 + 2 ** -23);
  expect(next(1, 0)).toBe(1 - 2 ** -24);
  expect(next(-1, 0)).toBe(-(1 - 2 ** -24));
  expect(next(-1, -2)).toBe(-(1 + 2 ** -23));
});

it("passes zero and infinity, and keeps what is equal, with y's sign of zero", () => {
  expect(next(0, 1)).toBe(least);
  expect(next(-0, -1)).toBe(-least);
  expect(next(least, -1)).toBe(0);
  expect(next(largest, Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
  expect(next(Number.POSITIVE_INFINITY, 0)).toBe(largest);
  expect(next(2, 2)).toBe(2);
  expect(next(0, -0)).toBe(-0);
});

it("of or towards NaN is NaN; other dtypes are refused", () => {
  expect(next(1, Number.NaN)).toBeNaN();
  expect(next(Number.NaN, 1)).toBeNaN();
  expect(() => nextafter(tensor([1], { dtype: "int32" }), tensor([2]))).toThrow(DTypeError);
});
