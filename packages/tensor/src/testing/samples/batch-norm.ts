// Samples of batch normalisation: its result and the statistics that it used.
import { batchNormInference, batchNormTraining } from "../../ops/batch-norm.ts";
import type { Tensor } from "../../tensor.ts";
import type { LayoutName } from "./layouts.ts";
import { type Operand, type Results, type Sample, sample } from "./sample.ts";
import { cancelling } from "./tolerance.ts";
import { between } from "./values.ts";

const eps = 2 ** -17; // near the default of 1e-5, and a float32 number
const tolerance = cancelling(4, 4, "the mean is subtracted from numbers of size 2, then scaled up by at most 2");
const far = cancelling(200, 4, "the mean of 100 is subtracted, and what is left scaled up");
const vector: Operand = { shape: [3], values: between(0.5, 1.5) };

const all = (x: Tensor, weight: Tensor | null, bias: Tensor | null): Results => {
  const { y, mean, variance } = batchNormTraining(x, weight, bias, eps);
  return [y, mean, variance];
};

const training = (name: string, x: Operand): Sample =>
  sample(name, [x, vector, vector], (input, weight, bias) => all(input, weight, bias), tolerance);
const layouts: readonly LayoutName[] = ["transposed", "stepped", "flipped", "permuted"];

export const batchNormSamples = {
  batchNorm: [
    ...[
      [9, 3],
      [4, 3, 7],
      [2, 3, 5, 5],
      [2, 3, 2, 3, 4],
      [33, 3, 4, 4],
    ].map((shape) => training(`[${shape.join(", ")}]`, { shape })),
    ...layouts.map((layout) => training(layout, { shape: [4, 3, 5], layout })),
    sample("without weight and bias", [{ shape: [4, 3, 5] }], (x) => all(x, null, null), tolerance),
    sample("weight only", [{ shape: [4, 3, 5] }, vector], (x, weight) => all(x, weight, null), tolerance),
    sample(
      "a mean far from zero",
      [{ shape: [16, 3, 5], values: between(99, 101) }, vector, vector],
      (x, weight, bias) => all(x, weight, bias),
      far,
    ),
    sample(
      "inference",
      [{ shape: [4, 3, 5] }, { shape: [3] }, vector, vector, vector],
      (x, mean, variance, weight, bias) => batchNormInference(x, mean, variance, weight, bias, eps),
      tolerance,
    ),
  ],
};
