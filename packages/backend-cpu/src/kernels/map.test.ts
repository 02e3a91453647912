import {
  add,
  bitcast,
  cast,
  type DType,
  formula,
  index,
  input,
  type Node,
  ne,
  node,
  scalar,
  select,
  shr,
  sub,
} from "@gradkit/tensor/backend";
import { describe, expect, it } from "vitest";
import { bothBackends, everyFeature, firstDifference, type Layout, Pair, plainSimd } from "../../test/both-backends.ts";

const [x0, x1] = [input(0, "float"), input(1, "float")];
const sum = formula(["float", "float"], [], [add(x0, x1)]);
const numbers = (i: number): number => ((i * 7919) % 101) - 50;

/** Pairs of layouts of one shape, the output's last. */
const layouts: Record<string, readonly [Layout, Layout, Layout]> = {
  scalar: [
    { shape: [], strides: [] },
    { shape: [], strides: [], offset: 2 },
    { shape: [], strides: [] },
  ],
  "a vector of 1": [
    { shape: [1], strides: [1] },
    { shape: [1], strides: [0] },
    { shape: [1], strides: [1] },
  ],
  "a vector of 67": [
    { shape: [67], strides: [1] },
    { shape: [67], strides: [1], offset: 1 },
    { shape: [67], strides: [1], offset: 3 },
  ],
  nothing: [
    { shape: [0, 3], strides: [3, 1] },
    { shape: [0, 3], strides: [3, 1] },
    { shape: [0, 3], strides: [3, 1] },
  ],
  "a row for every row": [
    { shape: [5, 11], strides: [11, 1] },
    { shape: [5, 11], strides: [0, 1] },
    { shape: [5, 11], strides: [11, 1] },
  ],
  "a column for every column": [
    { shape: [5, 11], strides: [11, 1] },
    { shape: [5, 11], strides: [1, 0] },
    { shape: [5, 11], strides: [11, 1] },
  ],
  "a channel's number": [
    { shape: [2, 3, 4, 5], strides: [60, 20, 5, 1] },
    { shape: [2, 3, 4, 5], strides: [0, 1, 0, 0] },
    { shape: [2, 3, 4, 5], strides: [60, 20, 5, 1] },
  ],
  transposed: [
    { shape: [5, 7], strides: [1, 5] },
    { shape: [5, 7], strides: [7, 1] },
    { shape: [5, 7], strides: [7, 1] },
  ],
  "all transposed": [
    { shape: [5, 7], strides: [1, 5] },
    { shape: [5, 7], strides: [1, 5] },
    { shape: [5, 7], strides: [1, 5] },
  ],
  "flipped and sliced": [
    { shape: [3, 9], strides: [18, -2], offset: 17 },
    { shape: [3, 9], strides: [-9, 1], offset: 18 },
    { shape: [3, 9], strides: [20, 2], offset: 1 },
  ],
  "short rows of rank 5": [
    { shape: [2, 2, 3, 2, 3], strides: [1, 36, 6, 18, 2] },
    { shape: [2, 2, 3, 2, 3], strides: [36, 18, 6, 3, 1] },
    { shape: [2, 2, 3, 2, 3], strides: [36, 18, 6, 3, 1] },
  ],
};

describe.each([
  ["relaxed", everyFeature],
  ["plain", plainSimd],
])("map (%s SIMD)", (_, features) => {
  const both = bothBackends(features);
  const run = (f: typeof sum, inputs: readonly Pair[], scalars: readonly number[], outputs: readonly Pair[]): void => {
    for (const on of ["cpu", "reference"] as const) {
      both[on].map(
        f,
        inputs.map((each) => each[on]),
        scalars,
        outputs.map((each) => each[on]),
      );
    }
  };

  for (const from of ["float32", "int32", "uint8", "bool"] as const) {
    for (const to of ["float32", "int32", "uint8", "bool"] as const) {
      it.each(Object.entries(layouts))(`adds ${from} to ${from}, into ${to}: %s`, (_name, [a, b, out]) => {
        const type = from === "float32" ? "float" : from === "bool" ? "bool" : "int";
        const value =
          from === "bool" ? (i: number): number => numbers(i) & 1 : from === "uint8" ? (i: number): number => numbers(i) & 63 : numbers;
        const f = formula([type, type], [], [add(input(0, type), input(1, type))]);
        const whole = from === "float32" && to === "uint8" ? (i: number): number => Math.abs(numbers(i)) : value; // negative floats as bytes are undefined
        const inputs = [new Pair(both, { ...a, dtype: from }, whole), new Pair(both, { ...b, dtype: from }, whole)];
        const output = new Pair(both, { ...out, dtype: to }, () => 1);
        run(f, inputs, [], [output]);
        expect(firstDifference(output.read())).toBeNull();
      });
    }
  }

  it.each([
    ["a matrix", [70, 65], [1, 70], [65, 1]],
    ["a matrix into every other row", [70, 65], [1, 71], [130, 1]],
    ["matrices, rows flipped", [3, 40, 41], [1640, 1, -40], [1640, 41, 1]],
    ["channels last to channels first", [2, 17, 9, 20], [3060, 1, 340, 17], [3060, 180, 20, 1]],
  ])("brings large operands into the output's order: %s", (_name, shape, from, to) => {
    const flipped = from.reduce((sum, stride, d) => sum + (stride < 0 ? -stride * ((shape[d] as number) - 1) : 0), 0);
    const x = new Pair(both, { shape, strides: from, offset: flipped }, numbers);
    for (const f of [formula(["float"], [], [x0]), formula(["float", "float"], [], [add(x0, x1)])]) {
      const inputs = f.inputs.length === 1 ? [x] : [new Pair(both, { shape, strides: to }, numbers), x];
      const output = new Pair(both, { shape, strides: to }, () => 77);
      run(f, inputs, [], [output]);
      expect(firstDifference(output.read())).toBeNull();
    }
  });

  it("writes in place", () => {
    const [x, y] = [
      new Pair(both, { shape: [4, 5], strides: [1, 4] }, numbers),
      new Pair(both, { shape: [4, 5], strides: [0, 1] }, numbers),
    ];
    run(sum, [x, y], [], [x]);
    expect(firstDifference(x.read())).toBeNull();
  });

  it("gives several outputs, from scalars and positions, in row-major order", () => {
    const f = formula(
      ["float"],
      ["float", "int", "bool"],
      [add(x0, scalar(0, "float")), add(cast(index, "int"), scalar(1, "int")), select(scalar(2, "bool"), ne(x0, 1), ne(x0, x0))],
    );
    for (const strides of [
      [15, 5, 1],
      [1, 2, 6],
      [0, 5, 1],
    ]) {
      const x = new Pair(both, { shape: [2, 3, 5], strides }, numbers);
      const outputs = [
        new Pair(both, { shape: [2, 3, 5], strides: [1, 2, 6] }, () => 0),
        new Pair(both, { shape: [2, 3, 5], strides: [15, 5, 1], dtype: "int32" as DType }, () => 0),
        new Pair(both, { shape: [2, 3, 5], strides: [15, 5, 1], dtype: "bool" as DType }, () => 0),
      ];
      run(f, [x], [0.5, -7, 1], outputs);
      for (const output of outputs) expect(firstDifference(output.read())).toBeNull();
    }
  });

  it("tells kernels apart whose keys are longer than a number", () => {
    const type = (k: number) => (k === 0 ? "bool" : "float");
    const total = Array.from({ length: 13 }, (_, k) => cast(input(k, type(k)), "float")).reduce<Node>(
      (a, b) => add(a, b),
      scalar(0, "float"),
    );
    const f = formula(
      Array.from({ length: 13 }, (_, k) => type(k)),
      ["float"],
      [total],
    );
    for (const broadcast of [-1, 0, 1, 12, 1]) {
      const inputs = Array.from(
        { length: 13 },
        (_, k) =>
          new Pair(
            both,
            { shape: [9], strides: [k === broadcast ? 0 : 1], dtype: k === 0 ? "bool" : "float32" },
            k === 0 ? (i) => i % 2 : numbers,
          ),
      );
      const output = new Pair(both, { shape: [9], strides: [1] }, () => 0);
      run(f, inputs, [3], [output]);
      expect(firstDifference(output.read())).toBeNull();
    }
  });

  const edges = [0, 1, -1, 2, -2, 3, 7, -7, 31, 33, 1 << 30, -0x8000_0000, 0x7fff_ffff];
  for (const type of ["int", "uint"] as const) {
    it(`computes with ${type}s as C does, and with 0 for x / 0`, () => {
      const pairs = edges.flatMap((a) => edges.map((b) => [a, b] as const));
      const [a, b] = [0, 1].map(
        (k) => new Pair(both, { shape: [pairs.length], strides: [1], dtype: "int32" }, (i) => (pairs[i] ?? [0, 0])[k] as number),
      ) as [Pair, Pair];
      const [x, y] = [cast(input(0, "int"), type), cast(input(1, "int"), type)];
      for (const op of [
        "add",
        "sub",
        "mul",
        "div",
        "rem",
        "min",
        "max",
        "and",
        "or",
        "xor",
        "shl",
        "shr",
        "lt",
        "le",
        "eq",
        "ne",
      ] as const) {
        const isComparison = ["lt", "le", "eq", "ne"].includes(op);
        const result = node(op, isComparison ? "bool" : type, [x, y]);
        const output = new Pair(both, { shape: [pairs.length], strides: [1], dtype: isComparison ? "bool" : "int32" }, () => 0);
        run(formula(["int", "int"], [], [isComparison ? result : cast(result, "int")]), [a, b], [], [output]);
        expect([op, firstDifference(output.read())]).toEqual([op, null]);
      }
    });
  }

  it("casts, reads bits and shifts by constants", () => {
    const x = new Pair(
      both,
      { shape: [40], strides: [1] },
      (i) => [0.5, -0.5, 1e10, -1e10, Number.NaN, Infinity, -0, 3.99][i % 8] as number,
    );
    const results = [
      cast(x0, "int"),
      cast(cast(x0, "uint"), "int"),
      bitcast(x0, "int"),
      shr(bitcast(x0, "int"), 3),
      sub(0, cast(cast(x0, "bool"), "int")),
    ];
    for (const result of results) {
      const output = new Pair(both, { shape: [40], strides: [1], dtype: "int32" }, () => 0);
      run(formula(["float"], [], [result]), [x], [], [output]);
      expect(firstDifference(output.read())).toBeNull();
    }
  });
});
