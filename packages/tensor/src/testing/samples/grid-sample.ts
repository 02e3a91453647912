// Samples of reading at grid positions: every mode with every padding, at coordinates away from pixels' centers and edges.
import { affineGrid } from "../../ops/affine-grid.ts";
import { type GridSampleOptions, gridSample } from "../../ops/grid-sample.ts";
import { atKinks, type Operand, sample } from "./sample.ts";
import { exact, summed } from "./tolerance.ts";
import { listed } from "./values.ts";

const picture: Operand = { shape: [1, 2, 3, 4] };
// pixels of height 3 and width 4, corners aligned or not, stay at least 0.02 from whole and half coordinates
const points: Operand = { shape: [1, 2, 3, 2], values: listed(0.11, -0.37, -0.93, 0.58, 0.71, -1.23, -1.57, 0.17, 1.19, 1.41, 0.43, 0.79) };
const modes = ["bilinear", "nearest", "bicubic"] as const;
const paddings = ["zeros", "border", "reflection"] as const;
const settings: GridSampleOptions[] = modes.flatMap((mode) =>
  paddings.flatMap((paddingMode) => [true, false].map((alignCorners) => ({ mode, paddingMode, alignCorners }))),
);

export const gridSampleSamples = {
  gridSample: [
    ...settings.map((options) =>
      sample(
        `${options.mode}, ${options.paddingMode}${options.alignCorners ? ", corners aligned" : ""}`,
        [picture, points],
        (x, grid) => gridSample(x, grid, options),
        { ...summed(16, 30), reason: "weights come from coordinates that are rounded: 16 pixels of size 2" },
      ),
    ),
    sample(
      "volume",
      [{ shape: [1, 1, 2, 3, 2] }, { shape: [1, 1, 2, 1, 3], values: listed(0.11, -0.37, 0.2, 0.71, 0.83, -0.61) }],
      (x, grid) => gridSample(x, grid),
      {
        ...summed(8, 30),
        reason: "weights come from coordinates that are rounded: 8 pixels of size 2",
      },
    ),
    atKinks(
      "far outside, and NaN",
      [picture, { shape: [1, 1, 4, 2], values: listed(Number.NaN, 0, 1e9, 0, -1e9, 3, 0, Number.POSITIVE_INFINITY) }],
      (x, grid) => gridSample(x, grid, { mode: "nearest" }),
      exact,
    ),
  ],
  affineGrid: [
    sample("plane", [{ shape: [2, 2, 3] }], (theta) => affineGrid(theta, [2, 1, 3, 1]), summed(3, 3)),
    sample("volume", [{ shape: [1, 3, 4] }], (theta) => affineGrid(theta, [1, 1, 2, 1, 3], { alignCorners: true }), summed(4, 3)),
  ],
};
