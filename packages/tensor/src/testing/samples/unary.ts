// Samples of a unary row: sizes, layouts, dtypes, special values.
import { formatShape } from "../../errors.ts";
import { type LayoutName, layoutNames } from "./layouts.ts";
import { callOf, special, valuesFor } from "./pointwise-row.ts";
import type { Range, RowDomain } from "./row-domain.ts";
import { atKinks, type Operand, type Sample, sample } from "./sample.ts";
import { listed } from "./values.ts";

/** No multiple of a SIMD width or a tile; one of several chunks; rank 0; nothing at all. */
const unaryShapes = [[], [1], [3], [37], [1031], [0], [2, 0, 3], [3, 5, 7], [2, 1, 3, 1, 2]];
const layoutShape = [5, 6];

const saturating = [100, -100];

export function unarySamples(name: string, row: RowDomain): Sample[] {
  const call = callOf(name, row);
  const range = row.ranges[0] as Range;
  const { tolerance, dtypes } = row;
  const result: Sample[] = [];
  for (const dtype of dtypes) {
    const values = valuesFor(dtype, range);
    const of = (shape: readonly number[], layout: LayoutName = "contiguous"): Operand => ({ shape, dtype, values, layout });
    const shapes = dtype === "float32" ? unaryShapes : [[], [37]];
    result.push(...shapes.map((shape) => sample(`${dtype} ${formatShape(shape)}`, [of(shape)], call, tolerance)));
    const views = layoutNames.filter((layout) => layout !== "contiguous" && (dtype === "float32" || layout === "stepped"));
    result.push(...views.map((layout) => sample(`${dtype} ${layout}`, [of(layoutShape, layout)], call, tolerance)));
  }
  if (dtypes.includes("float32")) {
    const values = [...special, ...saturating, ...(row.kinks ?? [])];
    result.push(atKinks("float32 special values", [{ shape: [values.length], values: listed(...values) }], call, tolerance));
  }
  return result;
}
