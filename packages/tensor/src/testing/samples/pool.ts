// Samples of max-pooling and its gradient.
import * as ops from "../../ops/pool.ts";
import type { Tensor } from "../../tensor.ts";
import type { LayoutName } from "./layouts.ts";
import { atKinks, both, type Sample, sample } from "./sample.ts";
import { exact, summed } from "./tolerance.ts";
import { listed, spread, whole } from "./values.ts";

interface Geometry {
  readonly name: string;
  readonly x: readonly number[];
  readonly kernel: number | readonly number[];
  readonly options?: ops.MaxPoolOptions;
}

const geometries: readonly Geometry[] = [
  { name: "2x2", x: [2, 3, 8, 10], kernel: 2 },
  { name: "2x2, a rest at the end", x: [2, 3, 7, 9], kernel: 2 },
  { name: "3x3 stride 2", x: [2, 3, 9, 9], kernel: 3, options: { stride: 2 } },
  { name: "3x3 stride 2 padding 1", x: [2, 3, 8, 9], kernel: 3, options: { stride: 2, padding: 1 } },
  { name: "3x3 stride 1, overlapping", x: [1, 2, 6, 7], kernel: 3, options: { stride: 1 } },
  { name: "2x2 dilation 2", x: [1, 2, 9, 8], kernel: 2, options: { stride: 1, dilation: 2 } },
  {
    name: "3x2 with different attributes",
    x: [1, 2, 9, 11],
    kernel: [3, 2],
    options: { stride: [2, 3], padding: [1, 0], dilation: [1, 2] },
  },
  { name: "ceilMode", x: [1, 2, 7, 8], kernel: 3, options: { stride: 2, ceilMode: true } },
  { name: "ceilMode with padding", x: [1, 2, 6, 5], kernel: 2, options: { stride: 2, padding: 1, ceilMode: true } },
  { name: "one window", x: [2, 2, 4, 4], kernel: 4 },
  { name: "1d", x: [2, 3, 11], kernel: 3, options: { stride: 2 } },
  { name: "1d ceilMode padding 1", x: [2, 3, 12], kernel: 3, options: { padding: 1, ceilMode: true } },
  { name: "3d", x: [1, 2, 4, 6, 5], kernel: 2 },
  { name: "3d padding 1", x: [1, 1, 5, 4, 6], kernel: 3, options: { stride: 2, padding: 1 } },
  { name: "without batch", x: [3, 8, 6], kernel: 2 },
];

const pools = [ops.maxPool1dWithIndices, ops.maxPool2dWithIndices, ops.maxPool3dWithIndices];
const poolFor = ({ name, x }: Geometry): typeof ops.maxPool2dWithIndices =>
  pools[name === "without batch" ? 1 : x.length - 3] as typeof ops.maxPool2dWithIndices;

const forward = (geometry: Geometry, layout: LayoutName = "contiguous"): Sample => {
  const { name, x, kernel, options } = geometry;
  const title = layout === "contiguous" ? name : `${name}, ${layout}`;
  return sample(title, [{ shape: x, values: spread(-2, 2), layout }], (input) => both(poolFor(geometry)(input, kernel, options)), exact);
};

/** Gradients flow to where the maxima of `x` are: windows that overlap add up. */
const backward = (geometry: Geometry): Sample => {
  const { name, x, kernel, options } = geometry;
  const call = (input: Tensor): Tensor => {
    const { values, indices } = poolFor(geometry)(input, kernel, options);
    return ops.maxPoolGrad(values.mul(3), indices, { inputSize: x.slice(2) });
  };
  return sample(name, [{ shape: x, values: spread(-2, 2) }], call, summed(9, 3.5));
};

const layouts: readonly LayoutName[] = ["transposed", "permuted", "stepped", "windowed", "flipped", "expanded"];
const first = geometries[0] as Geometry;
const padded = geometries[3] as Geometry;
const nan = Number.NaN;
const infinity = Number.POSITIVE_INFINITY;

export const poolSamples = {
  maxPool: [
    ...geometries.map((geometry) => forward(geometry)),
    ...layouts.flatMap((layout) => [forward(first, layout), forward(padded, layout)]),
    ...[first, padded].map(({ name, x, kernel, options }) =>
      sample(`${name}, values alone`, [{ shape: x, values: spread(-2, 2) }], (input) => ops.maxPool2d(input, kernel, options), exact),
    ),
    sample("large windows, values alone", [{ shape: [1, 2, 11, 13], values: spread(-2, 2) }], (x) => ops.maxPool2d(x, 5), exact),
    atKinks(
      "NaN and infinities, values alone",
      [{ shape: [1, 1, 4, 8], values: listed(1, nan, -infinity, -infinity, infinity, nan, 2) }],
      (x) => ops.maxPool2d(x, 2),
      exact,
    ),
    atKinks(
      "ties",
      [{ shape: [1, 2, 6, 6], values: whole(0, 2) }],
      (x) => both(ops.maxPool2dWithIndices(x, 3, { stride: 1, padding: 1 })),
      exact,
    ),
    atKinks(
      "NaN and infinities",
      [{ shape: [1, 1, 4, 6], values: listed(1, nan, -infinity, -infinity, infinity, nan, 2) }],
      (x) => both(ops.maxPool2dWithIndices(x, 2)),
      exact,
    ),
    atKinks(
      "all -infinity, padded",
      [{ shape: [1, 1, 3, 3], values: listed(-infinity) }],
      (x) => both(ops.maxPool2dWithIndices(x, 3, { padding: 1 })),
      exact,
    ),
    atKinks("int32", [{ shape: [1, 2, 6, 6], dtype: "int32", values: whole(-9, 9) }], (x) => both(ops.maxPool2dWithIndices(x, 2)), exact),
  ],
  maxPoolGrad: geometries.filter(({ name }) => name !== "without batch").map(backward),
};
