// Samples of what is composed of convolution and max-pooling: transposed convolution, average- and adaptive pooling.
import { adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveMaxPool2dWithIndices } from "../../ops/adaptive-pool.ts";
import { avgPool1d, avgPool2d, avgPool3d } from "../../ops/avg-pool.ts";
import { convTranspose1d, convTranspose2d, convTranspose3d } from "../../ops/conv-transpose.ts";
import { atKinks, both, type Operand, sample } from "./sample.ts";
import { exact, summed } from "./tolerance.ts";
import { spread, whole } from "./values.ts";

const plane: Operand = { shape: [1, 2, 5, 4], values: spread(-2, 2) };
const nine = summed(9, 2);

export const spatialSamples = {
  convTranspose: [
    sample(
      "1d, stride and output padding",
      [{ shape: [2, 2, 3] }, { shape: [2, 3, 3] }, { shape: [3] }],
      (x, w, b) => convTranspose1d(x, w, b, { stride: 2, padding: 1, outputPadding: 1 }),
      summed(4, 4),
    ),
    sample(
      "2d, groups",
      [{ shape: [1, 4, 2, 3] }, { shape: [4, 1, 3, 2] }],
      (x, w) => convTranspose2d(x, w, null, { groups: 2 }),
      summed(12, 4),
    ),
    sample(
      "2d, output padding of a whole stride",
      [{ shape: [1, 1, 2, 3] }, { shape: [1, 2, 2, 2] }],
      (x, w) => convTranspose2d(x, w, null, { dilation: 2, padding: 1, outputPadding: 1 }),
      summed(4, 4),
    ),
    sample("3d", [{ shape: [1, 1, 2, 2, 2] }, { shape: [1, 2, 2, 1, 2] }], (x, w) => convTranspose3d(x, w), summed(4, 4)),
  ],
  avgPool: [
    sample("1d", [{ shape: [2, 2, 7] }], (x) => avgPool1d(x, 3, { stride: 2 }), nine),
    sample("2d, ceilMode and padding", [plane], (x) => avgPool2d(x, [2, 3], { padding: 1, ceilMode: true }), nine),
    sample("2d, padding does not count", [plane], (x) => avgPool2d(x, 3, { stride: 2, padding: 1, countIncludePad: false }), nine),
    sample(
      "3d, divisor",
      [{ shape: [1, 2, 3, 2, 4], layout: "permuted" }],
      (x) => avgPool3d(x, 2, { stride: 1, divisorOverride: 3 }),
      nine,
    ),
    atKinks("int32", [{ shape: [1, 1, 4, 4], dtype: "int32", values: whole(-9, 9) }], (x) => avgPool2d(x, 2), exact),
  ],
  adaptivePool: [
    sample("average, windows that differ", [plane], (x) => adaptiveAvgPool2d(x, [3, 2]), nine),
    sample("average to more places", [{ shape: [2, 3, 4] }], (x) => adaptiveAvgPool1d(x, 7), nine),
    sample("maximum, windows that differ", [plane], (x) => both(adaptiveMaxPool2dWithIndices(x, [3, null])), exact),
    atKinks("ties", [{ shape: [1, 2, 5, 7], values: whole(0, 2) }], (x) => both(adaptiveMaxPool2dWithIndices(x, [2, 3])), exact),
  ],
};
