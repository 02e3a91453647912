// The area under the ROC curve.
import { formatShape, GradkitError, ShapeError, type Tensor } from "@gradkit/tensor";
import type { Average, ScoreOf } from "./class-counts.ts";
import { safeDivide } from "./class-counts.ts";
import { Metric } from "./metric.ts";

export interface AUROCOptions<A extends Exclude<Average, "micro">> {
  /** Columns of scores; each class is held against the rest. Default: null, scores [N] of class 1 against class 0. */
  numClasses?: number | null;
  /** Default: "macro". */
  average?: A;
  /** A target that does not count. Default: none. */
  ignoreIndex?: number | null;
}

/**
 * How likely an example of the class has a higher score than another one; of equal scores half. Exact: all scores are kept until `compute`,
 * memory grows with them. A class without examples, or without others, scores 0, as in torchmetrics. `compute` throws a GradkitError for NaN.
 *
 * @example
 * const auroc = new AUROC();
 * auroc.update(tensor([0.1, 0.4, 0.35, 0.8]), tensor([0, 0, 1, 1], { dtype: "int32" }));
 * await auroc.compute(); // 0.75
 */
export class AUROC<A extends Exclude<Average, "micro"> = "macro"> extends Metric<ScoreOf<A>> {
  readonly numClasses: number | null;
  readonly average: A;
  readonly ignoreIndex: number | null;
  #batches: { readonly scores: Tensor; readonly target: Tensor }[] = [];

  constructor({ numClasses = null, average = "macro" as A, ignoreIndex = null }: AUROCOptions<A> = {}) {
    super();
    this.ignoreIndex = ignoreIndex;
    this.numClasses = numClasses;
    this.average = average;
  }

  protected take(preds: Tensor, target: Tensor): void {
    const expected = this.numClasses === null ? target.shape : [target.shape[0] as number, this.numClasses];
    if (target.ndim !== 1 || formatShape(preds.shape) !== formatShape(expected)) {
      throw new ShapeError(
        "AUROC",
        `scores and targets do not fit (got ${formatShape(preds.shape)} and ${formatShape(target.shape)}). Scores are ${this.numClasses === null ? "[N]" : `[N, ${this.numClasses}]`}, targets [N]`,
      );
    }
    this.#batches.push({ scores: preds.clone().keep(), target: target.clone().keep() });
  }

  async compute(): Promise<ScoreOf<A>> {
    const read = await Promise.all(this.#batches.map(({ scores, target }) => Promise.all([scores.data(), target.data()])));
    const width = this.numClasses ?? 1;
    const all = read.flatMap(([, values]) => [...values]);
    const labels = all.filter((label) => label !== this.ignoreIndex);
    const scores = read.flatMap(([values]) => [...values]).filter((_, i) => all[Math.floor(i / width)] !== this.ignoreIndex);
    if (scores.some(Number.isNaN)) throw new GradkitError("AUROC", "a score is NaN, which has no rank");
    if (this.numClasses === null) {
      const area = areaUnderRoc(scores, labels.map(Boolean));
      return (this.average === "none" ? [area] : area) as ScoreOf<A>;
    }
    const classes = this.numClasses;
    const areas = Array.from({ length: classes }, (_, c) =>
      areaUnderRoc(
        labels.map((_label, i) => scores[i * classes + c] as number),
        labels.map((label) => label === c),
      ),
    );
    return this.#reduce(areas, labels) as ScoreOf<A>;
  }

  #reduce(areas: readonly number[], labels: readonly number[]): number | readonly number[] {
    if (this.average === "none") return areas;
    const sizeOf = (c: number): number => labels.reduce((count, label) => count + Number(label === c), 0);
    const weights = areas.map((_, c) => (this.average === "weighted" ? sizeOf(c) : 1));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return safeDivide(
      areas.reduce((total, area, c) => total + area * (weights[c] as number), 0),
      sum,
    );
  }

  reset(): void {
    for (const { scores, target } of this.#batches) {
      scores.dispose();
      target.dispose();
    }
    this.#batches = [];
  }
}

/** From ranks, with the mean rank for equal scores: Mann & Whitney 1947. */
function areaUnderRoc(scores: readonly number[], positive: readonly boolean[]): number {
  const order = scores.map((_, i) => i).sort((a, b) => (scores[a] as number) - (scores[b] as number));
  let rankSum = 0; // of the positives
  let positives = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    let count = 0;
    while (end < order.length && scores[order[end] as number] === scores[order[start] as number])
      count += Number(positive[order[end++] as number]);
    rankSum += (count * (start + 1 + end)) / 2; // ranks start + 1 … end
    positives += count;
    start = end;
  }
  return safeDivide(rankSum - (positives * (positives + 1)) / 2, positives * (order.length - positives));
}
