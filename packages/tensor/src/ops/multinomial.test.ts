import { beforeEach, expect, it } from "vitest";
import { DTypeError, IndexError, manualSeed, multinomial, randintLike, ShapeError, setDefaultDevice, tensor, zeros } from "../index.ts";
import { reference } from "../testing/index.ts";

setDefaultDevice(reference());
beforeEach(() => void manualSeed(3));

const shares = (drawn: ArrayLike<number>, count: number): number[] =>
  Array.from({ length: count }, (_, i) => Array.from(drawn).filter((index) => index === i).length / drawn.length);

it("draws each index with its share of the weights", () => {
  const drawn = multinomial(tensor([1, 0, 5, 2]), 8000, { replacement: true });
  expect([drawn.dtype, drawn.shape]).toEqual(["int32", [8000]]);
  const [a, b, c, d] = shares(drawn.dataSync(), 4) as [number, number, number, number];
  const sigma = 0.5 / Math.sqrt(8000);
  expect(b).toBe(0);
  for (const [share, expected] of [[a, 1 / 8], [c, 5 / 8], [d, 2 / 8]] as const) expect(Math.abs(share - expected)).toBeLessThan(4 * sigma); // biome-ignore format: a table
});

it("draws without replacement row by row, the first by its weight", () => {
  const rows = 4000;
  const drawn = multinomial(tensor([1, 3, 0]).expand([rows, 3]), 2).dataSync();
  const first = drawn.filter((_, i) => i % 2 === 0);
  expect(drawn.every((index, i) => (index === 0 || index === 1 ? index !== drawn[i ^ 1] : false))).toBe(true);
  expect(Math.abs((shares(first, 2)[1] as number) - 3 / 4)).toBeLessThan((4 * 0.5) / Math.sqrt(rows));
});

it("says what it cannot draw", () => {
  expect(() => multinomial(zeros([2, 2, 2]), 1)).toThrow(ShapeError);
  expect(() => multinomial(tensor([1, 2], { dtype: "int32" }), 1)).toThrow(DTypeError);
  expect(() => multinomial(tensor([1, 2]), 3)).toThrow(IndexError);
});

it("whole numbers like a tensor have its shape and dtype", () => {
  const drawn = randintLike(zeros([40, 2]), -1, 2);
  expect([drawn.dtype, drawn.shape]).toEqual(["float32", [40, 2]]);
  expect([...new Set(drawn.dataSync())].sort()).toEqual([-1, 0, 1]);
});
