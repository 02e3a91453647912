// What composed ops refuse, and edges that the recorded numbers of torch do not reach.
import { describe, expect, it } from "vitest";
import {abs, 
  absolute, addr, bucketize, cat, cdist, clamp, clip, columnStack, combinations, concat, cross, cumulativeTrapezoid, diff, einsum, gradient, histc, hsplit, indexCopy, indexReduce, kthvalue, nanmedian, ones, pdist, put, quantile, renorm, scatterReduce, searchsorted, setDefaultDevice, sliceScatter, type Tensor, tensor, tensordot, tensorSplit, trueDivide, zeros,
} from "../index.ts"; // biome-ignore format: a list
import { reference } from "../testing/index.ts";

setDefaultDevice(reference());

const ints = (data: number[]): Tensor => tensor(data, { dtype: "int32" });
const message = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    return String(error);
  }
  return "nothing";
};

describe("einsum", () => {
  const a = ones([2, 3]);
  it("says what is wrong", () => {
    expect([
      message(() => einsum("ij->k", [a])),
      message(() => einsum("ij->ii", [a])),
      message(() => einsum("ij,jk", [a])),
      message(() => einsum("ijk", [a])),
      message(() => einsum("i1", [a])),
      message(() => einsum("ij,jk->ik", [a, a])),
      message(() => einsum("ii", [a])),
      message(() => einsum("i...j...", [a])),
      message(() => einsum("", [])),
    ]).toMatchInlineSnapshot(`
      [
        "GradkitError: einsum: the output of "ij->k" has label "k" twice, or no operand has it",
        "GradkitError: einsum: the output of "ij->ii" has label "i" twice, or no operand has it",
        "GradkitError: einsum: "ij,jk" names 2 operands (got 1)",
        "ShapeError: einsum: "ijk" does not name the dims of its operand (got [2, 3])",
        "GradkitError: einsum: "1" in "i1" is no label. Labels are letters",
        "ShapeError: einsum: label "j" names sizes 3 and 2 (got [2, 3], [2, 3])",
        "ShapeError: einsum: label "i" names sizes 2 and 3 (got [2, 3])",
        "ShapeError: einsum: "i...j..." does not name the dims of its operand (got [2, 3])",
        "GradkitError: einsum: expected at least one operand (got an empty list)",
      ]
    `);
  });

  it("orders implicit results by name, ellipses first", () => {
    expect(einsum("ba", [a]).shape).toEqual([3, 2]);
    expect(einsum("b...a", [ones([2, 5, 3])]).shape).toEqual([5, 3, 2]);
    expect(einsum("...i,...i->...", [ones([4, 1, 3]), ones([5, 3])]).shape).toEqual([4, 5]);
  });
});

describe("operands that do not fit", () => {
  it("are named", () => {
    const x = zeros([2, 3]);
    expect([
      message(() => tensordot(x, x, 1)),
      message(() => cross(x, zeros([3]))),
      message(() => cdist(x, zeros([2, 4]))),
      message(() => renorm(x, 0, 0, 1)),
      message(() => diff(x, -1)),
      message(() => kthvalue(x, 4)),
      message(() => quantile(x, 1.5)),
      message(() => searchsorted(x, zeros([3, 1]))),
      message(() => bucketize(x, x)),
      message(() => indexCopy(x, 0, ints([0]), x)),
      message(() => put(x, ints([0, 1]), zeros([1]))),
      message(() => sliceScatter(x, zeros([2, 3]), 1, 1)),
      message(() => scatterReduce(x, 0, zeros([2, 3], { dtype: "int32" }), x, "max" as "amax")),
      message(() => addr(zeros([3, 3]), zeros([2]), zeros([3]))),
      message(() => hsplit(x, 2)),
      message(() => histc(x, { bins: 0 })),
    ]).toMatchInlineSnapshot(`
      [
        "ShapeError: tensordot: sizes differ: 3 vs 2 (got [2, 3] and [2, 3])",
        "ShapeError: cross: ranks differ (got [2, 3] and [3])",
        "ShapeError: cdist: expected rows of one length (got [2, 3] and [2, 4]). x is [..., P, M], y is [..., R, M]",
        "IndexError: renorm: p must be positive (got 0)",
        "IndexError: diff: order -1 is no whole number ≥ 0",
        "IndexError: kthvalue: k = 4 is out of range for dim 1 of size 3 (got [2, 3])",
        "IndexError: quantile: q = 1.5 is not between 0 and 1",
        "ShapeError: searchsorted: all dims but the last must agree (got [2, 3] and [3, 1]). A vector serves values of any shape",
        "ShapeError: bucketize: boundaries must be a vector (got [2, 3])",
        "ShapeError: indexCopy: source must be [1, 3] (got [2, 3])",
        "ShapeError: put: source and index must have as many elements (got [1] and [2])",
        "ShapeError: sliceScatter: src must be [2, 2], as the place it is written to (got [2, 3])",
        "IndexError: scatterReduce: no reduction "max". Use "sum", "prod", "mean", "amax" or "amin"",
        "ShapeError: addr: sizes differ at dim 0: 3 vs 2 (got [3, 3] and [2, 3]). Sizes must be equal, or one of them 1",
        "ShapeError: hsplit: dim 1 of size 3 does not split into 2 equal parts (got [2, 3])",
        "IndexError: histc: bins must be a whole number ≥ 1 (got 0)",
      ]
    `);
  });
});

describe("edges", () => {
  it("aliases are the same functions", () => {
    expect([absolute, clip, concat]).toEqual([abs, clamp, cat]);
    expect(trueDivide(ints([1]), 2).dtype).toBe("float32");
  });

  it("tensorSplit takes positions from the end and beyond it", () => {
    const sizes = (parts: Tensor[]): number[] => parts.map((part) => part.shape[0] as number);
    expect(sizes(tensorSplit(zeros([7]), 3))).toEqual([3, 2, 2]);
    expect(sizes(tensorSplit(zeros([5]), [1, -1]))).toEqual([1, 3, 1]);
    expect(sizes(tensorSplit(zeros([5]), [1, 9]))).toEqual([1, 4, 0]);
  });

  it("running integrals and distances of pairs", () => {
    expect(cumulativeTrapezoid(tensor([1, 2, 4]), tensor([0, 1, 3])).dataSync()).toEqual(Float32Array.of(1.5, 7.5));
    expect(pdist(tensor([[0, 0], [3, 4], [3, 0]])).dataSync()).toEqual(Float32Array.of(5, 3, 4)); // biome-ignore format: a matrix
    const at = tensor([0, 1, 3, 4, 7]);
    expect(gradient(at.square(), { spacing: [at], edgeOrder: 2 })[0]?.dataSync()).toEqual(at.mul(2).dataSync()); // exact for parabolas
    expect(gradient(tensor([[1, 2], [4, 8]]), { spacing: 2 }).map((x) => [...x.dataSync()])).toEqual([[1.5, 3, 1.5, 3], [0.5, 0.5, 2, 2]]); // biome-ignore format: a matrix
    expect(columnStack([zeros([3]), zeros([3, 2])]).shape).toEqual([3, 3]);
    expect(combinations(ints([1, 2, 3])).dataSync()).toEqual(Int32Array.of(1, 2, 1, 3, 2, 3));
  });

  it("medians without NaN, reductions by rows", () => {
    expect(nanmedian(tensor([Number.NaN, 3, 1, 2, 8])).itemSync()).toBe(2);
    const reduced = indexReduce(ones([3, 2]), 0, ints([2, 2]), tensor([[4, 5], [6, 1]]), "amax", { includeSelf: false }); // biome-ignore format: a matrix
    expect(reduced.dataSync()).toEqual(Float32Array.of(1, 1, 1, 1, 6, 5));
  });
});
