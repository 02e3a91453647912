// Samples of sums of windows: as pooling makes them, and as their gradients do.
import type { WindowTable } from "../../backend.ts";
import { applyOp } from "../../ops/dispatch.ts";
import { windowSumOp } from "../../ops/window-sum.ts";
import type { Tensor } from "../../tensor.ts";
import type { LayoutName } from "./layouts.ts";
import { atKinks, type Sample, sample } from "./sample.ts";
import { exact, summed } from "./tolerance.ts";
import { listed, spread } from "./values.ts";

type Windows = readonly (readonly [start: number, end: number])[] | null;

interface Case {
  readonly name: string;
  readonly x: readonly number[];
  readonly rows: Windows;
  readonly columns: Windows;
}

const table = (size: number, windows: Windows): WindowTable | null =>
  windows && { size, starts: windows.map(([start]) => start), ends: windows.map(([, end]) => end) };

const tiles = (count: number, length: number): Windows => Array.from({ length: count }, (_, i) => [i * length, (i + 1) * length] as const);
const around = (size: number, reach: number): Windows =>
  Array.from({ length: size }, (_, i) => [Math.max(0, i - reach), Math.min(size, i + reach + 1)] as const);
const repeated = (count: number, times: number): Windows =>
  Array.from({ length: count * times }, (_, i) => [Math.floor(i / times), Math.floor(i / times) + 1] as const);

const cases: readonly Case[] = [
  { name: "tiles", x: [2, 3, 6, 10], rows: tiles(3, 2), columns: tiles(5, 2) },
  { name: "each element twice, as the gradient of tiles", x: [2, 3, 3, 5], rows: repeated(3, 2), columns: repeated(5, 2) },
  { name: "overlapping, shorter at the edges", x: [2, 2, 5, 9], rows: around(5, 1), columns: around(9, 1) },
  { name: "windows of several lengths", x: [1, 2, 7, 11], rows: [[0, 3], [2, 5], [4, 7]], columns: [[0, 3], [2, 6], [5, 9], [8, 11]] },
  { name: "gaps, and windows without elements", x: [2, 1, 7, 8], rows: [[0, 2], [3, 3], [4, 7]], columns: [[0, 0], [1, 2], [4, 6], [8, 8]] },
  { name: "long rows of windows", x: [1, 2, 3, 40], rows: tiles(1, 3), columns: around(40, 7) },
  { name: "rows alone", x: [2, 3, 6, 5], rows: around(6, 2), columns: null },
  { name: "columns alone", x: [2, 3, 4, 6], rows: null, columns: tiles(2, 3) },
  { name: "one column", x: [3, 2, 5, 1], rows: tiles(1, 5), columns: tiles(1, 1) },
]; // biome-ignore format: a table

const call =
  ({ x, rows, columns }: Case) =>
  (input: Tensor): Tensor =>
    applyOp(windowSumOp, [input], { rows: table(x[2] as number, rows), columns: table(x[3] as number, columns) })[0] as Tensor;

const forward = (each: Case, layout: LayoutName = "contiguous"): Sample => {
  const title = layout === "contiguous" ? each.name : `${each.name}, ${layout}`;
  return sample(title, [{ shape: each.x, values: spread(-2, 2), layout }], call(each), summed(45));
};

const [first] = cases as [Case];
const nan = Number.NaN;
const infinity = Number.POSITIVE_INFINITY;

export const windowSumSamples = {
  windowSum: [
    ...cases.map((each) => forward(each)),
    ...(["transposed", "permuted", "stepped", "flipped", "expanded"] as const).map((layout) => forward(first, layout)),
    atKinks("NaN and infinities stay in their windows", [{ shape: [1, 2, 4, 6], values: listed(1, nan, 2, infinity, 3, 4, -5) }],
      call({ name: "", x: [1, 2, 4, 6], rows: tiles(4, 1), columns: [[0, 1], [1, 2], [2, 2], [2, 4], [3, 6]] }), exact), // biome-ignore format: one sample
  ],
};
