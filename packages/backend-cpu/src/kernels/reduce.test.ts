import { add, type DType, dtypes, type Finish, formula, input, type Reducer, scalar } from "@gradkit/tensor/backend";
import { describe, expect, it } from "vitest";
import { type BothBackends, bothBackends, everyFeature, firstDifference, type Layout, Pair, plainSimd } from "../../test/both-backends.ts";

/** Small whole numbers with ties; floats among them with NaN, infinities and both zeros where `special`. */
const values =
  (special: boolean) =>
  (i: number): number => {
    if (special && i % 11 === 3) return [Number.NaN, Infinity, -Infinity, -0, 0][(i >> 2) % 5] as number;
    return ((i * 7919) % 23) - 11;
  };

interface Case {
  readonly name: string;
  readonly layout: Layout;
  readonly dims: readonly number[];
}

const cases: Case[] = [
  { name: "scalar", layout: { shape: [], strides: [] }, dims: [] },
  { name: "all of a vector", layout: { shape: [1003], strides: [1] }, dims: [0] },
  { name: "last dim", layout: { shape: [7, 37], strides: [37, 1] }, dims: [1] },
  { name: "short last dim", layout: { shape: [19, 3], strides: [3, 1] }, dims: [1] },
  { name: "first dim", layout: { shape: [37, 13], strides: [13, 1] }, dims: [0] },
  { name: "first dim, two columns", layout: { shape: [301, 2], strides: [2, 1] }, dims: [0] },
  { name: "first dim, more columns than a tile", layout: { shape: [5, 1031], strides: [1031, 1] }, dims: [0] },
  { name: "middle dim", layout: { shape: [3, 5, 7], strides: [35, 7, 1] }, dims: [1] },
  { name: "first and last", layout: { shape: [3, 5, 18], strides: [90, 18, 1] }, dims: [0, 2] },
  { name: "channels of images", layout: { shape: [3, 4, 5, 6], strides: [120, 30, 6, 1] }, dims: [0, 2, 3] },
  { name: "everything of rank 3", layout: { shape: [3, 5, 18], strides: [90, 18, 1] }, dims: [0, 1, 2] },
  { name: "transposed", layout: { shape: [9, 21], strides: [1, 9] }, dims: [1] },
  { name: "flipped, with an offset", layout: { shape: [4, 20], strides: [20, -1], offset: 19 }, dims: [1] },
  { name: "every other column", layout: { shape: [6, 9], strides: [18, 2] }, dims: [0] },
  { name: "every other element of rows", layout: { shape: [6, 29], strides: [58, 2] }, dims: [1] },
  { name: "broadcast", layout: { shape: [6, 29], strides: [0, 1] }, dims: [0] },
  { name: "broadcast inside", layout: { shape: [6, 29], strides: [1, 0] }, dims: [1] },
  { name: "a dim of size 1", layout: { shape: [5, 1, 7], strides: [7, 7, 1] }, dims: [1] },
  { name: "first dim of a large matrix", layout: { shape: [70, 67], strides: [67, 1] }, dims: [0] },
  { name: "first and third of many", layout: { shape: [9, 4, 8, 20], strides: [640, 160, 20, 1] }, dims: [0, 2] },
  { name: "channels of many images", layout: { shape: [33, 16, 15, 17], strides: [4080, 255, 17, 1] }, dims: [0, 2, 3] },
  {
    name: "channels of many images, flipped",
    layout: { shape: [33, 16, 15, 17], strides: [-4080, 255, 17, -1], offset: 130576 },
    dims: [0, 2, 3],
  },
  { name: "a dim of size 1 of a large matrix", layout: { shape: [1, 70, 67], strides: [4690, 67, 1] }, dims: [0] },
  { name: "nothing, for some outputs", layout: { shape: [4, 0], strides: [0, 1] }, dims: [1] },
];

const kept = (shape: readonly number[], dims: readonly number[]): Layout => {
  const out = shape.map((n, d) => (dims.includes(d) ? 1 : n));
  const strides = out.map((_, d) => out.slice(d + 1).reduce((a, b) => a * b, 1));
  return { shape: out, strides };
};

const outputDtype = (reducer: Reducer, dtype: DType): DType => (reducer.startsWith("arg") || dtype !== "float32" ? "int32" : "float32");

function run(both: BothBackends, reducer: Reducer, dtype: DType, { layout, dims }: Case): (string | null)[] {
  const isArg = reducer.startsWith("arg");
  const source = new Pair(both, { ...layout, dtype }, values(dtype === "float32" && reducer !== "sum" && reducer !== "prod"));
  const type = dtypes[dtype].scalar === "float" ? "float" : "int";
  const identity = formula([type], [], [input(0, type)]);
  const target = kept(layout.shape, dims);
  const outputs = [new Pair(both, { ...target, dtype: outputDtype(reducer, dtype) }, () => 77)];
  if (isArg) outputs.push(new Pair(both, { ...target, dtype }, () => 77));
  for (const on of ["cpu", "reference"] as const) {
    both[on].reduce(
      reducer,
      identity,
      [source[on]],
      [],
      outputs.map((output) => output[on]),
      dims,
    );
  }
  return outputs.map((output) => firstDifference(output.read()));
}

describe.each([
  ["relaxed", everyFeature],
  ["plain", plainSimd],
])("reduce (%s SIMD)", (_, features) => {
  const both = bothBackends(features);
  for (const dtype of ["float32", "int32", "uint8"] as const) {
    for (const reducer of ["sum", "prod", "max", "min", "argmax", "argmin"] as const) {
      it.each(cases)(`${reducer} of ${dtype}: $name`, (each) => {
        const empty = each.layout.shape.includes(0);
        if (empty && reducer !== "sum" && reducer !== "prod") return; // the op layer refuses these
        const isLargeProduct = reducer === "prod" && dtype === "float32" && each.layout.shape.length > 0; // infinite in float32 sooner than in float64
        if (isLargeProduct) return;
        expect(run(both, reducer, dtype, each)).toEqual(reducer.startsWith("arg") ? [null, null] : [null]);
      });
    }
  }

  it("takes a formula on the way in and one on the way out", () => {
    const [x, y] = [
      new Pair(both, { shape: [5, 40], strides: [40, 1] }, values(false)),
      new Pair(both, { shape: [5, 40], strides: [0, 1] }, values(false)),
    ];
    const source = formula(["float", "float"], ["float"], [add(input(0, "float"), add(input(1, "float"), scalar(0, "float")))]);
    const finish: Finish = { formula: formula(["float"], ["float"], [add(input(0, "float"), scalar(0, "float"))]), scalars: [1000] };
    for (const dims of [[0], [1]]) {
      const out = new Pair(both, kept([5, 40], dims), () => 77);
      for (const on of ["cpu", "reference"] as const) both[on].reduce("sum", source, [x[on], y[on]], [0.5], [out[on]], dims, finish);
      expect(firstDifference(out.read())).toBeNull();
    }
  });

  it("multiplies floats", () => {
    const x = new Pair(both, { shape: [30, 5], strides: [5, 1] }, (i) => 1 + ((i * 37) % 7) / 16);
    for (const dims of [[0], [1], [0, 1]]) {
      const out = new Pair(both, kept([30, 5], dims), () => 77);
      const identity = formula(["float"], [], [input(0, "float")]);
      for (const on of ["cpu", "reference"] as const) both[on].reduce("prod", identity, [x[on]], [], [out[on]], dims);
      expect(firstDifference(out.read(), 150 * 2 ** -24)).toBeNull(); // half an ulp for each factor
    }
  });

  it("keeps sums of a million elements exact to rounding, along rows and columns", () => {
    const count = 1 << 20;
    const x = new Pair(both, { shape: [count], strides: [1] }, (i) => Math.fround(0.1 + (i % 10) * 0.01));
    const identity = formula(["float"], [], [input(0, "float")]);
    for (const [shape, dims] of [
      [[count], [0]],
      [[count / 16, 16], [0]],
      [[16, count / 16], [1]],
    ] as const) {
      const strides = shape.length === 1 ? [1] : [shape[1] as number, 1];
      const out = new Pair(both, kept(shape, dims), () => 77);
      for (const on of ["cpu", "reference"] as const) {
        both[on].reduce("sum", identity, [{ ...x[on], shape, strides }], [], [out[on]], dims);
      }
      // 128 additions in float32 between two in float64: their errors, each 2⁻²⁴ of a 128th of the total at most, hardly add up
      expect(firstDifference(out.read(), 2 ** -21)).toBeNull();
    }
  });
});
