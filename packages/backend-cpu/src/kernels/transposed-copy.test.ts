// Maps whose operands lie transposed to each other, large enough to go through blocks: whole blocks, edges of every kind, gaps between rows.
import { add, formula, input } from "@gradkit/tensor/backend";
import { describe, expect, it } from "vitest";
import { bothBackends, everyFeature, firstDifference, type Layout, Pair, plainSimd } from "../../test/both-backends.ts";

const numbers = (i: number): number => (i * 7919) % 10007;
const [x, y] = [input(0, "float"), input(1, "float")];
const copy = formula(["float"], [], [x]);
const sum = formula(["float", "float"], [], [add(x, y)]);

const layouts: Record<string, [from: Layout, to: Layout]> = {
  "whole blocks": [
    { shape: [64, 64], strides: [1, 64] },
    { shape: [64, 64], strides: [64, 1] },
  ],
  "more rows than are walked together, edges on both sides": [
    { shape: [37, 301], strides: [1, 37] },
    { shape: [37, 301], strides: [301, 1] },
  ],
  "an edge on the right": [
    { shape: [19, 256], strides: [1, 19] },
    { shape: [19, 256], strides: [256, 1] },
  ],
  "an edge below": [
    { shape: [256, 19], strides: [1, 256] },
    { shape: [256, 19], strides: [19, 1] },
  ],
  "gaps between rows": [
    { shape: [70, 66], strides: [1, 75], offset: 5 },
    { shape: [70, 66], strides: [71, 1], offset: 3 },
  ],
  "several matrices": [
    { shape: [3, 33, 50], strides: [50 * 33, 1, 33] },
    { shape: [3, 33, 50], strides: [50, 150, 1] },
  ],
};

describe.each([
  ["relaxed", everyFeature],
  ["plain", plainSimd],
])("transposed operands (%s SIMD)", (_, features) => {
  const both = bothBackends(features);
  it.each(Object.entries(layouts))("%s", (_name, [from, to]) => {
    const [a, b, copied, added] = [
      new Pair(both, from, numbers),
      new Pair(both, to, numbers),
      new Pair(both, to, () => 1),
      new Pair(both, to, () => 1),
    ];
    for (const on of ["cpu", "reference"] as const) {
      both[on].map(copy, [a[on]], [], [copied[on]]);
      both[on].map(sum, [b[on], a[on]], [], [added[on]]);
    }
    expect(firstDifference(copied.read())).toBeNull();
    expect(firstDifference(added.read())).toBeNull();
  });
});
