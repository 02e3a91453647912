// x[…] against what NumPy and PyTorch give, by hand.
import { beforeAll, describe, expect, it } from "vitest";
import { arange, noGrad, setDefaultDevice, type Tensor, take, takeAlongDim, tensor, zeros } from "../index.ts";
import { reference } from "../testing/reference.ts";

beforeAll(() => setDefaultDevice(reference()));

const cube = (): Tensor => arange(24).reshape(2, 3, 4);
const ids = (values: number[] | number[][] | number): Tensor => tensor(values, { dtype: "int32" });
const shapeAndFirst = (x: Tensor): [readonly number[], number[]] => [x.shape, [...x.dataSync()].slice(0, 4)];

describe("views", () => {
  it("takes positions, from the end too", async () => {
    expect(await cube().at(1, -1).tolist()).toEqual([20, 21, 22, 23]);
    expect(await cube().at(0, 1, 2).item()).toBe(6);
  });
  it("takes slices as text and as objects", async () => {
    expect(await cube().at(0, ":", "1:-1:1").tolist()).toEqual([[1, 2], [5, 6], [9, 10]]); // biome-ignore format: a matrix
    expect(await cube().at(0, { start: 1 }, { step: 3 }).tolist()).toEqual([[4, 7], [8, 11]]); // biome-ignore format: a matrix
    expect(await cube().at(0, 0, "::2").tolist()).toEqual([0, 2]);
    expect(cube().at(":", "2:1").shape).toEqual([2, 0, 4]);
    expect(cube().at(":", "-99:99").shape).toEqual([2, 3, 4]);
  });
  it("fills in dims and adds new ones", () => {
    expect(shapeAndFirst(cube().at("...", 1))).toEqual([
      [2, 3],
      [1, 5, 9, 13],
    ]);
    expect(cube().at(null, "...", null, 0).shape).toEqual([1, 2, 3, 1]);
    expect(cube().at("...").shape).toEqual([2, 3, 4]);
  });
  it("copies nothing", () => {
    const x = cube();
    x.at(1, ":", "::2").fill_(0);
    expect(x.sum().itemSync()).toBe(276 - (12 + 14 + 16 + 18 + 20 + 22));
  });
});

describe("index tensors", () => {
  it("pick along one dim, where it stands", async () => {
    expect(await cube().at(0, [2, 0]).tolist()).toEqual([[8, 9, 10, 11], [0, 1, 2, 3]]); // biome-ignore format: a matrix
    expect(shapeAndFirst(cube().at(":", ids([[0, -1]])))).toEqual([
      [2, 1, 2, 4],
      [0, 1, 2, 3],
    ]);
    expect(shapeAndFirst(cube().at("...", [3, 1]))).toEqual([
      [2, 3, 2],
      [3, 1, 7, 5],
    ]);
  });
  it("are broadcast and pick together", async () => {
    expect(await cube().at([0, 1], [2, -3], [3, 0]).tolist()).toEqual([11, 12]);
    expect(shapeAndFirst(cube().at(ids([[0], [1]]), ids([0, 2])))).toEqual([
      [2, 2, 4],
      [0, 1, 2, 3],
    ]);
    expect(shapeAndFirst(cube().at(":", [0, 1], [1, 2]))).toEqual([
      [2, 2],
      [1, 6, 13, 18],
    ]);
  });
  it("come first when a slice or a new dim parts them", () => {
    expect(shapeAndFirst(cube().at([0, 1], ":", [1, 2]))).toEqual([
      [2, 3],
      [1, 5, 9, 14],
    ]);
    expect(cube().at(":", [0, 1], null, [1, 2]).shape).toEqual([2, 2, 1]);
  });
  it("stay in place beside a position, as in torch and unlike NumPy", () => {
    expect(shapeAndFirst(cube().at(0, ":", [1, 2]))).toEqual([
      [3, 2],
      [1, 2, 5, 6],
    ]);
    expect(shapeAndFirst(cube().at(ids(0), ":", [1, 2]))).toEqual([
      [3, 2],
      [1, 2, 5, 6],
    ]);
  });
  it("of rank 0 pick as positions do", async () => {
    expect(await cube().at(ids(-1), ids(1)).tolist()).toEqual([16, 17, 18, 19]);
    expect(await cube().at([0, 1], ids(1), ids(-1)).tolist()).toEqual([7, 19]);
  });
  it("may be empty", () => {
    expect(cube().at([]).shape).toEqual([0, 3, 4]);
    expect(zeros([0, 3]).at(":", [0, 1]).shape).toEqual([0, 2]);
  });
  it("work on any strides", async () => {
    const x = cube().permute(2, 0, 1).flip(0); // [4, 2, 3]
    expect(await x.at([0, 3], ":", [1, 2]).tolist()).toEqual([[7, 19], [8, 20]]); // biome-ignore format: a matrix
    expect(await cube().at(0).t().at([1, 2], [0, 2]).tolist()).toEqual([1, 10]);
  });
});

describe("errors", () => {
  const message = (fn: () => unknown): string => {
    try {
      fn();
    } catch (error) {
      return String(error);
    }
    return "";
  };
  it("name the index, the dim and its size", () => {
    expect(message(() => cube().at(0, 3))).toMatchInlineSnapshot(
      `"IndexError: at: index 3 is out of range for dim 1 of size 3 (got [2, 3, 4])"`,
    );
    expect(message(() => cube().at(0, [1, -4]))).toMatchInlineSnapshot(
      `"IndexError: at: index -4 is out of range for dim 1 of size 3 (got indices [2])"`,
    );
    expect(message(() => cube().at([1], [0], [4]))).toMatchInlineSnapshot(
      `"IndexError: at: index 4 is out of range for dim 2 of size 4 (got indices [1])"`,
    );
  });
  it("say what an index may be", () => {
    expect(message(() => cube().at("1-2"))).toMatchInlineSnapshot(
      `"IndexError: at: "1-2" is no index. Write a slice as "start:stop:step", the dims between as "...""`,
    );
    expect(message(() => cube().at(0, 0, 0, 0))).toMatchInlineSnapshot(
      `"IndexError: at: 4 indices are too many for 3 dims (got [2, 3, 4])"`,
    );
    expect(message(() => cube().at([0.5]))).toMatchInlineSnapshot(`"IndexError: at: indices must be whole numbers (got 0.5)"`);
    expect(message(() => cube().at(tensor([0])))).toMatchInlineSnapshot(
      `"DTypeError: at: indices must be int32 (got float32). Convert with .to("int32")"`,
    );
    expect(message(() => cube().at("...", "..."))).toMatchInlineSnapshot(`"IndexError: at: only one "..." can stand for the dims between"`);
    expect(message(() => cube().at([0, 1], [0, 1, 2]))).toMatchInlineSnapshot(
      `"ShapeError: at: sizes differ at dim 0: 2 vs 3 (got [2] and [3]). Sizes must be equal, or one of them 1"`,
    );
    expect(message(() => cube().at(cube().gt(3)))).toMatchInlineSnapshot(
      `"UnsupportedError: at: the shape of what a mask selects depends on its values. Use await maskedSelect(x, mask), x.at(...(await nonzero(mask, { asTuple: true }))), or where() and maskedFill()"`,
    );
  });
});

describe("take", () => {
  it("counts through the flattened tensor", async () => {
    expect(await take(cube().permute(2, 1, 0), ids([[1, -1]])).tolist()).toEqual([[12, 23]]);
  });
  it("takes along a dim, with broadcasting", async () => {
    const x = tensor([[3, 1, 2], [6, 5, 4]], { dtype: "int32" }); // biome-ignore format: a matrix
    expect(await takeAlongDim(x, x.argsort(1), 1).tolist()).toEqual([[1, 2, 3], [4, 5, 6]]); // biome-ignore format: a matrix
    expect(await takeAlongDim(x, ids([[2]]), 1).tolist()).toEqual([[2], [4]]);
    expect(await takeAlongDim(x, ids([4, 0])).tolist()).toEqual([5, 3]);
  });
});

describe("indexPut", () => {
  const matrix = (): Tensor => zeros([2, 3], { dtype: "int32" });
  it("leaves x alone", async () => {
    const x = matrix();
    expect(await x.indexPut([[0, 1], [2, -3]], ids([5, 6])).tolist()).toEqual([[0, 0, 5], [6, 0, 0]]); // biome-ignore format: a matrix
    expect(x.sum().itemSync()).toBe(0);
  });
  it("broadcasts values over what is indexed", async () => {
    expect(await matrix().indexPut([":", [0, 2]], ids([[1], [2]])).tolist()).toEqual([[1, 0, 1], [2, 0, 2]]); // biome-ignore format: a matrix
    expect(await matrix().indexPut([1, "1:"], 7).tolist()).toEqual([[0, 0, 0], [0, 7, 7]]); // biome-ignore format: a matrix
  });
  it("adds up repeated places", async () => {
    expect(await matrix().indexPut([[0, 0, 1], [1, 1, 1]], ids([1, 2, 4]), { accumulate: true }).tolist()).toEqual([[0, 3, 0], [0, 4, 0]]); // biome-ignore format: a matrix
  });
  it("writes in place, through views and positions", async () => {
    const x = matrix();
    expect(x.indexPut_([0, "::2"], ids([1, 2]))).toBe(x);
    x.t().indexPut_([[1, 2], [0, 1]], ids([8, 9])); // biome-ignore format: indices
    x.indexPut_([0], 1, { accumulate: true });
    expect(await x.tolist()).toEqual([[2, 9, 3], [0, 0, 9]]); // biome-ignore format: a matrix
    noGrad(() => x.indexPut_([x.gt(2)], -1));
    expect(await x.tolist()).toEqual([[2, -1, -1], [0, 0, -1]]); // biome-ignore format: a matrix
  });
  it("aligns a mask with the first dims", async () => {
    expect(await matrix().indexPut([tensor([false, true])], 4).tolist()).toEqual([[0, 0, 0], [4, 4, 4]]); // biome-ignore format: a matrix
  });
  it("refuses values that do not fit", () => {
    expect(() => matrix().indexPut([0], ids([1, 2]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: indexPut: sizes differ at dim 0: 2 vs 3 (got [2] and [3]). Sizes must be equal, or one of them 1]`,
    );
    expect(() => matrix().indexPut([0], ids([[1, 2, 3], [4, 5, 6]]))).toThrowErrorMatchingInlineSnapshot(`[ShapeError: indexPut: values [2, 3] do not broadcast to the indexed [3]]`); // biome-ignore format: a matrix
    expect(() => matrix().indexPut([0], tensor([1, 2, 3]))).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: indexPut: values are float32, the tensor int32. Convert one with .to(…)]`,
    );
    expect(() => matrix().indexPut_([tensor([[true, false, true]])], 1)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: indexPut_: the mask [1, 3] does not match the first dims of [2, 3]]`,
    );
    expect(() => matrix().indexPut([matrix().eq(0)], ids([1, 2, 3, 4, 5, 6]))).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: indexPut: a mask takes one value and no other index (got values [6]). Use where(), or the positions of (await nonzero(mask, { asTuple: true }))]`,
    );
  });
});
