// Samples of a ternary row: three shapes that broadcast, three layouts.
import type { DType } from "../../dtype.ts";
import type { LayoutName } from "./layouts.ts";
import { callOf, valuesFor } from "./pointwise-row.ts";
import type { Range, RowDomain } from "./row-domain.ts";
import { type Operand, type Sample, sample } from "./sample.ts";
import { exact } from "./tolerance.ts";

export function ternarySamples(name: string, row: RowDomain): Sample[] {
  const call = callOf(name, row) as Sample["call"];
  const { ranges, tolerance } = row;
  const first: DType = name === "where" ? "bool" : "float32";
  const operand = (i: number, shape: readonly number[], layout: LayoutName = "contiguous"): Operand => {
    const dtype = i === 0 ? first : "float32";
    return { shape, dtype, values: valuesFor(dtype, ranges[i] as Range), layout };
  };
  const triple = (title: string, shapes: readonly (readonly number[])[], layouts: readonly LayoutName[] = []): Sample =>
    sample(
      title,
      shapes.map((shape, i) => operand(i, shape, layouts[i])),
      call,
      tolerance,
    );
  const result = [
    triple("[37]", [[37], [37], [37]]),
    triple("[4, 1] with [5] and []", [[4, 1], [5], []]),
    triple("[] with [2, 3] and [3]", [[], [2, 3], [3]]),
    triple("[0]", [[0], [0], [0]]),
    triple(
      "permuted, flipped, stepped",
      [
        [3, 4, 5],
        [3, 4, 5],
        [3, 4, 5],
      ],
      ["permuted", "flipped", "stepped"],
    ),
    triple(
      "contiguous, expanded, spread",
      [
        [5, 6],
        [5, 6],
        [5, 6],
      ],
      ["contiguous", "expanded", "spread"],
    ),
  ];
  if (row.dtypes.includes("int32")) {
    const whole32 = (i: number): Operand => ({
      shape: [13],
      dtype: i === 0 && first === "bool" ? "bool" : "int32",
      values: valuesFor(i === 0 && first === "bool" ? "bool" : "int32", ranges[i] as Range),
    });
    result.push(sample("int32", [whole32(0), whole32(1), whole32(2)], call, exact));
  }
  return result;
}
