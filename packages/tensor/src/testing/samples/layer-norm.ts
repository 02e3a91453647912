// Samples of layer normalisation, with and without the mean: its result and the statistics that it used.
import { layerNormWithStatistics } from "../../ops/layer-norm.ts";
import type { Tensor } from "../../tensor.ts";
import type { LayoutName } from "./layouts.ts";
import { type Operand, type Results, type Sample, sample } from "./sample.ts";
import { cancelling } from "./tolerance.ts";
import { between } from "./values.ts";

const eps = 2 ** -17; // near the default of 1e-5, and a float32 number
const tolerance = cancelling(4, 4, "the mean is subtracted from numbers of size 2, then scaled up by at most 2");
const far = cancelling(200, 4, "the mean of 100 is subtracted, and what is left scaled up");
const layouts: readonly LayoutName[] = ["transposed", "stepped", "flipped", "permuted"];

const all = (x: Tensor, weight: Tensor | null, bias: Tensor | null, dims: number, centre = true): Results => {
  const { y, mean, rstd } = layerNormWithStatistics(x, weight, bias, { dims, eps, centre });
  return [y, mean, rstd];
};

const over = (x: Operand, dims = 1, name = `[${x.shape.join(", ")}] over ${dims}`, centre = true): Sample => {
  const vector: Operand = { shape: x.shape.slice(-dims), values: between(0.5, 1.5) };
  return sample(name, [x, vector, vector], (input, weight, bias) => all(input, weight, bias, dims, centre), tolerance);
};

export const layerNormSamples = {
  layerNorm: [
    ...[[3, 1], [5, 2], [7, 3], [4, 10], [2, 3, 17], [3, 64], [2, 1000], [150, 5], [9]].map((shape) => over({ shape })), // biome-ignore format: a list
    over({ shape: [3, 4, 6] }, 2),
    over({ shape: [2, 3, 5] }, 3),
    over({ shape: [2, 2, 30, 41] }, 2),
    over({ shape: [0, 4] }),
    ...layouts.map((layout) => over({ shape: [4, 3, 5], layout }, 1, layout)),
    sample("without weight and bias", [{ shape: [4, 15] }], (x) => all(x, null, null, 1), tolerance),
    sample("weight only", [{ shape: [4, 15] }, { shape: [15] }], (x, weight) => all(x, weight, null, 1), tolerance),
    sample("bias only", [{ shape: [4, 15] }, { shape: [15] }], (x, bias) => all(x, null, bias, 1), tolerance),
    sample(
      "a mean far from zero",
      [{ shape: [3, 80], values: between(99, 101) }, { shape: [80] }, { shape: [80] }],
      (x, weight, bias) => all(x, weight, bias, 1),
      far,
    ),
    over({ shape: [6, 20] }, 1, "by the root mean square", false),
    over({ shape: [2, 3, 7] }, 2, "by the root mean square over 2", false),
    sample("by the root mean square, without weight", [{ shape: [70, 9] }], (x) => all(x, null, null, 1, false), tolerance),
  ],
};
