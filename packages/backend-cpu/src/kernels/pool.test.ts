import { contiguousStrides, numel, type PoolAttrs, type View } from "@gradkit/tensor/backend";
import { describe, expect, it } from "vitest";
import { randomView, readView, viewOf, writeView } from "../../test/strided-views.ts";
import { Memory } from "../memory.ts";
import { detectFeatures } from "../wasm/features.ts";
import { createMaxPool, createMaxPoolGrad } from "./pool.ts";
import { WindowKernels } from "./window-kernels.ts";

const memory = new Memory(detectFeatures());
const kernels = new WindowKernels(memory);
const [maxPool, maxPoolGrad] = [createMaxPool(kernels), createMaxPoolGrad(kernels)];

interface PoolCase extends PoolAttrs {
  readonly x: [number, number, number, number];
  readonly ceil?: boolean;
}

function outputShape({ x, kernelSize, stride, padding, dilation, ceil }: PoolCase): number[] {
  const size = (d: number): number => {
    const span = (x[2 + d] as number) + 2 * (padding[d] as number) - (dilation[d] as number) * ((kernelSize[d] as number) - 1) - 1;
    return (ceil ? Math.ceil : Math.floor)(span / (stride[d] as number)) + 1;
  };
  return [x[0], x[1], size(0), size(1)];
}

/** The oracle: every window, element by element; the first of equals, the first NaN before all. */
function naivePool(shape: PoolCase, xs: number[]): { values: number[]; indices: number[] } {
  const [N, C, H, W] = shape.x;
  const [, , OH, OW] = outputShape(shape) as [number, number, number, number];
  const [values, indices]: [number[], number[]] = [[], []];
  const at = (list: readonly number[], d: number): number => list[d] as number;
  for (let plane = 0; plane < N * C; plane++)
    for (let i = 0; i < OH; i++)
      for (let j = 0; j < OW; j++) {
        let found: [number, number] | null = null;
        for (let u = 0; u < at(shape.kernelSize, 0); u++)
          for (let v = 0; v < at(shape.kernelSize, 1); v++) {
            const row = i * at(shape.stride, 0) - at(shape.padding, 0) + u * at(shape.dilation, 0);
            const column = j * at(shape.stride, 1) - at(shape.padding, 1) + v * at(shape.dilation, 1);
            if (row < 0 || row >= H || column < 0 || column >= W) continue;
            const value = xs[(plane * H + row) * W + column] as number;
            const better = !found || (!Number.isNaN(found[0]) && (value > found[0] || Number.isNaN(value)));
            if (better) found = [value, row * W + column];
          }
        const [value, index] = found as [number, number];
        values.push(value);
        indices.push(index);
      }
  return { values, indices };
}

const attrs = (kernel: number, stride: number, padding = 0, dilation = 1): PoolAttrs => ({
  kernelSize: [kernel, kernel],
  stride: [stride, stride],
  padding: [padding, padding],
  dilation: [dilation, dilation],
});

const cases: Record<string, PoolCase> = {
  "2×2": { ...attrs(2, 2), x: [2, 3, 8, 10] },
  "2×2, rows and columns left over": { ...attrs(2, 2), x: [2, 3, 9, 13] },
  "2×2, narrower than a vector": { ...attrs(2, 2), x: [2, 2, 6, 6] },
  "3×3, overlapping": { ...attrs(3, 1), x: [1, 2, 7, 9] },
  "3×3, stride 2, padded": { ...attrs(3, 2, 1), x: [2, 2, 9, 11] },
  "3×3, stride 2": { ...attrs(3, 2), x: [2, 2, 9, 11] },
  dilated: { ...attrs(2, 1, 0, 3), x: [1, 2, 8, 9] },
  "dilated, padded": { ...attrs(3, 2, 1, 2), x: [1, 2, 9, 12] },
  "stride beyond the window": { ...attrs(2, 3), x: [1, 2, 11, 12] },
  "last windows hang over": { ...attrs(2, 2), x: [1, 2, 7, 9], ceil: true },
  "large windows": { ...attrs(5, 2), x: [1, 1, 11, 13] },
  uneven: { kernelSize: [1, 3], stride: [2, 1], padding: [0, 1], dilation: [1, 1], x: [1, 2, 5, 6] },
};

const contiguousOf = (shape: readonly number[], dtype: "float32" | "int32" = "float32"): View =>
  viewOf(memory, [...shape], contiguousStrides(shape), dtype);

describe("max pool", () => {
  for (const [name, shape] of Object.entries(cases))
    it(name, () => {
      const [n, c, h, w] = shape.x;
      for (const strides of [contiguousStrides(shape.x), [h * w * c, 1, w * c, c], [c * h * w, -h * w, w, 1], [0, h * w, 1, h]]) {
        const x = randomView(memory, [n, c, h, w], strides, 1); // few distinct values: many ties
        const out = outputShape(shape);
        const [y, indices] = [contiguousOf(out), contiguousOf(out, "int32")];
        expect(maxPool(x, y, indices, shape)).toBe(true);
        const expected = naivePool(shape, readView(memory, x));
        expect(readView(memory, y)).toEqual(expected.values);
        expect(readView(memory, indices)).toEqual(expected.indices);

        for (const dyStrides of [contiguousStrides(out), [0, 0, 1, 0]]) {
          const [dy, dx] = [randomView(memory, out, dyStrides, 2), contiguousOf(shape.x)];
          expect(maxPoolGrad(dy, indices, dx)).toBe(true);
          const gradient = new Array<number>(numel(shape.x)).fill(0);
          const perPlane = (out[2] as number) * (out[3] as number);
          readView(memory, dy).forEach((g, i) => {
            (gradient[Math.floor(i / perPlane) * h * w + (expected.indices[i] as number)] as number) += g;
          });
          expect(readView(memory, dx)).toEqual(gradient);
          for (const { buffer } of [dy, dx]) memory.release(buffer as never);
        }
        for (const { buffer } of [x, y, indices]) memory.release(buffer as never);
      }
      expect(memory.liveBytes).toBe(0);
    });

  it("finds −∞ within the plane where there is nothing else", () => {
    const shape: PoolCase = { ...attrs(3, 2, 1), x: [1, 1, 8, 8] };
    const x = contiguousOf(shape.x);
    const numbers = new Array<number>(64).fill(Number.NEGATIVE_INFINITY);
    writeView(memory, x, numbers);
    const [y, indices] = [contiguousOf(outputShape(shape)), contiguousOf(outputShape(shape), "int32")];
    maxPool(x, y, indices, shape);
    expect(readView(memory, indices)).toEqual(naivePool(shape, numbers).indices);
  });

  it("hands on NaN, takes the first of several, and finds −∞ within the plane", () => {
    for (const [kernel, padding] of [
      [2, 0],
      [3, 1],
    ] as const) {
      const shape: PoolCase = { ...attrs(kernel, 2, padding), x: [1, 1, 8, 8] };
      const x = contiguousOf(shape.x);
      const numbers = Array.from({ length: 64 }, (_, i) =>
        i % 7 === 3 || i % 5 === 2 ? Number.NaN : i < 32 ? Number.NEGATIVE_INFINITY : i,
      );
      writeView(memory, x, numbers);
      const out = outputShape(shape);
      const [y, indices] = [contiguousOf(out), contiguousOf(out, "int32")];
      maxPool(x, y, indices, shape);
      const expected = naivePool(shape, numbers);
      expect(readView(memory, y)).toEqual(expected.values);
      expect(readView(memory, indices)).toEqual(expected.indices);
    }
  });
});
