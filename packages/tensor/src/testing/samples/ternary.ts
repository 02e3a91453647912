// Samples of a ternary row: three shapes that broadcast, three layouts.
import type { DType } from "../../dtype.ts";
import type { LayoutName } from "./layouts.ts";
import { callOf, valuesFor } from "./pointwise-row.ts";
import type { Range, RowDomain } from "./row-domain.ts";
import { type Operand, type Sample, sample } from "./sample.ts";
import { exact } from "./tolerance.ts";

export function ternarySamples(name: string, row: RowDomain): Sample[] {
  const call = callOf(name, row);
  const { ranges, tolerance } = row;
  const operand = (i: number, shape: readonly number[], layout: LayoutName = "contiguous", numbers: DType = "float32"): Operand => {
    const dtype = name === "where" && i === 0 ? "bool" : numbers;
    return { shape, dtype, values: valuesFor(dtype, ranges[i] as Range), layout };
  };
  const triple = (title: string, shapes: readonly (readonly number[])[], layouts: readonly LayoutName[] = []): Sample =>
    sample(
      title,
      shapes.map((shape, i) => operand(i, shape, layouts[i])),
      call,
      tolerance,
    );
  const cube = [3, 4, 5];
  const plane = [5, 6];
  const result = [
    triple("[37]", [[37], [37], [37]]),
    triple("[4, 1] with [5] and []", [[4, 1], [5], []]),
    triple("[] with [2, 3] and [3]", [[], [2, 3], [3]]),
    triple("[0]", [[0], [0], [0]]),
    triple("permuted, flipped, stepped", [cube, cube, cube], ["permuted", "flipped", "stepped"]),
    triple("contiguous, expanded, spread", [plane, plane, plane], ["contiguous", "expanded", "spread"]),
  ];
  if (row.dtypes.includes("int32")) {
    const whole = (i: number): Operand => operand(i, [13], "contiguous", "int32");
    result.push(sample("int32", [whole(0), whole(1), whole(2)], call, exact));
  }
  return result;
}
