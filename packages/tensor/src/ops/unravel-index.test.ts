// What unravelIndex refuses, and that it is the inverse of flattening; its values are held by the samples.
import { beforeAll, expect, test } from "vitest";
import { arange, setDefaultDevice, tensor, unravelIndex } from "../index.ts";
import { reference } from "../testing/reference.ts";

beforeAll(() => setDefaultDevice(reference()));

test("leads back to the elements that arange numbers", () => {
  const shape = [2, 3, 4];
  const numbered = arange(24).reshape(shape);
  expect(numbered.at(...unravelIndex(arange(24), shape)).dataSync()).toEqual(arange(24).dataSync());
  expect(unravelIndex(arange(6).view([2, 3]), 6).map(({ shape: each }) => each)).toEqual([[2, 3]]);
});

test("what cannot be: messages", () => {
  const indices = arange(2);
  expect(() => unravelIndex(tensor([1]), [2])).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: unravelIndex: indices must be whole numbers (got float32). Convert with .to("int32")]`,
  );
  expect(() => unravelIndex(indices, [2, 0])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: unravelIndex: sizes must be ≥ 1 (got [2, 0])]`,
  );
});
