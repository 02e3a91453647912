// Samples of ops that are written in terms of others: rearranging, indexing, masks, several tensors changed at once.
import { add, mul, sub } from "../../formula/build.ts";
import { diag, diagEmbed } from "../../ops/diagonals.ts";
import { indexPut, indexPut_ } from "../../ops/index-put.ts";
import { at, takeAlongDim } from "../../ops/indexing.ts";
import { maskedFill } from "../../ops/masked.ts";
import { pad } from "../../ops/pad.ts";
import { roll, rot90 } from "../../ops/rearrange.ts";
import { meshgrid, repeat } from "../../ops/repeat.ts";
import { repeatInterleave } from "../../ops/repeat-interleave.ts";
import { tril, triu } from "../../ops/triangle.ts";
import { pointwiseUpdate } from "../../ops/update.ts";
import type { Tensor } from "../../tensor.ts";
import { atKinks, type Operand, type Sample, sample } from "./sample.ts";
import { exact, ulps } from "./tolerance.ts";
import { listed, whole } from "./values.ts";

const matrix: Operand = { shape: [5, 7] };
const cube: Operand = { shape: [3, 4, 5], layout: "permuted" };
const rows: Operand = { shape: [4], dtype: "int32", values: listed(2, -1, 0, 2) };
const columns: Operand = { shape: [4], dtype: "int32", values: listed(0, 3, 6, -7) }; // with `rows`, the first and the last place are one

const of = (name: string, x: Operand, op: (x: Tensor) => Tensor): Sample => sample(name, [x], (input) => op(input), exact);

/** Two targets and a gradient: what optimizers are made of. */
const momentum = pointwiseUpdate("sampleMomentum", ["lr", "mu"], ({ lr, mu }) => (w, buffer, g) => {
  const moved = add(mul(mu, buffer), g);
  return [sub(w, mul(lr, moved)), moved];
});

export const compositionSamples = {
  rearrange: [
    of("roll of a matrix", matrix, (x) => roll(x, [2, -3], [0, 1])),
    of("roll of everything", cube, (x) => roll(x, 7)),
    of("rot90", matrix, (x) => rot90(x, 3)),
    of("repeat", matrix, (x) => repeat(x, 2, 1, 3)),
    of("repeatInterleave", cube, (x) => repeatInterleave(x, 3, 1)),
    sample("meshgrid", [{ shape: [3] }, { shape: [4] }], (a, b) => meshgrid([a, b]), exact),
    of("tril", cube, (x) => tril(x, { diagonal: -1 })),
    of("triu", cube, (x) => triu(x, { diagonal: 1 })),
    of("diag of a vector", { shape: [4] }, (x) => diag(x, { diagonal: -2 })),
    of("diagEmbed of a batch", { shape: [2, 3] }, (x) => diagEmbed(x, { offset: 1 })),
    of("pad that reflects", cube, (x) => pad(x, [2, 1, 1, 0], { mode: "reflect" })),
    of("pad that wraps", cube, (x) => pad(x, [2, 1, 1, 3], { mode: "circular" })),
  ],
  indexing: [
    of("a position, a slice and a new dim", cube, (x) => at(x, -1, null, "1::2")),
    sample("rows", [matrix, rows], (x, i) => at(x, i), exact),
    sample("places", [matrix, rows, columns], (x, i, j) => at(x, i, j), exact),
    sample("columns of a slice", [cube, rows], (x, i) => at(x, "1:", ":", i), exact),
    sample(
      "takeAlongDim",
      [{ shape: [3, 6] }, { shape: [3, 2], dtype: "int32", values: whole(0, 5) }],
      (x, i) => takeAlongDim(x, i, 1),
      exact,
    ),
    atKinks("indexPut", [matrix, rows, columns, { shape: [4] }], (x, i, j, v) => indexPut(x, [i, j], v), exact),
    sample(
      "indexPut that accumulates",
      [matrix, rows],
      (x, i) => indexPut(x, [i], 1.5, { accumulate: true }),
      ulps(2, "two sums at one place"),
    ),
    sample("indexPut_ of a slice", [matrix], (x) => indexPut_(x, [":", "::3"], -1), exact),
    sample("maskedFill", [cube, { shape: [4, 5], dtype: "bool", values: whole(0, 1) }], (x, mask) => maskedFill(x, mask, -3.5), exact),
  ],
  update: [
    sample(
      "momentum",
      [matrix, matrix, matrix],
      (w, buffer, g) => {
        momentum([w, buffer], [g], { lr: 0.125, mu: 0.75 });
        return [w, buffer];
      },
      { absolute: 2 ** -22, relative: 2 ** -22, reason: "two products and two sums of numbers of size 2" },
    ),
    sample(
      "momentum of several at once",
      [
        matrix,
        matrix,
        matrix,
        cube,
        cube,
        cube,
        { shape: [] },
        { shape: [] },
        { shape: [] },
        { shape: [0] },
        { shape: [0] },
        { shape: [0] },
        ...Array.from({ length: 3 }, () => ({ shape: [7] })),
      ],
      (...tensors) => {
        const list = Array.from({ length: 5 }, (_, i) => {
          const [w, buffer, g] = tensors.slice(3 * i, 3 * i + 3) as [Tensor, Tensor, Tensor];
          return { targets: [w, buffer], inputs: [g], scalars: { lr: 0.125 * (i + 1), mu: 0.75 - 0.125 * i } };
        });
        momentum.all(list);
        return list.flatMap(({ targets }) => targets);
      },
      { absolute: 2 ** -22, relative: 2 ** -22, reason: "two products and two sums of numbers of size 2" },
    ),
  ],
};
