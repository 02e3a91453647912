// Samples of running sums, products and extremes.

import type { ValuesAndIndices } from "../../ops/reduce.ts";
import * as ops from "../../ops/scan.ts";
import type { Tensor } from "../../tensor.ts";
import type { LayoutName } from "./layouts.ts";
import { atKinks, both, matrix, type Operand, type Results, type Sample, sample } from "./sample.ts";
import { exact, summed, type Tolerance, ulps } from "./tolerance.ts";
import { between, ordinary, spread, type Values, whole } from "./values.ts";

const layouts: readonly LayoutName[] = ["transposed", "stepped", "flipped", "expanded", "permuted"];

const rows = (op: (x: Tensor, dim: number) => Results, values: Values, tolerance: (count: number) => Tolerance, ties = false): Sample[] => {
  const at = (name: string, operand: Operand, dim: number): Sample =>
    (ties && operand.layout === "expanded" ? atKinks : sample)(name, [operand], (x) => op(x, dim), tolerance(operand.shape.at(dim) ?? 1));
  return [
    ...[0, 1, 2, -1].map((dim) => at(`[3, 4, 5] along ${dim}`, { shape: [3, 4, 5], values }, dim)),
    ...layouts.flatMap((layout) => [0, 1].map((dim) => at(`${layout} along ${dim}`, { shape: [5, 6], values, layout }, dim))),
    at("[300]", { shape: [300], values }, 0),
    at("[1]", { shape: [1], values }, 0),
    at("rank 0", { shape: [], values }, 0),
    at("[2, 0]", { shape: [2, 0], values }, 1),
    at("[0, 3]", { shape: [0, 3], values }, 1),
    at("int32", { shape: [3, 7], dtype: "int32", values: whole(-3, 3) }, 1),
    at("uint8", { shape: [3, 7], dtype: "uint8", values: whole(0, 9) }, 1),
    at("bool", { shape: [3, 7], dtype: "bool", values: whole(0, 1) }, 1),
  ];
};

const nan = Number.NaN;
const infinity = Number.POSITIVE_INFINITY;
const hard = matrix([
  [1, 3, 3, 2, 3],
  [0, nan, 5, nan, 1],
  [-infinity, -infinity, 0, infinity, 1],
  [2, 2, -2, -2, 0],
]);
const atHard = (op: (x: Tensor, dim: number) => Results): Sample => atKinks("ties, NaN and infinities", [hard], (x) => op(x, 1), exact);

const extreme =
  (op: (x: Tensor, dim: number) => ValuesAndIndices) =>
  (x: Tensor, dim: number): Results =>
    both(op(x, dim));
const exactly = (): Tolerance => exact;

export const scanSamples = {
  cumsum: [...rows(ops.cumsum, ordinary, (count) => summed(count)), atHard(ops.cumsum)],
  cumprod: [...rows(ops.cumprod, between(0.7, 1.4), (count) => ulps(count + 1, "one rounding a factor")), atHard(ops.cumprod)],
  cummax: [...rows(extreme(ops.cummax), spread(-2, 2), exactly, true), atHard(extreme(ops.cummax))],
  cummin: [...rows(extreme(ops.cummin), spread(-2, 2), exactly, true), atHard(extreme(ops.cummin))],
};
