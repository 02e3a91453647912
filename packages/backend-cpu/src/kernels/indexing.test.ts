import type { DType, ScanKind, ScatterMode } from "@gradkit/tensor/backend";
import { describe, expect, it } from "vitest";
import { bothBackends, firstDifference, type Layout, Pair } from "../../test/both-backends.ts";

const both = bothBackends();
const backends = ["cpu", "reference"] as const;
const numbers = (i: number): number => ((i * 7919) % 23) - 11;
/** With ties, NaN, infinities and both zeros. */
const special = (i: number): number =>
  i % 5 === 3 ? ([Number.NaN, Infinity, -Infinity, -0, 0][((i / 5) % 5) | 0] as number) : ((i * 7919) % 13) - 6;

interface Case {
  readonly name: string;
  readonly dim: number;
  readonly source: Layout;
  readonly index: Layout;
  readonly result: Layout;
}

const cases: Case[] = [
  {
    name: "rows of a table, as an embedding reads them",
    dim: 0,
    source: { shape: [6, 40], strides: [40, 1] },
    index: { shape: [9, 40], strides: [1, 0] },
    result: { shape: [9, 40], strides: [40, 1] },
  },
  {
    name: "along the last dim, fewer rows than the source",
    dim: 1,
    source: { shape: [6, 6], strides: [6, 1] },
    index: { shape: [3, 7], strides: [7, 1] },
    result: { shape: [3, 7], strides: [7, 1] },
  },
  {
    name: "the middle dim, everything strided",
    dim: 1,
    source: { shape: [2, 6, 3], strides: [1, 6, 2], offset: 1 },
    index: { shape: [2, 4, 3], strides: [12, 1, 4] },
    result: { shape: [2, 4, 3], strides: [-12, 3, 1], offset: 12 },
  },
  {
    name: "nothing",
    dim: 0,
    source: { shape: [6, 4], strides: [4, 1] },
    index: { shape: [0, 4], strides: [4, 1] },
    result: { shape: [0, 4], strides: [4, 1] },
  },
];

describe("gather and scatter", () => {
  for (const each of cases) {
    const { dim, source, index, result } = each;
    const places = source.shape[dim] ?? 1;
    const position = (i: number): number => (i * 31) % places;
    it.each(["float32", "int32", "uint8", "bool"] as const)(`gathers %s: ${each.name}`, (dtype: DType) => {
      const value = dtype === "float32" ? special : (i: number): number => (dtype === "bool" ? i & 1 : Math.abs(numbers(i)));
      const from = new Pair(both, { ...source, dtype }, value);
      const at = new Pair(both, { ...index, dtype: "int32" }, position);
      const to = new Pair(both, { ...result, dtype }, () => 1);
      for (const on of backends) both[on].gather(from[on], dim, at[on], to[on]);
      expect(firstDifference(to.read())).toBeNull();
    });

    for (const mode of ["set", "add", "mul", "max", "min"] satisfies ScatterMode[]) {
      it.each(["float32", "int32"] as const)(`scatters %s by ${mode}: ${each.name}`, (dtype: DType) => {
        const value = (i: number): number => (mode === "mul" ? (i % 3) - 1 : numbers(i)); // products stay exact
        const to = new Pair(both, { ...source, dtype }, numbers);
        const at = new Pair(both, { ...index, dtype: "int32" }, position);
        const from = new Pair(both, { ...result, dtype }, value);
        for (const on of backends) both[on].scatter(mode, to[on], dim, at[on], from[on]);
        expect(firstDifference(to.read())).toBeNull();
      });
    }
  }

  it("hands on NaN when it scatters extremes", () => {
    for (const mode of ["max", "min"] as const) {
      const to = new Pair(both, { shape: [4], strides: [1] }, (i) => (i === 0 ? Number.NaN : 1));
      const at = new Pair(both, { shape: [3], strides: [1], dtype: "int32" }, (i) => i);
      const from = new Pair(both, { shape: [3], strides: [1] }, (i) => (i === 1 ? Number.NaN : 2));
      for (const on of backends) both[on].scatter(mode, to[on], 0, at[on], from[on]);
      expect(to.read().cpu.slice(0, 2)).toEqual([Number.NaN, Number.NaN]);
      expect(firstDifference(to.read())).toBeNull();
    }
  });
});

const lines: { name: string; dim: number; input: Layout; output: Layout }[] = [
  { name: "a vector", dim: 0, input: { shape: [13], strides: [1] }, output: { shape: [13], strides: [1] } },
  { name: "a long vector", dim: 0, input: { shape: [500], strides: [1] }, output: { shape: [500], strides: [1] } },
  {
    name: "columns, strided and flipped",
    dim: 0,
    input: { shape: [70, 3], strides: [-3, 1], offset: 207 },
    output: { shape: [70, 3], strides: [1, 70] },
  },
  { name: "rows", dim: 1, input: { shape: [4, 9], strides: [9, 1] }, output: { shape: [4, 9], strides: [9, 1] } },
  { name: "nothing", dim: 0, input: { shape: [0], strides: [1] }, output: { shape: [0], strides: [1] } },
];

describe("scan", () => {
  for (const dtype of ["float32", "int32"] as const) {
    for (const kind of ["sum", "prod", "max", "min"] satisfies ScanKind[]) {
      it.each(lines)(`${kind} of ${dtype}: $name`, ({ dim, input, output }) => {
        const extreme = kind === "max" || kind === "min";
        const value = kind === "prod" ? (i: number): number => [1, -1, 2, 0.5][i % 4] as number : extreme ? special : numbers;
        const source = new Pair(both, { ...input, dtype }, dtype === "int32" ? (i) => Math.trunc(value(i)) || 0 : value);
        const outputs = [new Pair(both, { ...output, dtype }, () => 77)];
        if (extreme) outputs.push(new Pair(both, { ...output, dtype: "int32" }, () => 77));
        for (const on of backends) {
          both[on].scan(
            kind,
            source[on],
            dim,
            outputs.map((each) => each[on]),
          );
        }
        expect(outputs.map((each) => firstDifference(each.read()))).toEqual(outputs.map(() => null));
      });
    }
  }
});

describe("sort", () => {
  for (const dtype of ["float32", "int32", "uint8"] as const) {
    for (const descending of [false, true]) {
      it.each(lines)(`${dtype} ${descending ? "descending" : "ascending"}: $name`, ({ dim, input, output }) => {
        const value =
          dtype === "float32"
            ? special
            : dtype === "int32"
              ? (i: number): number => numbers(i) * 0x0800_0000
              : (i: number): number => (i * 37) % 256;
        const source = new Pair(both, { ...input, dtype }, value);
        const [values, indices] = [new Pair(both, { ...output, dtype }, () => 77), new Pair(both, { ...output, dtype: "int32" }, () => 77)];
        for (const on of backends) both[on].sort(source[on], dim, descending, values[on], indices[on]);
        expect([firstDifference(values.read()), firstDifference(indices.read())]).toEqual([null, null]);
      });
    }
  }
});
