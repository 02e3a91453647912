// Samples of every row of the pointwise table, made from one line a row: where the op is defined, what it takes, how near it must come.
import type { DType } from "../../dtype.ts";
import { formatShape } from "../../errors.ts";
import type { binary, ternary, unary } from "../../formula/table.ts";
import { pointwiseFunctions } from "../../ops/pointwise.ts";
import type { Tensor } from "../../tensor.ts";
import { binaryDomains, ternaryDomains } from "./binary-domains.ts";
import { type LayoutName, layoutNames } from "./layouts.ts";
import type { Range, RowDomain } from "./row-domain.ts";
import { atKinks, type Operand, type Sample, sample } from "./sample.ts";
import { exact } from "./tolerance.ts";
import { unaryDomains } from "./unary-domains.ts";
import { between, listed, pairs, type Values, whole } from "./values.ts";

export type PointwiseName = keyof typeof unary | keyof typeof binary | keyof typeof ternary;

type Call = (...operands: (Tensor | number)[]) => Tensor;

const functions = pointwiseFunctions as unknown as Readonly<Record<string, (...args: unknown[]) => Tensor>>;

function callOf(name: string, { scalars }: RowDomain): Call {
  const op = functions[name] as (...args: unknown[]) => Tensor;
  return (...operands) => (scalars ? op(...operands, scalars) : op(...operands));
}

/** Values of a dtype within a range; a range without whole numbers gives zeros and ones. */
function valuesFor(dtype: DType, [low, high]: Range): Values {
  if (dtype === "float32") return between(low, high);
  if (dtype === "bool") return low > 0 ? listed(1) : whole(0, 1);
  const first = Math.max(Math.ceil(low), dtype === "uint8" ? (low > 0 ? 1 : 0) : Number.NEGATIVE_INFINITY);
  return whole(first, Math.max(first, Math.floor(high)));
}

/** No multiple of a SIMD width or a tile; one of several chunks; rank 0; nothing at all. */
const unaryShapes = [[], [1], [3], [37], [1031], [0], [2, 0, 3], [3, 5, 7], [2, 1, 3, 1, 2]];
const layoutShape = [5, 6];

const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0];
const saturating = [100, -100];

function unarySamples(name: string, row: RowDomain): Sample[] {
  const call = callOf(name, row) as Sample["call"];
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
  ["int32", "int32"], ["uint8", "uint8"], ["bool", "bool"], ["float32", "int32"], ["int32", "float32"], ["uint8", "int32"], ["bool", "float32"], ["bool", "uint8"],
]; // biome-ignore format: a table

const specialPairs = pairs([...special, 1, -1, 2.5, -100], [...special, 1, -1, 2.5, -100]);

function binarySamples(name: string, row: RowDomain): Sample[] {
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
      result.push(sample(`float32 ${title}`, inputs, on as Sample["call"], tolerance));
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
        on as Sample["call"],
        tolerance,
      ),
    );
    result.push(sample("float32 with the number 1.5", [{ shape: [9], values: xs }], (x) => call(x as Tensor, 1.5), tolerance));
    result.push(sample("the number 0.5 with float32", [{ shape: [9], values: ys }], (y) => call(0.5, y as Tensor), tolerance));
  }
  for (const [p, q] of pairDTypes) {
    if (!dtypes.includes(p) || !dtypes.includes(q)) continue;
    const inputs = [
      { shape: [3, 11], dtype: p, values: valuesFor(p, xRange) },
      { shape: [11], dtype: q, values: valuesFor(q, yRange) },
    ];
    result.push(sample(`${p} with ${q}`, inputs, on as Sample["call"], tolerance));
  }
  if (dtypes.includes("int32")) {
    result.push(
      sample(
        "int32 with the number 3",
        [{ shape: [9], dtype: "int32", values: valuesFor("int32", xRange) }],
        (x) => call(x as Tensor, 3),
        tolerance,
      ),
    );
  }
  return result;
}

function ternarySamples(name: string, row: RowDomain): Sample[] {
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

const made = <Name extends string>(
  domains: Readonly<Record<Name, RowDomain>>,
  make: (name: string, row: RowDomain) => Sample[],
): Record<Name, readonly Sample[]> =>
  Object.fromEntries(Object.entries(domains).map(([name, row]) => [name, make(name, row as RowDomain)])) as unknown as Record<
    Name,
    readonly Sample[]
  >;

/** Samples of every row of the table, by name. */
export const pointwiseSamples = (): Record<PointwiseName, readonly Sample[]> => ({
  ...made(unaryDomains, unarySamples),
  ...made(binaryDomains, binarySamples),
  ...made(ternaryDomains, ternarySamples),
});
