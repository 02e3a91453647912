// Samples of reductions: every reducer over every kind of dims, and what rounding, ties and NaN do.
import type { DType } from "../../dtype.ts";
import { formatShape } from "../../errors.ts";
import * as ops from "../../ops/reduce.ts";
import type { Tensor } from "../../tensor.ts";
import type { LayoutName } from "./layouts.ts";
import { atKinks, both, matrix, type Sample, sample } from "./sample.ts";
import { exact, summed, type Tolerance, ulps } from "./tolerance.ts";
import { between, listed, ordinary, spread, type Values, whole } from "./values.ts";

type Reduce = (x: Tensor, dims?: number | readonly number[] | null, options?: ops.ReduceOptions) => Tensor;

interface Row {
  readonly op: Reduce;
  readonly values: Values;
  readonly dtypes: readonly DType[];
  readonly tolerance: (count: number) => Tolerance;
  /** Whether several dims at once are allowed. */
  readonly many: boolean;
  readonly empty: boolean;
  /** Whether equal numbers make a kink. */
  readonly ties: boolean;
}

interface Case {
  readonly shape: readonly number[];
  readonly dims: readonly number[];
  readonly layout?: LayoutName;
}

const cases: readonly Case[] = [
  { shape: [7], dims: [0] },
  { shape: [1], dims: [0] },
  { shape: [], dims: [] },
  { shape: [33, 5], dims: [0] },
  { shape: [5, 33], dims: [1] },
  { shape: [5, 33], dims: [0, 1] },
  { shape: [3, 4, 5], dims: [1] },
  { shape: [3, 4, 5], dims: [0, 2] },
  { shape: [3, 4, 5], dims: [1, 2] },
  { shape: [2, 3, 4, 5], dims: [0, 2, 3] },
  { shape: [2, 3, 4, 5], dims: [1, 3] },
  { shape: [5, 1100], dims: [0] },
  { shape: [3, 200, 4], dims: [1] },
  { shape: [9, 16], dims: [0], layout: "transposed" },
  { shape: [9, 16], dims: [1], layout: "transposed" },
  { shape: [9, 16], dims: [1], layout: "stepped" },
  { shape: [9, 16], dims: [1], layout: "windowed" },
  { shape: [9, 16], dims: [0], layout: "flipped" },
  { shape: [9, 16], dims: [0], layout: "expanded" },
  { shape: [9, 16], dims: [1], layout: "spread" },
  { shape: [3, 4, 5], dims: [0], layout: "permuted" },
  { shape: [0, 3], dims: [1] },
  { shape: [4, 1, 3], dims: [1] },
];

const countOf = ({ shape, dims }: Case): number => dims.reduce((n, d) => n * (shape[d] as number), 1);

function samplesOf({ op, values, dtypes, tolerance, many, empty, ties }: Row): Sample[] {
  const result: Sample[] = [];
  for (const row of cases) {
    const { shape, dims, layout = "contiguous" } = row;
    if (dims.length > 1 && !many && dims.length !== shape.length) continue;
    const all = dims.length === shape.length;
    const over = all ? null : many ? dims : (dims[0] as number);
    for (const dtype of layout === "contiguous" ? dtypes : dtypes.slice(0, 1)) {
      const drawn =
        dtype === "float32" ? values : dtype === "uint8" ? whole(0, 9) : whole(dtype === "bool" ? 0 : -3, dtype === "bool" ? 1 : 4);
      const title = `${dtype} ${formatShape(shape)} over ${over === null ? "all" : `[${dims}]`}${layout === "contiguous" ? "" : ` ${layout}`}`;
      const equals = ties && (layout === "expanded" || layout === "spread"); // the same number along the reduced dim
      const make = equals ? atKinks : sample;
      result.push(make(title, [{ shape, dtype, values: drawn, layout }], (x) => op(x, over), tolerance(countOf(row))));
    }
  }
  result.push(sample("keepdim", [{ shape: [3, 4, 5], values }], (x) => op(x, 1, { keepdim: true }), tolerance(4)));
  result.push(sample("a negative dim", [{ shape: [3, 4, 5], values }], (x) => op(x, -1), tolerance(5)));
  if (empty) result.push(atKinks("of nothing", [{ shape: [3, 0, 2], values }], (x) => op(x, 1), exact));
  return result;
}

const numbers: readonly DType[] = ["float32", "int32", "uint8", "bool"];
const nan = Number.NaN;
const infinity = Number.POSITIVE_INFINITY;
/** Ties, NaN, infinities of both signs, NaN twice: a row each. */
const hardRows = matrix([
  [2, 5, 5, 1],
  [1, nan, 3, 0],
  [-infinity, 0, infinity, 1],
  [nan, 2, nan, 1],
  [infinity, infinity, 1, 0],
  [-infinity, -infinity, -infinity, -infinity],
]);
const hard = (op: (x: Tensor, dim: number) => Tensor): Sample => atKinks("ties, NaN and infinities", [hardRows], (x) => op(x, 1), exact);

const million = 300_007;
/** Naive float32 accumulation of so many numbers of size 1 is off by a thousand times more. */
const large = (op: Reduce, relative: number): Sample[] => [
  sample(
    "many numbers, all",
    [{ shape: [million], values: between(0, 1) }],
    (x) => op(x),
    ulps(relative, "pairwise, blocked or wider accumulation loses a few ulp"),
  ),
  sample(
    "many numbers, first dim",
    [{ shape: [30_011, 3], values: between(0, 1) }],
    (x) => op(x, 0),
    ulps(relative, "pairwise, blocked or wider accumulation loses a few ulp"),
  ),
];

const extreme = (op: (x: Tensor, dim: number, options?: ops.ReduceOptions) => ops.ValuesAndIndices): Sample[] => [
  ...[0, 1, 2, -1].map((dim) =>
    sample(`[4, 5, 6] along ${dim}`, [{ shape: [4, 5, 6], values: spread(-2, 2) }], (x) => both(op(x, dim)), exact),
  ),
  ...(["transposed", "stepped", "flipped", "permuted"] as const).map((layout) =>
    sample(`[5, 37] ${layout}`, [{ shape: [5, 37], values: spread(-2, 2), layout }], (x) => both(op(x, 1)), exact),
  ),
  atKinks("expanded", [{ shape: [5, 7], layout: "expanded" }], (x) => both(op(x, 0)), exact),
  sample("keepdim", [{ shape: [3, 4], values: spread(-2, 2) }], (x) => both(op(x, 0, { keepdim: true })), exact),
  sample("rank 0", [{ shape: [] }], (x) => both(op(x, 0)), exact),
  sample("int32 with ties", [{ shape: [6, 19], dtype: "int32", values: whole(-3, 3) }], (x) => both(op(x, 1)), exact),
  sample("uint8 with ties", [{ shape: [6, 19], dtype: "uint8", values: whole(0, 5) }], (x) => both(op(x, 1)), exact),
  atKinks("ties, NaN and infinities", [hardRows], (x) => both(op(x, 1)), exact),
];

const one =
  (op: (x: Tensor, dim?: number | null, options?: ops.ReduceOptions) => Tensor): Reduce =>
  (x, dims, options) =>
    op(x, Array.isArray(dims) ? (dims[0] as number) : (dims as number | null | undefined), options);

const row = (op: Reduce, values: Values, tolerance: Row["tolerance"], rest: Partial<Row> = {}): Sample[] =>
  samplesOf({ op, values, tolerance, dtypes: numbers, many: true, empty: false, ties: false, ...rest });
const exactly = (): Tolerance => exact;

export const reduceSamples = {
  sum: [...row(ops.sum, ordinary, (count) => summed(count), { empty: true }), ...large(ops.sum, 4), hard(ops.sum)],
  mean: [
    ...row(ops.mean, ordinary, (count) => summed(count, 1.2 / Math.max(1, count)), { dtypes: ["float32"], empty: true }),
    ...large(ops.mean, 5),
  ],
  prod: [
    ...row(one(ops.prod), between(0.7, 1.4), (count) => ulps(count + 1, "one rounding a factor"), { many: false, empty: true }),
    atKinks("zeros", [{ shape: [3, 4], values: listed(2, 0, 3, 4, 0, 0, 1, 2, 5, 6, 7, 8) }], (x) => ops.prod(x, 1), exact),
  ],
  amax: [...row(ops.amax, spread(-2, 2), exactly, { ties: true }), hard(ops.amax)],
  amin: [...row(ops.amin, spread(-2, 2), exactly, { ties: true }), hard(ops.amin)],
  any: [...row(ops.any, whole(0, 1), exactly, { empty: true }), hard(ops.any)],
  all: [...row(ops.all, whole(0, 1), exactly, { empty: true }), hard(ops.all)],
  argmax: [...row(one(ops.argmax), ordinary, exactly, { many: false }), hard(ops.argmax)],
  argmin: [...row(one(ops.argmin), ordinary, exactly, { many: false }), hard(ops.argmin)],
  maxDim: extreme((x, dim, options) => ops.max(x, dim, options)),
  minDim: extreme((x, dim, options) => ops.min(x, dim, options)),
};
