// Samples of the softmax family, and of its gradients as ops.
import { logSoftmax, logSoftmaxGrad, softmax, softmaxGrad } from "../../ops/softmax.ts";
import type { Tensor } from "../../tensor.ts";
import type { LayoutName } from "./layouts.ts";
import { atKinks, matrix, type Operand, type Sample, sample } from "./sample.ts";
import { cancelling, type Tolerance, ulps } from "./tolerance.ts";
import { between } from "./values.ts";

const layouts: readonly LayoutName[] = ["transposed", "stepped", "windowed", "flipped", "expanded", "spread", "permuted"];
const nan = Number.NaN;
const infinity = Number.POSITIVE_INFINITY;

/** The second tensor is the gradients' output y. */
type Along = (x: Tensor, y: Tensor, dim: number) => Tensor;

function rows(op: Along, count: number, value: Omit<Operand, "shape">, tolerance: Tolerance): Sample[] {
  const lastDim = count === 1 ? -1 : 2; // ops that take attributes of the recorder count dims from the front
  const at = (name: string, shape: readonly number[], dim: number, layout: LayoutName = "contiguous"): Sample =>
    sample(
      name,
      Array.from({ length: count }, () => ({ ...value, shape, layout })),
      (x, y) => op(x, y, dim),
      tolerance,
    );
  return [
    ...[0, 1, lastDim].map((dim) => at(`[3, 4, 5] along ${dim}`, [3, 4, 5], dim)),
    ...[1, 2, 3, 10, 17, 128, 1000].map((length) => at(`[3, ${length}]`, [3, length], 1)),
    ...layouts.flatMap((layout) => [0, 1].map((dim) => at(`${layout} along ${dim}`, [5, 6], dim, layout))),
    at("[2, 3, 4, 5] along 1", [2, 3, 4, 5], 1),
    at("[3, 1100] along 0", [3, 1100], 0),
    at("rank 0", [], 0),
    at("[0, 3]", [0, 3], 1),
    at("[3, 0]", [3, 0], 1),
  ];
}

const hard = matrix([
  [-infinity, 1, 2, -infinity],
  [1000, 0, -1000, 999],
  [infinity, 0, 1, 2],
  [nan, 1, 2, 3],
  [-infinity, -infinity, -infinity, -infinity],
]);

const forward = ulps(12, "exp of a difference of size 4, a sum and a quotient");
const logarithm = cancelling(8, 3, "the logarithm of a sum is taken from numbers of size 8");

export const softmaxSamples = {
  softmax: [
    ...rows((x, _, dim) => softmax(x, dim), 1, { values: between(-4, 4) }, forward),
    atKinks("infinities, NaN and large numbers", [hard], (x) => softmax(x, 1), forward),
  ],
  logSoftmax: [
    ...rows((x, _, dim) => logSoftmax(x, dim), 1, { values: between(-4, 4) }, logarithm),
    atKinks("infinities, NaN and large numbers", [hard], (x) => logSoftmax(x, 1), ulps(8, "as the others; here nothing cancels")),
  ],
  softmaxGrad: rows(softmaxGrad, 2, { values: between(0, 1) }, cancelling(40, 6, "the sums over rows of 1000 products reach 250")),
  logSoftmaxGrad: rows(logSoftmaxGrad, 2, { values: between(-1, 0) }, cancelling(100, 6, "the sums over rows of 1000 numbers reach 500")),
};
