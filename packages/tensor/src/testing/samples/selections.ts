// Samples of ops that pick, order, write and join elements, composed of other ops.
import { isclose, isin } from "../../ops/closeness.ts";
import { indexCopy, indexFill, put } from "../../ops/index-write.ts";
import { maskedScatter } from "../../ops/masked-scatter.ts";
import { kthvalue, median, mode, nanmedian, quantile } from "../../ops/order-statistics.ts";
import { searchsorted } from "../../ops/searching.ts";
import { blockDiag, cartesianProd, combinations, dstack, hstack } from "../../ops/stacking.ts";
import { unravelIndex } from "../../ops/unravel-index.ts";
import { diagonalScatter, selectScatter, sliceScatter } from "../../ops/view-scatter.ts";
import { atKinks, both, type Operand, sample } from "./sample.ts";
import { cancelling, exact } from "./tolerance.ts";
import { listed, spread, whole } from "./values.ts";

const nan = Number.NaN;
const matrix: Operand = { shape: [5, 7], values: spread(-2, 2) };
const cube: Operand = { shape: [3, 4, 5], layout: "permuted", values: spread(-2, 2) };
const ties: Operand = { shape: [4, 6], values: listed(1, 2, 2, 0, 1, nan, 3, 3, 0) };
const rows: Operand = { shape: [3], dtype: "int32", values: listed(4, 0, 2) };
const between = cancelling(4, 4, "two elements are weighted");

export const selectionSamples = {
  orderStatistics: [
    sample("median of all", [matrix], (x) => median(x), exact),
    sample("median along 1", [cube], (x) => both(median(x, 1)), exact),
    atKinks(
      "median with NaN",
      [ties],
      (x) => [...(both(median(x, 1)) as never[]), ...(both(nanmedian(x, 0, { keepdim: true })) as never[])],
      exact,
    ),
    sample("kthvalue", [cube], (x) => both(kthvalue(x, 3, 1, { keepdim: true })), exact),
    sample("mode", [matrix], (x) => both(mode(x, 0)), exact),
    atKinks("mode of ties", [{ shape: [4, 7], values: whole(0, 2) }], (x) => both(mode(x, 1)), exact),
    sample("quantile", [matrix, { shape: [3], values: listed(0.3, 0.55, 0.9) }], (x, q) => quantile(x, q, 1, { keepdim: true }), between),
    ...(["lower", "higher", "midpoint", "nearest"] as const).map((interpolation) =>
      sample(`quantile, ${interpolation}`, [cube], (x) => quantile(x, 0.3, 2, { interpolation }), between),
    ),
    atKinks("quantile with NaN", [ties], (x) => quantile(x, 0.4, 1), between),
  ],
  searching: [
    ...[false, true].map((right) =>
      atKinks(
        `searchsorted${right ? " to the right" : ""}`,
        [
          { shape: [2, 5], values: listed(-1, 0, 0, 1, 4) },
          { shape: [2, 9], values: listed(-2, -1, 0, 0.5, 1, 2, 4, 5, nan) },
        ],
        (sequence, values) => searchsorted(sequence, values, { right }),
        exact,
      ),
    ),
    sample("unravelIndex", [{ shape: [3, 4], dtype: "int32", values: whole(0, 23) }], (x) => unravelIndex(x, [2, 3, 4]), exact),
    atKinks(
      "isin",
      [
        { shape: [3, 4], values: whole(0, 5) },
        { shape: [3], values: whole(0, 5) },
      ],
      (x, y) => isin(x, y, { invert: true }),
      exact,
    ),
    atKinks(
      "isclose",
      [ties, { shape: [6], values: listed(1, 2.001, nan, 0) }],
      (x, y) => isclose(x, y, { rtol: 0.01, equalNan: true }),
      exact,
    ),
  ],
  writing: [
    sample("indexCopy", [{ shape: [5, 3] }, rows, { shape: [3, 3] }], (x, i, src) => indexCopy(x, 0, i, src), exact),
    sample(
      "indexFill",
      [cube, { shape: [2], dtype: "int32", values: listed(3, 1) }, { shape: [] }],
      (x, i, value) => indexFill(x, 1, i, value),
      exact,
    ),
    sample(
      "put",
      [{ shape: [5, 3] }, { shape: [3], dtype: "int32", values: listed(4, -1, 2) }, { shape: [3] }],
      (x, i, src) => put(x, i, src),
      exact,
    ),
    sample(
      "maskedScatter",
      [{ shape: [3, 4] }, { shape: [3, 4], dtype: "bool", values: whole(0, 1) }, { shape: [13] }],
      (x, mask, src) => maskedScatter(x, mask, src),
      exact,
    ),
    sample("sliceScatter", [{ shape: [4, 6] }, { shape: [4, 2] }], (x, src) => sliceScatter(x, src, 1, 1, 5, 2), exact),
    sample("selectScatter", [cube, { shape: [3, 5] }], (x, src) => selectScatter(x, src, 1, -2), exact),
    sample("diagonalScatter", [{ shape: [4, 5] }, { shape: [3] }], (x, src) => diagonalScatter(x, src, { offset: -1 }), exact),
  ],
  joining: [
    sample("blockDiag", [{ shape: [2, 3] }, { shape: [2] }, { shape: [] }], (a, b, c) => blockDiag([a, b, c]), exact),
    sample("hstack", [{ shape: [3] }, { shape: [2] }], (a, b) => hstack([a, b]), exact),
    sample("dstack", [{ shape: [3] }, { shape: [3] }], (a, b) => dstack([a, b]), exact),
    sample("cartesianProd", [{ shape: [3] }, { shape: [2] }], (a, b) => cartesianProd([a, b]), exact),
    sample("combinations", [{ shape: [4] }], (x) => combinations(x, { r: 3 }), exact),
  ],
};
