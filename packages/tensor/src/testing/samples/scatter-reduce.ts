// Samples of scattered products, means and extremes.
import { applyOp } from "../../ops/dispatch.ts";
import { type Reduction, scatterProdOp, scatterReduce } from "../../ops/scatter-reduce.ts";
import type { Tensor } from "../../tensor.ts";
import { atKinks, type Operand, type Sample, sample } from "./sample.ts";
import { exact, summed, type Tolerance, ulps } from "./tolerance.ts";
import { listed, spread, whole } from "./values.ts";

const rounded = summed(10);
const index: Operand = { shape: [6, 4], dtype: "int32", values: listed(0, 3, 3, 1, 4, 4, 0, 2, 3, 1, 1) };
const operands: readonly Operand[] = [
  { shape: [5, 4], layout: "transposed", values: spread(0.5, 2) },
  index,
  { shape: [6, 4], layout: "stepped", values: spread(0.5, 2) },
];

const product = (x: Tensor, i: Tensor, src: Tensor): Tensor => applyOp(scatterProdOp, [x, i, src], { dim: 0 })[0] as Tensor;

const reduced = (reduce: Reduction, tolerance: Tolerance): Sample[] =>
  [true, false].map((includeSelf) =>
    sample(
      `${reduce}${includeSelf ? "" : " of sources alone"}`,
      operands,
      (x, i, src) => scatterReduce(x, 0, i, src, reduce, { includeSelf }),
      tolerance,
    ),
  );

export const scatterReduceSamples = {
  scatterProd: [
    sample("along 0", operands, product, ulps(12, "one rounding a factor")),
    atKinks("zeros", [{ shape: [5, 4], values: whole(-1, 1) }, index, { shape: [6, 4], values: whole(-1, 1) }], product, exact),
  ],
};

export const scatterReduceCompositions = {
  scatterReduce: [
    ...reduced("sum", rounded),
    ...reduced("mean", rounded),
    ...reduced("prod", ulps(12, "one rounding a factor")),
    ...reduced("amax", exact),
    ...reduced("amin", exact),
    atKinks(
      "amax of ties",
      [{ shape: [5, 4], values: whole(0, 2) }, index, { shape: [6, 4], values: whole(0, 2) }],
      (x, i, src) => scatterReduce(x, 0, i, src, "amax"),
      exact,
    ),
    atKinks(
      "int32 mean",
      [{ shape: [5, 4], dtype: "int32", values: whole(-9, 9) }, index, { shape: [6, 4], dtype: "int32", values: whole(-9, 9) }],
      (x, i, src) => scatterReduce(x, 0, i, src, "mean"),
      exact,
    ),
  ],
};
