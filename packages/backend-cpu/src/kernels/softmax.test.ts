import { contiguousStrides, type FusedKernels, numel, type View } from "@gradkit/tensor/backend";
import { describe, expect, it } from "vitest";
import { naiveMap, randomNumbers, readView, viewOf, writeView } from "../../test/strided-views.ts";
import { Memory } from "../memory.ts";
import { detectFeatures } from "../wasm/features.ts";
import { createSoftmax } from "./softmax.ts";

const features = detectFeatures();
const engines = [
  ["this engine", features],
  ["plain SIMD", { ...features, relaxedSimd: false }],
] as const;

/** The oracles: one row in float64. */
const naive = {
  softmax: ([x]: number[][]): number[] => {
    const most = Math.max(...(x as number[]));
    const e = (x as number[]).map((value) => Math.exp(value - most));
    const total = e.reduce((a, b) => a + b);
    return e.map((value) => value / total);
  },
  logSoftmax: ([x]: number[][]): number[] => {
    const most = Math.max(...(x as number[]));
    const total = (x as number[]).reduce((sum, value) => sum + Math.exp(value - most), 0);
    return (x as number[]).map((value) => value - most - Math.log(total));
  },
  softmaxGrad: ([dy, y]: number[][]): number[] => {
    const total = (dy as number[]).reduce((sum, value, i) => sum + value * (y?.[i] as number), 0);
    return (dy as number[]).map((value, i) => (y?.[i] as number) * (value - total));
  },
  logSoftmaxGrad: ([dy, y]: number[][]): number[] => {
    const total = (dy as number[]).reduce((sum, value) => sum + value, 0);
    return (dy as number[]).map((value, i) => value - Math.exp(y?.[i] as number) * total);
  },
};
type Op = keyof typeof naive;

/** Runs a row's oracle over every line along dim. */
function alongDim(shape: number[], dim: number, inputs: number[][], row: (lines: number[][]) => number[]): number[] {
  const [size, inner] = [shape[dim] as number, numel(shape.slice(dim + 1))];
  const out = new Array<number>(numel(shape));
  for (let start = 0; start < out.length; start++) {
    if (Math.floor(start / inner) % size !== 0) continue;
    const at = Array.from({ length: size }, (_, i) => start + i * inner);
    const values = row(inputs.map((list) => at.map((position) => list[position] as number)));
    at.forEach((position, i) => {
      out[position] = values[i] as number;
    });
  }
  return out;
}

const transposed = (shape: number[]): number[] => contiguousStrides([...shape].reverse()).reverse();

describe.each(engines)("softmax (%s)", (_, given) => {
  const memory = new Memory(given);
  const kernels = createSoftmax(memory, naiveMap(memory));
  const run = (op: Op, inputs: View[], output: View, dim: number): boolean =>
    (kernels[op] as (...args: unknown[]) => ReturnType<FusedKernels["softmax"]>)(...inputs, output, dim);
  const filled = (shape: number[], values: number[], strides = contiguousStrides(shape)): View => {
    const view = viewOf(memory, shape, strides);
    writeView(memory, view, values);
    return view;
  };

  const shapes: [shape: number[], dim: number][] = [
    [[1, 1], 1],
    [[5, 3], 1],
    [[7, 10], 1],
    [[3, 37], 1],
    [[2, 1000], 1],
    [[9, 6], 0],
    [[5, 3], 0],
    [[3, 1], 0],
    [[2, 5, 7], 1],
    [[2, 5, 8], 1],
    [[3, 4, 2, 3], 1],
    [[6], 0],
    [[2, 3, 2055], 1], // several blocks of columns
  ];
  for (const op of Object.keys(naive) as Op[])
    it(`${op} along any dim`, () => {
      for (const [shape, dim] of shapes)
        for (const strides of [contiguousStrides(shape), transposed(shape)]) {
          const random = (seed: number, scale: number): number[] => randomNumbers(numel(shape), seed).map((value) => value * scale);
          const given = op.endsWith("Grad")
            ? [random(1, 3), alongDim(shape, dim, [random(2, 8)], op === "softmaxGrad" ? naive.softmax : naive.logSoftmax)]
            : [random(3, 30)];
          const inputs = given.map((values) => filled(shape, values, strides));
          const output = viewOf(memory, shape, contiguousStrides(shape));
          expect(run(op, inputs, output, dim)).toBe(true);
          const expected = alongDim(shape, dim, given, naive[op]);
          readView(memory, output).forEach((value, i) => {
            const want = expected[i] as number;
            // float32 inputs of size ≤ 50 and sums of up to 1000 of them
            expect(Math.abs(value - want)).toBeLessThanOrEqual(2e-6 * Math.abs(want) + (op === "softmax" ? 1e-40 : 4e-6));
          });
          for (const { buffer } of [...inputs, output]) memory.release(buffer as never);
        }
      expect(memory.liveBytes).toBe(0);
    });

  it("large numbers, infinities and NaN, as torch", () => {
    const inf = Number.POSITIVE_INFINITY;
    const rows: [number[], number[], number[]][] = [
      [
        [2 ** 100, 2 ** 100, -(2 ** 100)],
        [0.5, 0.5, 0],
        [Math.fround(-Math.log(2)), Math.fround(-Math.log(2)), -(2 ** 101)],
      ],
      [
        [-inf, 0, 0],
        [0, 0.5, 0.5],
        [-inf, Math.fround(-Math.log(2)), Math.fround(-Math.log(2))],
      ],
      [
        [-inf, -inf, -inf],
        [Number.NaN, Number.NaN, Number.NaN],
        [Number.NaN, Number.NaN, Number.NaN],
      ],
      [
        [inf, 0, 0],
        [Number.NaN, Number.NaN, Number.NaN],
        [Number.NaN, Number.NaN, Number.NaN],
      ],
      [
        [0, Number.NaN, 1],
        [Number.NaN, Number.NaN, Number.NaN],
        [Number.NaN, Number.NaN, Number.NaN],
      ],
    ];
    for (const [given, soft, logSoft] of rows)
      for (const [shape, dim] of [
        [[1, 3], 1],
        [[3, 1], 0],
        [[3, 2], 0],
      ] as [number[], number][]) {
        const copies = (shape[1] as number) === 2 ? (row: number[]) => row.flatMap((value) => [value, value]) : (row: number[]) => row;
        const x = filled(shape, copies(given));
        const y = viewOf(memory, shape, contiguousStrides(shape));
        run("softmax", [x], y, dim);
        expect(readView(memory, y)).toEqual(copies(soft));
        run("logSoftmax", [x], y, dim);
        expect(readView(memory, y)).toEqual(copies(logSoft.map(Math.fround)));
      }
  });

  it("nothing to do", () => {
    for (const shape of [
      [0, 3],
      [3, 0],
    ]) {
      const [x, y] = [viewOf(memory, shape, [3, 1]), viewOf(memory, shape, [3, 1])];
      expect(run("softmax", [x], y, 1)).toBe(true);
    }
  });
});
