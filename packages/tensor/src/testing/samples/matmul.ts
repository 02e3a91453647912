// Samples of matrix products: ragged sizes, every way the operands may lie in memory, batches that broadcast, the bias that rides along.
import { formatShape } from "../../errors.ts";
import { baddbmm, linear, matmul } from "../../ops/matmul.ts";
import type { LayoutName } from "./layouts.ts";
import { atKinks, matrix, type Operand, type Sample, sample } from "./sample.ts";
import { exact, summed } from "./tolerance.ts";
import { whole } from "./values.ts";

interface Pair {
  readonly a: readonly number[];
  readonly b: readonly number[];
}

const ragged: readonly Pair[] = [
  { a: [1, 1], b: [1, 1] },
  { a: [2, 3], b: [3, 4] },
  { a: [8, 8], b: [8, 8] },
  { a: [7, 13], b: [13, 5] },
  { a: [33, 17], b: [17, 29] },
  { a: [64, 64], b: [64, 64] },
  { a: [1, 50], b: [50, 31] },
  { a: [31, 50], b: [50, 1] },
  { a: [1, 1], b: [1, 40] },
  { a: [40, 1], b: [1, 40] },
  { a: [5, 300], b: [300, 6] },
  { a: [65, 130], b: [130, 67] },
  { a: [4, 0], b: [0, 5] },
  { a: [0, 4], b: [4, 5] },
  { a: [4, 5], b: [5, 0] },
];
const vectorsAndBatches: readonly Pair[] = [
  { a: [3], b: [3] },
  { a: [3], b: [3, 4] },
  { a: [4, 3], b: [3] },
  { a: [2, 4, 3], b: [3] },
  { a: [3], b: [2, 3, 4] },
  { a: [2, 5, 4], b: [2, 4, 3] },
  { a: [2, 5, 4], b: [4, 3] },
  { a: [5, 4], b: [2, 4, 3] },
  { a: [3, 1, 5, 4], b: [2, 4, 3] },
  { a: [1, 5, 4], b: [3, 4, 2] },
  { a: [0, 5, 4], b: [0, 4, 3] },
];
/** Batched and just beyond a tile; then beyond the blocks that kernels cut rows, columns and depth into. */
const blocks: readonly Pair[] = [
  { a: [2, 35, 40], b: [2, 40, 50] },
  { a: [97, 1030], b: [1030, 33] },
  { a: [97, 65], b: [65, 261] },
];

function product({ a, b }: Pair, first: LayoutName = "contiguous", second: LayoutName = "contiguous"): Sample {
  const inputs: Operand[] = [
    { shape: a, layout: first },
    { shape: b, layout: second },
  ];
  return sample(`${formatShape(a)} ${first} · ${formatShape(b)} ${second}`, inputs, (x, y) => matmul(x, y), summed(a.at(-1) as number));
}

const layouts: readonly LayoutName[] = ["contiguous", "transposed", "stepped", "windowed", "flipped", "expanded", "spread", "overlapping"];
const transposes: readonly LayoutName[] = ["contiguous", "transposed"];
const combined = (pair: Pair, names: readonly LayoutName[]): Sample[] =>
  names.flatMap((first) => names.map((second) => product(pair, first, second)));

/** x · weightᵀ + bias, from shapes. */
function affine(x: readonly number[], weight: readonly number[], layout: LayoutName = "contiguous"): Sample {
  const [out, inner] = weight as [number, number];
  const inputs: Operand[] = [{ shape: x }, { shape: weight }, { shape: [out], layout }];
  return sample(`linear ${formatShape(x)} by ${formatShape(weight)}`, inputs, linear, summed(inner + 1));
}

function plusProduct(bias: readonly number[]): Sample {
  const inputs: Operand[] = [{ shape: bias }, { shape: [2, 5, 4] }, { shape: [2, 4, 3] }];
  return sample(`baddbmm with ${formatShape(bias)}`, inputs, (c, a, b) => baddbmm(c, a, b), summed(5));
}

function integers(name: string, { a, b }: Pair, size: number): Sample {
  const inputs: Operand[] = [
    { shape: a, dtype: "int32", values: whole(-size, size) },
    { shape: b, dtype: "int32", values: whole(-99, 99) },
  ];
  return sample(name, inputs, (x, y) => matmul(x, y), exact);
}

const hard = matrix([
  [1, 2, 3],
  [Number.NaN, 0, 1],
  [Number.POSITIVE_INFINITY, 1, 0],
]);
const plain = matrix([
  [1, 0],
  [2, 3],
  [0, -1],
]);

export const matmulSamples = {
  matmul: [
    ...[...ragged, ...vectorsAndBatches].map((pair) => product(pair)),
    ...combined({ a: [9, 11], b: [11, 13] }, layouts),
    ...blocks.flatMap((pair) => combined(pair, transposes)),
    affine([9, 20], [15, 20]),
    affine([1, 20], [15, 20]),
    affine([2, 3, 4], [5, 4], "stepped"),
    affine([3, 0], [4, 0]),
    ...[[2, 5, 3], [5, 3], [1, 5, 1], [2, 1, 3], []].map(plusProduct),
    integers("int32", { a: [7, 9], b: [9, 5] }, 99),
    integers("int32 that wraps", { a: [3, 5], b: [5, 6] }, 2 ** 30),
    atKinks("NaN and infinities", [hard, plain], (x, y) => matmul(x, y), exact),
  ],
};
