// Edges where the rule is PyTorch's choice: numbers made with PyTorch.
import { describe, expect, it } from "vitest";
import {
  broadcastShapes, broadcastTensors, conv1d, conv2d, convTranspose1d, diff, gcd, gradient, hardtanh, isclose, lcm, linspace, logspace, maxPool1d, median, ones, pad, pow, scatter, setDefaultDevice, square, sumToSize, type Tensor, tensor, unbind, unfold, vander,  zeros,
} from "../index.ts"; // biome-ignore format: a list
import { cross, vander as linalgVander, matrixRank } from "../linalg.ts";
import { reference } from "../testing/index.ts";

setDefaultDevice(reference());

const ints = (data: number[]): Tensor => tensor(data, { dtype: "int32" });
const bools = (data: boolean[]): Tensor => tensor(data);
const list = (x: Tensor): number[] => [...x.dataSync()];
const seen = (x: Tensor): unknown[] => [x.dtype, ...list(x)];

describe("dtypes", () => {
  it("of bools to a power are whole numbers", () => {
    expect(seen(square(bools([true, false])))).toEqual(["int32", 1, 0]);
    expect(seen(pow(bools([true, false]), 3))).toEqual(["int32", 1, 0]);
  });

  it("of whole numbers stay whole in hardtanh, with truncated bounds", () => {
    expect(seen(hardtanh(ints([-3, 0, 3]), { minVal: -1.5, maxVal: 2.5 }))).toEqual(["int32", -1, 0, 2]);
  });

  it("of whole numbers are computed as floats where the result is one", () => {
    const [slope] = gradient(ints([1, 2, 4]), { spacing: 0.5 }) as [Tensor];
    expect(seen(slope)).toEqual(["float32", 2, 3, 4]);
  });

  it("of whole numbers can be convolved", () => {
    const x = ints([1, 2, 3, 4]).reshape(1, 1, 4);
    expect(seen(conv1d(x, ints([1, -1]).reshape(1, 1, 2), ints([5])))).toEqual(["int32", 4, 4, 4]);
    expect(seen(convTranspose1d(x, ints([1, 1]).reshape(1, 1, 2)))).toEqual(["int32", 1, 3, 5, 7, 4]);
    expect(() => conv2d(ints([1]).reshape(1, 1, 1), ints([1]).reshape(1, 1, 1, 1), ones([1]))).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: conv: x is int32, weight is int32: both must be floats of one dtype]`,
    );
  });
});

describe("values", () => {
  it("for bools are true unless they are 0", () => {
    expect(seen(pad(bools([false]), [1, 0], { value: 2 }))).toEqual(["bool", 1, 0]);
    expect(seen(scatter(bools([false, false]), 0, ints([1]), 2.5))).toEqual(["bool", 0, 1]);
    expect(seen(zeros([1], { dtype: "bool" }).newFull([2], 0.5))).toEqual(["bool", 1, 1]);
  });

  it("of ranges of whole numbers come from truncated bounds", () => {
    expect(seen(linspace(4.3, 1, 4, { dtype: "int32" }))).toEqual(["int32", 4, 3, 2, 1]);
    expect(seen(logspace(0, 1.2, 2, { base: 5, dtype: "int32" }))).toEqual(["int32", 1, 5]);
  });

  it("of a tensor without dims unfold to one window", () => {
    expect(list(unfold(tensor(3), 0, 1, 1))).toEqual([3]);
  });

  it("of a matrix of powers decrease", () => {
    expect(seen(vander(ints([1, 2, 3])))).toEqual(["int32", 1, 1, 1, 4, 2, 1, 9, 3, 1]);
    expect(list(vander(tensor([2]), { N: 3, increasing: true }))).toEqual([1, 2, 4]);
    expect(vander(tensor([2, 3]), { N: 0 }).shape).toEqual([2, 0]);
    expect(list(linalgVander(tensor(2), { N: 3 }))).toEqual([1, 2, 4]);
  });

  it("of ranks follow a tolerance for each matrix", () => {
    const matrices = tensor([1, 0, 0, 0.1, 1, 0, 0, 0.1]).reshape(2, 2, 2);
    expect(list(matrixRank(matrices, { rtol: tensor([0.5, 0.01]) }))).toEqual([1, 2]);
    expect(list(matrixRank(zeros([3, 0, 2]), { atol: ones([3]) }))).toEqual([0, 0, 0]);
  });

  it("of common divisors and multiples", () => {
    expect(seen(gcd(ints([12, -18, 0, 0]), ints([18, 12, 5, 0])))).toEqual(["int32", 6, 6, 5, 0]);
    expect(seen(lcm(ints([4, -6, 0]), 6))).toEqual(["int32", 12, 6, 0]);
  });
});

describe("broadcasting", () => {
  it("gives shapes and views", () => {
    expect(broadcastShapes([2, 1], 3, [])).toEqual([2, 3]);
    expect(broadcastTensors(ones([2, 1]), ones([3])).map((x) => x.shape)).toEqual([[2, 3], [2, 3]]); // biome-ignore format: a row
  });
  it("is undone by sums", () => {
    expect(seen(sumToSize(ones([2, 3, 4]), [3, 1]))).toEqual(["float32", 8, 8, 8]);
  });
});

describe("refusals", () => {
  const message = (call: () => unknown): string => {
    try {
      call();
    } catch (error) {
      return String(error);
    }
    return "nothing";
  };
  it("name what is wrong", () => {
    expect([
      message(() => linspace(0, 1, -1)),
      message(() => logspace(0, 1, 1.5)),
      message(() => gradient(ones([3, 3]), { dim: [1, -1] })),
      message(() => isclose(2 as unknown as Tensor, ones([1]))),
      message(() => unbind(tensor(1))),
      message(() => cross(ones([2, 3]), ones([3]))),
      message(() => maxPool1d(ones([2, 0, 5]), 1)),
      message(() => sumToSize(ones([2, 3]), [2, 2])),
      message(() => broadcastShapes([2], [3])),
      message(() => vander(ones([2, 2]))),
      message(() => vander(ones([2]), { N: -1 })),
      message(() => gcd(ones([1]), 2)),
      message(() => diff(tensor(1))),
    ]).toMatchInlineSnapshot(`
      [
        "ShapeError: linspace: steps must be a whole number ≥ 0 (got -1)",
        "ShapeError: logspace: steps must be a whole number ≥ 0 (got 1.5)",
        "ShapeError: gradient: a dim appears twice in [1, 1]",
        "GradkitError: isclose: expected a tensor (got 2). Make one of numbers with tensor(…)",
        "ShapeError: select: a tensor of rank 0 has no dim to select from",
        "ShapeError: linalg.cross: ranks differ (got [2, 3] and [3])",
        "ShapeError: maxPool1d: only the batch may be empty (got [2, 0, 5])",
        "ShapeError: sumToSize: [2, 2] does not broadcast to [2, 3]",
        "ShapeError: broadcastShapes: sizes differ at dim 0: 2 vs 3 (got [2] and [3]). Sizes must be equal, or one of them 1",
        "ShapeError: vander: expected a vector (got [2, 2])",
        "IndexError: vander: N must be a whole number ≥ 0 (got -1)",
        "DTypeError: gcd: expected whole numbers (got float32). Convert with .to("int32")",
        "ShapeError: diff: expected at least 1 dim (got [])",
      ]
    `);
  });
});

it("the median of nothing is NaN", () => {
  expect(median(zeros([0])).itemSync()).toBeNaN();
});
