// Samples of a binary row: broadcasting, layouts side by side, promotion, numbers as operands, special values in all pairs.
import type { DType } from "../../dtype.ts";
import type { Tensor } from "../../tensor.ts";
import type { LayoutName } from "./layouts.ts";
import { callOf, special, valuesFor } from "./pointwise-row.ts";
import type { Range, RowDomain } from "./row-domain.ts";
import { atKinks, type Operand, type Sample, sample } from "./sample.ts";
import { between, pairs } from "./values.ts";

interface PairOfShapes {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly layouts?: readonly [LayoutName, LayoutName];
}

const plain: readonly [LayoutName, LayoutName] = ["contiguous", "contiguous"];
const pairShapes: readonly PairOfShapes[] = [
  { name: "[37]", x: [37], y: [37] },
  { name: "[3, 5, 7]", x: [3, 5, 7], y: [3, 5, 7] },
  { name: "[4, 1] with [1, 5]", x: [4, 1], y: [1, 5] },
  { name: "[6] with [5, 6]", x: [6], y: [5, 6] },
  { name: "[2, 3, 4] with [3, 1]", x: [2, 3, 4], y: [3, 1] },
  { name: "[] with [7]", x: [], y: [7] },
  { name: "[7] with []", x: [7], y: [] },
  { name: "[] with []", x: [], y: [] },
  { name: "[0] with [1]", x: [0], y: [1] },
  { name: "contiguous with transposed", x: [5, 6], y: [5, 6], layouts: ["contiguous", "transposed"] },
  { name: "stepped with flipped", x: [5, 6], y: [5, 6], layouts: ["stepped", "flipped"] },
  { name: "permuted with windowed", x: [3, 4, 5], y: [3, 4, 5], layouts: ["permuted", "windowed"] },
  { name: "expanded with spread", x: [5, 6], y: [5, 6], layouts: ["expanded", "spread"] },
  { name: "overlapping with contiguous", x: [5, 6], y: [5, 6], layouts: ["overlapping", "contiguous"] },
];

/** Promotion within and across the kinds of numbers. */
const pairDTypes: readonly (readonly [DType, DType])[] = [
  ["int32", "int32"],
  ["uint8", "uint8"],
  ["bool", "bool"],
  ["float32", "int32"],
  ["int32", "float32"],
  ["uint8", "int32"],
  ["bool", "float32"],
  ["bool", "uint8"],
];

const specialPairs = pairs([...special, 1, -1, 2.5, -100], [...special, 1, -1, 2.5, -100]);

export function binarySamples(name: string, row: RowDomain): Sample[] {
  const call = callOf(name, row);
  const [xRange, yRange] = row.ranges as [Range, Range];
  const { tolerance, dtypes } = row;
  const result: Sample[] = [];
  const on = (x: Tensor, y: Tensor): Tensor => call(x, y);
  if (dtypes.includes("float32")) {
    const [xs, ys] = [between(...xRange), between(...yRange)];
    for (const { name: title, x, y, layouts: [first, second] = plain } of pairShapes) {
      const inputs: Operand[] = [
        { shape: x, values: xs, layout: first },
        { shape: y, values: ys, layout: second },
      ];
      result.push(sample(`float32 ${title}`, inputs, on, tolerance));
    }
    const [a, b] = specialPairs;
    const count = 81; // all pairs of the nine values
    result.push(
      atKinks(
        "float32 special values",
        [
          { shape: [count], values: a },
          { shape: [count], values: b },
        ],
        on,
        tolerance,
      ),
    );
    result.push(sample("float32 with the number 1.5", [{ shape: [9], values: xs }], (x) => call(x, 1.5), tolerance));
    result.push(sample("the number 0.5 with float32", [{ shape: [9], values: ys }], (y) => call(0.5, y), tolerance));
  }
  for (const [p, q] of pairDTypes) {
    if (!dtypes.includes(p) || !dtypes.includes(q)) continue;
    const inputs = [
      { shape: [3, 11], dtype: p, values: valuesFor(p, xRange) },
      { shape: [11], dtype: q, values: valuesFor(q, yRange) },
    ];
    result.push(sample(`${p} with ${q}`, inputs, on, tolerance));
  }
  if (dtypes.includes("int32")) {
    result.push(
      sample("int32 with the number 3", [{ shape: [9], dtype: "int32", values: valuesFor("int32", xRange) }], (x) => call(x, 3), tolerance),
    );
  }
  return result;
}
