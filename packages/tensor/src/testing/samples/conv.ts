// Samples of convolution and of both its gradients: one table of geometries, three ops.
import { formatShape } from "../../errors.ts";
import { conv1d, conv2d, conv3d, convInputGrad, convWeightGrad } from "../../ops/conv.ts";
import { windowCount } from "../../ops/windows.ts";
import type { LayoutName } from "./layouts.ts";
import { type Operand, type Sample, sample } from "./sample.ts";
import { summed, type Tolerance } from "./tolerance.ts";

interface Geometry {
  readonly name: string;
  readonly x: readonly number[]; // [N, C, …S]
  readonly weight: readonly number[]; // [O, C/groups, …K]
  readonly stride?: readonly number[];
  readonly padding?: readonly number[];
  readonly dilation?: readonly number[];
  readonly groups?: number;
}

const geometries: readonly Geometry[] = [
  { name: "1x1", x: [2, 5, 6, 7], weight: [9, 5, 1, 1] },
  { name: "1x1 stride 2", x: [2, 5, 7, 6], weight: [4, 5, 1, 1], stride: [2, 2] },
  { name: "3x3", x: [2, 3, 8, 9], weight: [5, 3, 3, 3] },
  { name: "3x3 padding 1", x: [2, 4, 7, 7], weight: [6, 4, 3, 3], padding: [1, 1] },
  { name: "3x3 padding 1, many channels", x: [1, 17, 12, 13], weight: [19, 17, 3, 3], padding: [1, 1] },
  { name: "3x3 padding 1, one channel", x: [3, 1, 14, 14], weight: [8, 1, 3, 3], padding: [1, 1] },
  { name: "3x3 stride 2 padding 1", x: [2, 4, 9, 8], weight: [5, 4, 3, 3], stride: [2, 2], padding: [1, 1] },
  { name: "3x3 stride 2, a rest at the end", x: [1, 2, 8, 10], weight: [3, 2, 3, 3], stride: [2, 3] },
  { name: "3x3 dilation 2", x: [1, 3, 9, 10], weight: [4, 3, 3, 3], dilation: [2, 2], padding: [2, 2] },
  { name: "5x5", x: [2, 1, 12, 12], weight: [6, 1, 5, 5] },
  { name: "5x5 padding 2", x: [1, 3, 9, 9], weight: [4, 3, 5, 5], padding: [2, 2] },
  { name: "7x7 stride 2 padding 3", x: [1, 3, 16, 15], weight: [4, 3, 7, 7], stride: [2, 2], padding: [3, 3] },
  { name: "2x3 with different attributes", x: [2, 2, 9, 11], weight: [3, 2, 2, 3], stride: [1, 2], padding: [0, 2], dilation: [3, 1] },
  { name: "depthwise 3x3", x: [2, 6, 8, 8], weight: [6, 1, 3, 3], padding: [1, 1], groups: 6 },
  { name: "depthwise, two outputs each", x: [1, 4, 7, 7], weight: [8, 1, 3, 3], groups: 4 },
  { name: "two groups", x: [2, 6, 7, 8], weight: [4, 3, 3, 3], padding: [1, 1], groups: 2 },
  { name: "kernel as large as the input", x: [3, 4, 5, 5], weight: [10, 4, 5, 5] },
  { name: "padding larger than the input", x: [1, 2, 2, 2], weight: [3, 2, 3, 3], padding: [3, 3] },
  { name: "wide, more than a tile", x: [1, 3, 5, 70], weight: [18, 3, 3, 3], padding: [1, 1] },
  { name: "many positions", x: [1, 3, 31, 33], weight: [9, 3, 3, 3], padding: [1, 1] },
  { name: "many channels", x: [1, 25, 14, 14], weight: [33, 25, 3, 3], padding: [1, 1] },
  { name: "1x1, many channels", x: [2, 70, 9, 9], weight: [67, 70, 1, 1] },
  { name: "1d", x: [2, 3, 20], weight: [5, 3, 3] },
  { name: "1d stride 2 padding 2 dilation 2", x: [2, 4, 21], weight: [6, 2, 4], stride: [2], padding: [2], dilation: [2], groups: 2 },
  { name: "3d", x: [2, 2, 5, 6, 4], weight: [3, 2, 2, 3, 2], padding: [1, 1, 0] },
  { name: "3d stride 2", x: [1, 2, 5, 6, 7], weight: [4, 1, 3, 3, 3], stride: [2, 2, 2], padding: [1, 1, 1], groups: 2 },
];

interface Complete {
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
}

function complete({ x, stride, padding, dilation, groups = 1 }: Geometry): Complete {
  const all = (value: number): number[] => x.slice(2).map(() => value);
  return { stride: stride ?? all(1), padding: padding ?? all(0), dilation: dilation ?? all(1), groups };
}

function outputShape(geometry: Geometry): number[] {
  const { x, weight } = geometry;
  const { stride, padding, dilation } = complete(geometry);
  const sizes = x
    .slice(2)
    .map((size, i) => windowCount(size, weight[i + 2] as number, stride[i] as number, padding[i] as number, dilation[i] as number));
  return [x[0] as number, weight[0] as number, ...sizes];
}

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
const forwards = [conv1d, conv2d, conv3d];

const forward = (geometry: Geometry, layout: LayoutName = "contiguous"): Sample => {
  const { name, x, weight } = geometry;
  const op = forwards[x.length - 3] as typeof conv2d;
  const inputs: Operand[] = [{ shape: x, layout }, { shape: weight, layout }, { shape: [weight[0] as number] }];
  const title = layout === "contiguous" ? name : `${name}, ${layout}`;
  return sample(title, inputs, (input, kernel, bias) => op(input, kernel, bias, complete(geometry)), summed(product(weight.slice(1)) + 1));
};

const inputGrad = (geometry: Geometry, layout: LayoutName = "contiguous"): Sample => {
  const { name, x, weight } = geometry;
  const attrs = { ...complete(geometry), inputSize: x.slice(2) };
  const inputs: Operand[] = [
    { shape: outputShape(geometry), layout },
    { shape: weight, layout },
  ];
  const terms = ((weight[0] as number) / attrs.groups) * product(weight.slice(2));
  return sample(
    layout === "contiguous" ? name : `${name}, ${layout}`,
    inputs,
    (dy, kernel) => convInputGrad(dy, kernel, attrs),
    summed(terms),
  );
};

const weightGrad = (geometry: Geometry, layout: LayoutName = "contiguous"): Sample => {
  const { name, x, weight } = geometry;
  const attrs = { ...complete(geometry), kernelSize: weight.slice(2) };
  const dy = outputShape(geometry);
  const terms = (dy[0] as number) * product(dy.slice(2));
  return sample(
    layout === "contiguous" ? name : `${name}, ${layout}`,
    [
      { shape: dy, layout },
      { shape: x, layout },
    ],
    (g, input) => convWeightGrad(g, input, attrs),
    summed(terms),
  );
};

const layouts: readonly LayoutName[] = ["transposed", "permuted", "stepped", "windowed", "flipped", "expanded"];
const plain = geometries[3] as Geometry; // 3x3 padding 1
const strided = geometries[6] as Geometry; // 3x3 stride 2 padding 1
const everywhere = (make: (geometry: Geometry, layout?: LayoutName) => Sample): Sample[] => [
  ...geometries.map((geometry) => make(geometry)),
  ...layouts.flatMap((layout) => [make(plain, layout), make(strided, layout)]),
];

const image: Operand = { shape: [3, 8, 9] };
const kernel = (size: readonly number[]): Operand => ({ shape: [4, 3, ...size] });
const few: Tolerance = summed(27);

export const convSamples = {
  conv: [
    ...everywhere(forward),
    sample("without bias", [{ shape: [2, 3, 6, 6] }, kernel([3, 3])], (x, w) => conv2d(x, w), few),
    sample("without batch", [image, kernel([3, 3])], (x, w) => conv2d(x, w, null, { padding: 1 }), few),
    sample("padding same, odd kernel", [{ shape: [2, 3, 6, 6] }, kernel([3, 3])], (x, w) => conv2d(x, w, null, { padding: "same" }), few),
    sample("padding same, even kernel", [{ shape: [2, 3, 6, 7] }, kernel([2, 4])], (x, w) => conv2d(x, w, null, { padding: "same" }), few),
    sample(`no batch at all ${formatShape([0, 3, 5, 5])}`, [{ shape: [0, 3, 5, 5] }, kernel([3, 3])], (x, w) => conv2d(x, w), few),
  ],
  convInputGrad: everywhere(inputGrad),
  convWeightGrad: everywhere(weightGrad),
};
