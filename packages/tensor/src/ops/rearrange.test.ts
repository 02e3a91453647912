// Triangles, diagonals, rolling, turning and repeating: small cases by hand; PyTorch's own are among the golden cases.
import { beforeAll, describe, expect, it } from "vitest";
import { arange, diag, diagEmbed, diagflat, fliplr, flipud, maskedFill, meshgrid, ones, repeat, repeatInterleave, roll, rot90, setDefaultDevice, type Tensor, tensor, tile, tril, triu, zeros } from "../index.ts"; // biome-ignore format: a list
import { reference } from "../testing/reference.ts";

beforeAll(() => setDefaultDevice(reference()));

const square = (): Tensor => arange(1, 10).reshape(3, 3);
const row = (...values: number[]): Tensor => tensor(values, { dtype: "int32" });

describe("triangles", () => {
  it("keep one side of a diagonal", async () => {
    expect(await tril(square()).tolist()).toEqual([[1, 0, 0], [4, 5, 0], [7, 8, 9]]); // biome-ignore format: a matrix
    expect(await triu(square(), { diagonal: 1 }).tolist()).toEqual([[0, 2, 3], [0, 0, 6], [0, 0, 0]]); // biome-ignore format: a matrix
    expect(await square().tril({ diagonal: -2 }).tolist()).toEqual([[0, 0, 0], [0, 0, 0], [7, 0, 0]]); // biome-ignore format: a matrix
  });
  it("of each matrix of a batch, on any strides", async () => {
    const x = ones([2, 3, 2], { dtype: "bool" }).permute(1, 2, 0); // [3, 2, 2]
    expect(await tril(x).tolist()).toEqual(new Array(3).fill([[true, false], [true, true]])); // biome-ignore format: a matrix
  });
  it("put zero where there was none", async () => {
    expect(await triu(tensor([[1, Infinity], [NaN, 2]])).tolist()).toEqual([[1, Infinity], [0, 2]]); // biome-ignore format: a matrix
  });
  it("need a matrix", () =>
    expect(() => tril(row(1, 2))).toThrowErrorMatchingInlineSnapshot(`[ShapeError: tril: expected at least 2 dims (got [2])]`));
});

describe("diagonals", () => {
  it("become matrices, and back", async () => {
    expect(await diag(row(1, 2), { diagonal: -1 }).tolist()).toEqual([[0, 0, 0], [1, 0, 0], [0, 2, 0]]); // biome-ignore format: a matrix
    expect(await diag(square(), { diagonal: 1 }).tolist()).toEqual([2, 6]);
    expect(await diagflat(row(1, 2).reshape(2, 1), { offset: 0 }).tolist()).toEqual([[1, 0], [0, 2]]); // biome-ignore format: a matrix
  });
  it("stand in any two dims", async () => {
    const x = diagEmbed(arange(1, 7).reshape(2, 3), { dim1: 2, dim2: 0, offset: 1 }); // rows are dim 2, columns dim 0
    expect(x.shape).toEqual([4, 2, 4]);
    expect(await x.diagonal({ offset: 1, dim1: 2, dim2: 0 }).tolist()).toEqual([[1, 2, 3], [4, 5, 6]]); // biome-ignore format: a matrix
    expect(x.sum().itemSync()).toBe(21);
  });
});

describe("order", () => {
  it("rolls along dims, or over all", async () => {
    expect(await roll(square(), 1, 0).tolist()).toEqual([[7, 8, 9], [1, 2, 3], [4, 5, 6]]); // biome-ignore format: a matrix
    expect(await roll(square(), [-1, 4], [0, 1]).tolist()).toEqual([[6, 4, 5], [9, 7, 8], [3, 1, 2]]); // biome-ignore format: a matrix
    expect(await roll(square(), -2).tolist()).toEqual([[3, 4, 5], [6, 7, 8], [9, 1, 2]]); // biome-ignore format: a matrix
    expect(roll(zeros([0, 2]), 3, 0).shape).toEqual([0, 2]);
    expect(() => roll(square(), [1, 2], 0)).toThrowErrorMatchingInlineSnapshot(`[ShapeError: roll: 2 shifts do not fit 1 dims]`);
  });
  it("rolls into new memory even by nothing", () => {
    const x = square();
    roll(x, 3, 0).fill_(0);
    expect(x.sum().itemSync()).toBe(45);
  });
  it("flips and turns", async () => {
    const x = row(1, 2, 3, 4).reshape(2, 2);
    expect(await flipud(x).tolist()).toEqual([[3, 4], [1, 2]]); // biome-ignore format: a matrix
    expect(await fliplr(x).tolist()).toEqual([[2, 1], [4, 3]]); // biome-ignore format: a matrix
    expect(await rot90(x).tolist()).toEqual([[2, 4], [1, 3]]); // biome-ignore format: a matrix
    expect(await rot90(x, -1).tolist()).toEqual([[3, 1], [4, 2]]); // biome-ignore format: a matrix
    expect(await rot90(x, 2).tolist()).toEqual([[4, 3], [2, 1]]); // biome-ignore format: a matrix
    expect(await rot90(x, 4).tolist()).toEqual([[1, 2], [3, 4]]); // biome-ignore format: a matrix
  });
});

describe("repetition", () => {
  it("repeats dims, new ones in front", async () => {
    expect(await repeat(row(1, 2), 2, 2).tolist()).toEqual([[1, 2, 1, 2], [1, 2, 1, 2]]); // biome-ignore format: a matrix
    expect(repeat(square(), [0, 1, 2]).shape).toEqual([0, 3, 6]);
    expect(() => repeat(square(), 2)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: repeat: 1 counts are too few for 2 dims (got [3, 3])]`,
    );
    expect(await tile(square().at(":1"), 2).tolist()).toEqual([[1, 2, 3, 1, 2, 3]]);
  });
  it("repeats elements", async () => {
    expect(await repeatInterleave(row(1, 2), 2).tolist()).toEqual([1, 1, 2, 2]);
    expect(await repeatInterleave(row(1, 2, 3, 4).reshape(2, 2), 2, 0).tolist()).toEqual([[1, 2], [1, 2], [3, 4], [3, 4]]); // biome-ignore format: a matrix
  });
  it("gives memory that may be written", () => {
    expect(repeat(row(1), 3).fill_(2).sum().itemSync()).toBe(6);
    expect(repeatInterleave(row(1), 3).fill_(2).sum().itemSync()).toBe(6);
  });
  it("makes grids", async () => {
    const [x, y] = meshgrid([row(1, 2, 3), row(4, 5)], { indexing: "xy" }) as [Tensor, Tensor];
    expect(await x.tolist()).toEqual([[1, 2, 3], [1, 2, 3]]); // biome-ignore format: a matrix
    expect(await y.tolist()).toEqual([[4, 4, 4], [5, 5, 5]]); // biome-ignore format: a matrix
    expect(meshgrid([row(1, 2, 3), row(4, 5)]).map((grid) => grid.shape)).toEqual([[3, 2], [3, 2]]); // biome-ignore format: shapes
  });
});

describe("maskedFill", () => {
  it("keeps the dtype", async () => {
    const filled = maskedFill(row(1, 2), tensor([[true, false], [false, true]]), tensor(9)); // biome-ignore format: a matrix
    expect(filled.dtype).toBe("int32");
    expect(await filled.tolist()).toEqual([[9, 2], [1, 9]]); // biome-ignore format: a matrix
    expect(() => maskedFill(row(1), tensor([true]), 0.5)).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: maskedFill: 0.5 does not fit into int32]`,
    );
  });
  it("writes in place", async () => {
    const x = tensor([1, 2]);
    expect(await x.maskedFill_(x.gt(1), -Infinity).tolist()).toEqual([1, -Infinity]);
  });
});
