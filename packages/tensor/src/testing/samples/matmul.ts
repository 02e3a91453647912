// Samples of matrix products: ragged sizes, every way the operands may lie in memory, batches that broadcast, the bias that rides along.
import { formatShape } from "../../errors.ts";
import { baddbmm, linear, matmul } from "../../ops/matmul.ts";
import type { Tensor } from "../../tensor.ts";
import type { LayoutName } from "./layouts.ts";
import { atKinks, type Sample, sample } from "./sample.ts";
import { exact, summed } from "./tolerance.ts";
import { listed, whole } from "./values.ts";

type Pair = readonly [a: readonly number[], b: readonly number[]];

const shapes: readonly Pair[] = [
  [[1, 1], [1, 1]], [[2, 3], [3, 4]], [[8, 8], [8, 8]], [[7, 13], [13, 5]], [[33, 17], [17, 29]], [[64, 64], [64, 64]],
  [[1, 50], [50, 31]], [[31, 50], [50, 1]], [[1, 1], [1, 40]], [[40, 1], [1, 40]], [[5, 300], [300, 6]], [[65, 130], [130, 67]],
  [[4, 0], [0, 5]], [[0, 4], [4, 5]], [[4, 5], [5, 0]],
  [[3], [3]], [[3], [3, 4]], [[4, 3], [3]], [[2, 4, 3], [3]], [[3], [2, 3, 4]],
  [[2, 5, 4], [2, 4, 3]], [[2, 5, 4], [4, 3]], [[5, 4], [2, 4, 3]], [[3, 1, 5, 4], [2, 4, 3]], [[1, 5, 4], [3, 4, 2]], [[0, 5, 4], [0, 4, 3]],
]; // biome-ignore format: a table

const innerOf = ([a]: Pair): number => a.at(-1) as number;
const plain = (x: Tensor, y: Tensor): Tensor => matmul(x, y);

const bySize = shapes.map((pair) => {
  const [a, b] = pair;
  return sample(`${formatShape(a)} · ${formatShape(b)}`, [{ shape: a }, { shape: b }], plain as Sample["call"], summed(innerOf(pair)));
});

const views: readonly LayoutName[] = ["contiguous", "transposed", "stepped", "windowed", "flipped", "expanded", "spread", "overlapping"];
const byLayout = views.flatMap((first) =>
  views.map((second) =>
    sample(
      `${first} · ${second}`,
      [
        { shape: [9, 11], layout: first },
        { shape: [11, 13], layout: second },
      ],
      plain as Sample["call"],
      summed(11),
    ),
  ),
);

/** Batched and just beyond a tile; then beyond the blocks that kernels cut rows, columns and depth into. */
const large: readonly Pair[] = [
  [
    [2, 35, 40],
    [2, 40, 50],
  ],
  [
    [97, 1030],
    [1030, 33],
  ],
  [
    [97, 65],
    [65, 261],
  ],
];

const transposes = large.flatMap((pair) =>
  (["contiguous", "transposed"] as const).flatMap((first) =>
    (["contiguous", "transposed"] as const).map((second) =>
      sample(
        `blocks of ${formatShape(pair[0])} · ${formatShape(pair[1])}, ${first} · ${second}`,
        [
          { shape: pair[0], layout: first },
          { shape: pair[1], layout: second },
        ],
        plain as Sample["call"],
        summed(innerOf(pair)),
      ),
    ),
  ),
);

const nan = Number.NaN;
const infinity = Number.POSITIVE_INFINITY;

export const matmulSamples = {
  matmul: [
    ...bySize,
    ...byLayout,
    ...transposes,
    sample(
      "linear with bias",
      [{ shape: [9, 20] }, { shape: [15, 20] }, { shape: [15] }],
      (x, w, b) => linear(x as Tensor, w as Tensor, b),
      summed(21),
    ),
    sample(
      "linear with bias, one row",
      [{ shape: [1, 20] }, { shape: [15, 20] }, { shape: [15] }],
      (x, w, b) => linear(x as Tensor, w as Tensor, b),
      summed(21),
    ),
    sample(
      "linear on [2, 3, 4]",
      [{ shape: [2, 3, 4] }, { shape: [5, 4] }, { shape: [5], layout: "stepped" }],
      (x, w, b) => linear(x as Tensor, w as Tensor, b),
      summed(5),
    ),
    sample(
      "bias over nothing",
      [{ shape: [3, 0] }, { shape: [4, 0] }, { shape: [4] }],
      (x, w, b) => linear(x as Tensor, w as Tensor, b),
      exact,
    ),
    ...[[2, 5, 3], [5, 3], [1, 5, 1], [2, 1, 3], []].map((bias) =>
      sample(`baddbmm with ${formatShape(bias)}`, [{ shape: bias }, { shape: [2, 5, 4] }, { shape: [2, 4, 3] }], (c, a, b) => baddbmm(c as Tensor, a as Tensor, b as Tensor), summed(5)),
    ), // biome-ignore format: a list
    sample(
      "int32",
      [
        { shape: [7, 9], dtype: "int32", values: whole(-99, 99) },
        { shape: [9, 5], dtype: "int32", values: whole(-99, 99) },
      ],
      plain as Sample["call"],
      exact,
    ),
    sample(
      "int32 that wraps",
      [
        { shape: [3, 5], dtype: "int32", values: whole(-(2 ** 30), 2 ** 30) },
        { shape: [5, 6], dtype: "int32", values: whole(-999, 999) },
      ],
      plain as Sample["call"],
      exact,
    ),
    atKinks(
      "NaN and infinities",
      [
        { shape: [3, 3], values: listed(1, 2, 3, nan, 0, 1, infinity, 1, 0) },
        { shape: [3, 2], values: listed(1, 0, 2, 3, 0, -1) },
      ],
      plain as Sample["call"],
      exact,
    ),
  ],
};
