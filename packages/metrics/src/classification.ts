// Accuracy, precision, recall and F1 of classifiers.
import { GradkitError, type Tensor } from "@gradkit/tensor";
import { type Average, averaged, ClassCounts, type Counts, type ScoreOf, safeDivide } from "./class-counts.ts";
import { scoreRows, targetVector, toLabels } from "./labels.ts";
import { Metric } from "./metric.ts";

export interface MulticlassOptions<A extends Average> {
  /** Default: "micro", all examples alike. */
  average?: A;
  /** A target that does not count. Default: none. */
  ignoreIndex?: number | null;
}

/** Scores of classes, made of their counts. */
abstract class ClassScore<A extends Average> extends Metric<ScoreOf<A>> {
  readonly numClasses: number;
  readonly average: A;
  protected readonly ignoreIndex: number | null;
  protected readonly counts: ClassCounts;

  constructor(numClasses: number, { average = "micro" as A, ignoreIndex = null }: MulticlassOptions<A> = {}) {
    super();
    if (!(Number.isInteger(numClasses) && numClasses >= 2))
      throw new GradkitError(new.target.name, `numClasses must be a whole number from 2 (got ${numClasses})`);
    this.numClasses = numClasses;
    this.average = average;
    this.ignoreIndex = ignoreIndex;
    this.counts = new ClassCounts(numClasses);
  }

  protected abstract score(counts: Counts): number;

  protected take(preds: Tensor, target: Tensor): void {
    const { predicted, actual, weight } = toLabels(this.constructor.name, preds, target, this.numClasses, this.ignoreIndex);
    this.counts.add(predicted, actual, predicted.eq(actual).to("int32"), weight);
  }

  async compute(): Promise<ScoreOf<A>> {
    return averaged(await this.counts.read(), this.average, (counts) => this.score(counts));
  }

  reset(): void {
    this.counts.reset();
  }
}

/** Of what was predicted as a class, how much is of it. Predictions are class numbers [N, ...] or scores [N, C, ...]; 0 where nothing was predicted. */
export class Precision<A extends Average = "micro"> extends ClassScore<A> {
  protected score({ truePositives, predicted }: Counts): number {
    return safeDivide(truePositives, predicted);
  }
}

/** Of what is of a class, how much was predicted as it. Predictions are class numbers [N, ...] or scores [N, C, ...]; 0 where there is nothing. */
export class Recall<A extends Average = "micro"> extends ClassScore<A> {
  protected score({ truePositives, actual }: Counts): number {
    return safeDivide(truePositives, actual);
  }
}

/** The harmonic mean of precision and recall. Predictions are class numbers [N, ...] or scores [N, C, ...]. */
export class F1Score<A extends Average = "micro"> extends ClassScore<A> {
  protected score({ truePositives, predicted, actual }: Counts): number {
    return safeDivide(2 * truePositives, predicted + actual);
  }
}

export interface AccuracyOptions<A extends Average> extends MulticlassOptions<A> {
  /** Right if the target is among so many of the largest scores. Default: 1. */
  topK?: number;
}

/**
 * The share of examples whose class was predicted; averaged over classes it is the balanced accuracy. Predictions are class numbers [N, ...] or
 * scores [N, C, ...].
 *
 * @example
 * const top5 = new Accuracy(1000, { topK: 5 });
 * top5.update(logits, labels);
 * await top5.compute(); // 0.91
 */
export class Accuracy<A extends Average = "micro"> extends ClassScore<A> {
  readonly topK: number;

  constructor(numClasses: number, { topK = 1, ...options }: AccuracyOptions<A> = {}) {
    super(numClasses, options);
    if (!(Number.isInteger(topK) && topK >= 1 && topK <= numClasses))
      throw new GradkitError("Accuracy", `topK must be a whole number from 1 to ${numClasses} (got ${topK})`);
    this.topK = topK;
  }

  protected score({ truePositives, actual }: Counts): number {
    return safeDivide(truePositives, actual);
  }

  protected override take(preds: Tensor, target: Tensor): void {
    if (this.topK === 1) {
      super.take(preds, target);
      return;
    }
    const { indices } = scoreRows("Accuracy", preds, target, this.numClasses).topk(this.topK, 1); // [n, topK]
    const { actual, weight } = targetVector("Accuracy", target, this.ignoreIndex);
    const hit = indices.eq(actual.unsqueeze(1)).any(1).to("int32");
    this.counts.add(actual, actual, hit, weight); // a class appears where it is a target
  }
}
