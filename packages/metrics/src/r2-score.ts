// How much of the targets' variance predictions explain.
import { formatShape, GradkitError, pointwiseUpdate, ShapeError, type Tensor, zeros } from "@gradkit/tensor";
import { add, mul, type Node, sub } from "@gradkit/tensor/formula";
import { Metric } from "./metric.ts";
import { RunningSum } from "./running-sum.ts";

export interface R2ScoreOptions {
  /** How the scores of several columns become one: their mean, or weighted by the columns' variance. Default: "uniform_average". */
  multioutput?: "uniform_average" | "variance_weighted";
}

/** Mean and sum of squared deviations of two sets as those of both: Chan, Golub & LeVeque 1983. Sums of squares would cancel. */
const merge = /* @__PURE__ */ pointwiseUpdate(
  "mergeMoments",
  ["share", "product"],
  ({ share, product }) =>
    (mean: Node, squares: Node, batchMean: Node, batchSquares: Node) => {
      const delta = sub(batchMean, mean);
      return [add(mean, mul(delta, share)), add(add(squares, batchSquares), mul(mul(delta, delta), product))];
    },
);

/**
 * 1 − (squared errors) / (squared deviations from the mean), of [N] or of each column of [N, D]. Of a constant target the score is 1 where it is
 * met and 0 where it is not, as in scikit-learn.
 */
export class R2Score extends Metric<number> {
  readonly multioutput: "uniform_average" | "variance_weighted";
  readonly #residual = new RunningSum(); // [D]
  #moments: [mean: Tensor, squares: Tensor] | null = null; // [D] each
  #count = 0;

  constructor({ multioutput = "uniform_average" }: R2ScoreOptions = {}) {
    super();
    this.multioutput = multioutput;
  }

  protected take(preds: Tensor, target: Tensor): void {
    if (formatShape(preds.shape) !== formatShape(target.shape) || preds.ndim < 1 || preds.ndim > 2) {
      throw new ShapeError(
        "R2Score",
        `predictions and targets do not fit (got ${formatShape(preds.shape)} and ${formatShape(target.shape)}). Both are [N] or [N, D]`,
      );
    }
    const [rows = 0, columns = 1] = target.shape;
    if (rows === 0) return;
    const y = target.reshape(rows, columns);
    this.#residual.add(preds.reshape(rows, columns).sub(y).square().sum(0));
    const mean = y.mean(0);
    const like = { dtype: y.dtype, device: y.device };
    this.#moments ??= [zeros([columns], like).keep(), zeros([columns], like).keep()];
    const share = rows / (this.#count + rows);
    merge(this.#moments, [mean, y.sub(mean).square().sum(0)], { share, product: this.#count * share });
    this.#count += rows;
  }

  /** Throws a GradkitError for less than two examples. */
  async compute(): Promise<number> {
    if (this.#count < 2 || !this.#moments) throw new GradkitError("R2Score", `needs at least two examples (got ${this.#count})`);
    const [residuals, totals] = await Promise.all([this.#residual.read(), this.#moments[1].data()]);
    const scores = (residuals as number[]).map((residual, d) => {
      const total = totals[d] as number;
      if (total === 0) return residual === 0 ? 1 : 0;
      return 1 - residual / total;
    });
    const weights = this.multioutput === "variance_weighted" ? [...totals] : scores.map(() => 1);
    const sum = weights.reduce((all, weight) => all + weight, 0);
    return scores.reduce((all, score, d) => all + (score * (weights[d] as number)) / sum, 0);
  }

  reset(): void {
    this.#residual.reset();
    for (const moment of this.#moments ?? []) moment.dispose();
    this.#moments = null;
    this.#count = 0;
  }
}
