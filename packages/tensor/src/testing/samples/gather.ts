// Samples of reading and writing through indices.
import type { ScatterMode } from "../../backend.ts";
import { applyOp } from "../../ops/dispatch.ts";
import { gather, indexAdd, indexSelect, oneHot, scatter, scatterAdd, scatterOp } from "../../ops/gather.ts";
import type { Tensor } from "../../tensor.ts";
import { atKinks, type Operand, type Sample, sample } from "./sample.ts";
import { exact, summed, type Tolerance, ulps } from "./tolerance.ts";
import { between, listed, whole } from "./values.ts";

/** Indices below `size`, some of them several times. */
const indices = (shape: readonly number[], size: number, layout: Operand["layout"] = "contiguous"): Operand => ({
  shape,
  dtype: "int32",
  values: whole(0, size - 1),
  layout,
});

const reduced = (mode: ScatterMode, x: Tensor, dim: number, index: Tensor, src: Tensor): Tensor =>
  applyOp(scatterOp, [x, index, src], { dim, mode })[0] as Tensor;

/** Sources that meet at one place have no derivative but for sums. */
const byMode = (mode: ScatterMode, tolerance: Tolerance, make = mode === "add" ? sample : atKinks): Sample[] => [
  make(`${mode} along 0`, [{ shape: [5, 4] }, indices([9, 4], 5), { shape: [9, 4] }], (x, i, s) => reduced(mode, x, 0, i, s), tolerance),
  make(
    `${mode} along 1`,
    [{ shape: [4, 5], layout: "transposed" }, indices([4, 9], 5, "flipped"), { shape: [4, 9], layout: "stepped" }],
    (x, i, s) => reduced(mode, x, 1, i, s),
    tolerance,
  ),
  make(
    `${mode} int32`,
    [{ shape: [5], dtype: "int32", values: whole(-3, 3) }, indices([9], 5), { shape: [9], dtype: "int32", values: whole(-3, 3) }],
    (x, i, s) => reduced(mode, x, 0, i, s),
    exact,
  ),
];

const rounded = summed(10);

export const gatherSamples = {
  gather: [
    ...[0, 1, 2].map((dim) =>
      sample(`[3, 4, 5] along ${dim}`, [{ shape: [3, 4, 5] }, indices([3, 4, 5], 3)], (x, i) => gather(x, dim, i), exact),
    ),
    sample("fewer indices than elements", [{ shape: [5, 6] }, indices([2, 9], 6)], (x, i) => gather(x, 1, i), exact),
    sample(
      "views of all three",
      [{ shape: [5, 6], layout: "transposed" }, indices([5, 3], 6, "flipped")],
      (x, i) => gather(x, 1, i),
      exact,
    ),
    ...(["stepped", "windowed", "flipped", "expanded", "overlapping"] as const).map((layout) =>
      sample(`${layout} along 1`, [{ shape: [5, 6], layout }, indices([5, 9], 6, "stepped")], (x, i) => gather(x, 1, i), exact),
    ),
    sample("no indices", [{ shape: [5, 6] }, indices([0, 6], 5)], (x, i) => gather(x, 0, i), exact),
    sample("rank 0", [{ shape: [] }, indices([], 1)], (x, i) => gather(x, 0, i), exact),
    ...(["int32", "uint8", "bool"] as const).map((dtype) =>
      sample(
        dtype,
        [{ shape: [4, 7], dtype, values: whole(0, dtype === "bool" ? 1 : 99) }, indices([4, 9], 7)],
        (x, i) => gather(x, 1, i),
        exact,
      ),
    ),
    sample("uint8 indices", [{ shape: [4, 7] }, { shape: [2, 7], dtype: "uint8", values: whole(0, 3) }], (x, i) => gather(x, 0, i), exact),
    ...[0, 1, 2].map((dim) =>
      sample(
        `indexSelect along ${dim}`,
        [{ shape: [3, 4, 5], layout: "permuted" }, indices([7], 3)],
        (x, i) => indexSelect(x, dim, i),
        exact,
      ),
    ),
    sample("indexSelect of rows", [{ shape: [50, 33] }, indices([65], 50)], (x, i) => indexSelect(x, 0, i), exact),
    atKinks(
      "NaN passes",
      [
        { shape: [3], values: listed(Number.NaN, Number.POSITIVE_INFINITY, -0) },
        { shape: [5], dtype: "int32", values: listed(0, 1, 2) },
      ],
      (x, i) => gather(x, 0, i),
      exact,
    ),
  ],
  scatter: [
    ...byMode("set", exact),
    sample(
      "set, each place once",
      [{ shape: [7, 2] }, { shape: [4, 2], dtype: "int32", values: listed(5, 0, 1, 6, 3, 3, 0, 4) }, { shape: [4, 2] }],
      (x, i, s) => scatter(x, 0, i, s),
      exact,
    ),
    ...byMode("add", rounded),
    ...byMode("mul", ulps(12, "one rounding a factor")),
    ...byMode("max", exact),
    ...byMode("min", exact),
    sample("a number", [{ shape: [3, 5] }, indices([3, 2], 5)], (x, i) => scatter(x, 1, i, 2.5), exact),
    sample(
      "fewer indices than elements",
      [{ shape: [5, 6] }, indices([2, 3], 5), { shape: [4, 4] }],
      (x, i, s) => scatterAdd(x, 0, i, s),
      rounded,
    ),
    sample(
      "all into one place",
      [{ shape: [1] }, { shape: [1000], dtype: "int32", values: listed(0) }, { shape: [1000], values: between(-1, 1) }],
      (x, i, s) => scatterAdd(x, 0, i, s),
      summed(1001),
    ),
    ...[0, 1, 2].map((dim) =>
      sample(
        `indexAdd along ${dim}`,
        [{ shape: [3, 4, 5] }, indices([6], 3), { shape: [3, 4, 5].map((size, d) => (d === dim ? 6 : size)) }],
        (x, i, s) => indexAdd(x, dim, i, s, { alpha: 0.5 }),
        rounded,
      ),
    ),
    sample("uint8 and bool of oneHot", [{ shape: [2, 5], dtype: "uint8", values: whole(0, 6) }], (i) => oneHot(i, 7), exact),
    sample("no indices", [{ shape: [5, 6] }, indices([0, 6], 5), { shape: [0, 6] }], (x, i, s) => scatterAdd(x, 0, i, s), exact),
  ],
};
