// Samples of sorting: order, stability, NaN.
import { sort, topk } from "../../ops/sort.ts";
import type { Tensor } from "../../tensor.ts";
import type { LayoutName } from "./layouts.ts";
import { atKinks, both, type Sample, sample } from "./sample.ts";
import { exact } from "./tolerance.ts";
import { listed, spread, whole } from "./values.ts";

const layouts: readonly LayoutName[] = ["transposed", "stepped", "flipped", "permuted"];
const nan = Number.NaN;
const infinity = Number.POSITIVE_INFINITY;

const rows = (descending: boolean): Sample[] => {
  const by = (dim: number) => (x: Tensor) => both(sort(x, dim, { descending }));
  const order = descending ? "descending" : "ascending";
  return [
    ...[0, 1, 2, -1].map((dim) => sample(`${order} [3, 4, 5] along ${dim}`, [{ shape: [3, 4, 5], values: spread(-2, 2) }], by(dim), exact)),
    ...layouts.map((layout) => sample(`${order} ${layout}`, [{ shape: [5, 9], values: spread(-2, 2), layout }], by(1), exact)),
    ...[1, 2, 3, 17, 64, 257, 1000].map((length) =>
      sample(`${order} [${length}]`, [{ shape: [length], values: spread(-2, 2) }], by(0), exact),
    ),
    sample(`${order} rank 0`, [{ shape: [] }], by(0), exact),
    sample(`${order} [2, 0]`, [{ shape: [2, 0] }], by(1), exact),
    sample(`${order} int32 with ties`, [{ shape: [3, 100], dtype: "int32", values: whole(-5, 5) }], by(1), exact),
    sample(`${order} uint8 with ties`, [{ shape: [3, 40], dtype: "uint8", values: whole(0, 5) }], by(1), exact),
    sample(`${order} bool`, [{ shape: [3, 20], dtype: "bool", values: whole(0, 1) }], by(1), exact),
    atKinks(
      `${order} ties, NaN and infinities`,
      [{ shape: [2, 9], values: listed(1, nan, -infinity, 1, infinity, nan, 0, -0, 2) }],
      by(1),
      exact,
    ),
    atKinks(`${order} ties`, [{ shape: [200], values: whole(-3, 3) }], by(0), exact),
  ];
};

export const sortSamples = {
  sort: [
    ...rows(false),
    ...rows(true),
    sample("topk largest", [{ shape: [4, 9], values: spread(-2, 2) }], (x) => both(topk(x, 3)), exact),
    sample("topk smallest along 0", [{ shape: [9, 4], values: spread(-2, 2) }], (x) => both(topk(x, 2, 0, { largest: false })), exact),
  ],
};
