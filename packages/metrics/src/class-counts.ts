// How often each class was predicted, was there, and both: what precision, recall and their kin are made of.
import { type Tensor, zeros } from "@gradkit/tensor";

/**
 * How scores of classes become one number: over all examples, the mean over classes, that mean weighted by the classes' size, or one number for
 * each class. Classes that were neither predicted nor there do not enter the mean, as in torchmetrics and scikit-learn.
 */
export type Average = "micro" | "macro" | "weighted" | "none";

/** What a metric computes: a number, or one for each class. */
export type ScoreOf<A extends Average> = A extends "none" ? number[] : number;

/** Of one class, or of all. */
export interface Counts {
  readonly truePositives: number;
  readonly predicted: number;
  readonly actual: number;
}

/** Counts by class, on the device. */
export class ClassCounts {
  readonly #numClasses: number;
  #counts: Tensor | null = null; // int32 [3, C]: true positives, predicted, actual

  constructor(numClasses: number) {
    this.#numClasses = numClasses;
  }

  /** Counts class numbers with their weights, 0 or 1; `hit` says where the prediction was right. All int32 [n]. */
  add(predicted: Tensor, actual: Tensor, hit: Tensor, weight: Tensor): void {
    this.#counts ??= zeros([3, this.#numClasses], { dtype: "int32", device: actual.device }).keep();
    const count = (labels: Tensor, weights: Tensor): Tensor =>
      zeros([this.#numClasses], { dtype: "int32", device: labels.device }).indexAdd(0, labels, weights);
    for (const [row, [labels, weights]] of [
      [actual, hit.mul(weight)] as const,
      [predicted, weight] as const,
      [actual, weight] as const,
    ].entries())
      this.#counts.select(0, row).add_(count(labels, weights));
  }

  async read(): Promise<Counts[]> {
    const flat = this.#counts ? await this.#counts.data() : new Int32Array(3 * this.#numClasses);
    const at = (row: number, c: number): number => flat[row * this.#numClasses + c] as number;
    return Array.from({ length: this.#numClasses }, (_, c) => ({ truePositives: at(0, c), predicted: at(1, c), actual: at(2, c) }));
  }

  reset(): void {
    this.#counts?.dispose();
    this.#counts = null;
  }
}

const sumOf = (counts: readonly Counts[], key: keyof Counts): number => counts.reduce((sum, own) => sum + own[key], 0);

/** Whether a class takes part in the mean. */
const appears = ({ predicted, actual }: Counts): boolean => predicted + actual > 0;

/** Scores of classes, averaged. */
export function averaged<A extends Average>(counts: readonly Counts[], average: A, score: (counts: Counts) => number): ScoreOf<A> {
  const reduce = (): number | number[] => {
    if (average === "none") return counts.map(score);
    if (average === "micro") {
      return score({
        truePositives: sumOf(counts, "truePositives"),
        predicted: sumOf(counts, "predicted"),
        actual: sumOf(counts, "actual"),
      });
    }
    const weights = counts.map((own) => (average === "weighted" ? own.actual : Number(appears(own))));
    return safeDivide(
      counts.reduce((sum, own, c) => sum + (weights[c] as number) * score(own), 0),
      weights.reduce((sum, weight) => sum + weight, 0),
    );
  };
  return reduce() as ScoreOf<A>;
}

/** 0 / 0 = 0, as torchmetrics and scikit-learn count what cannot be computed. */
export const safeDivide = (a: number, b: number): number => (b === 0 ? 0 : a / b);
