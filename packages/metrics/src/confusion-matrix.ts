// Which class was taken for which.
import { type Tensor, zeros } from "@gradkit/tensor";
import { safeDivide } from "./class-counts.ts";
import { toLabels } from "./labels.ts";
import { Metric } from "./metric.ts";

export interface ConfusionMatrixOptions {
  /** Divide by the sum of the row ("true"), of the column ("pred") or of all. Default: "none". */
  normalize?: "none" | "true" | "pred" | "all";
  /** A target that does not count. Default: none. */
  ignoreIndex?: number | null;
}

/**
 * Counts of targets (rows) and predictions (columns) [C][C]. Predictions are class numbers [N, ...] or scores [N, C, ...].
 *
 * @example
 * const confusion = new ConfusionMatrix(3);
 * confusion.update(tensor([0, 2, 1], { dtype: "int32" }), tensor([0, 2, 2], { dtype: "int32" }));
 * await confusion.compute(); // [[1, 0, 0], [0, 0, 0], [0, 1, 1]]
 */
export class ConfusionMatrix extends Metric<number[][]> {
  readonly numClasses: number;
  readonly normalize: "none" | "true" | "pred" | "all";
  readonly #ignoreIndex: number | null;
  #counts: Tensor | null = null; // int32 [C · C]

  constructor(numClasses: number, { normalize = "none", ignoreIndex = null }: ConfusionMatrixOptions = {}) {
    super();
    this.numClasses = numClasses;
    this.normalize = normalize;
    this.#ignoreIndex = ignoreIndex;
  }

  protected take(preds: Tensor, target: Tensor): void {
    const { predicted, actual, weight } = toLabels("ConfusionMatrix", preds, target, this.numClasses, this.#ignoreIndex);
    const cells = zeros([this.numClasses ** 2], { dtype: "int32", device: preds.device });
    this.#counts ??= cells.clone().keep();
    this.#counts.add_(cells.indexAdd(0, actual.mul(this.numClasses).add(predicted), weight));
  }

  async compute(): Promise<number[][]> {
    const size = this.numClasses;
    const flat = this.#counts ? [...(await this.#counts.data())] : new Array<number>(size * size).fill(0);
    const rows = Array.from({ length: size }, (_, r) => flat.slice(r * size, (r + 1) * size));
    const sum = (values: readonly number[]): number => values.reduce((total, x) => total + x, 0);
    const divisors = {
      none: () => 1,
      true: (r: number) => sum(rows[r] as number[]),
      pred: (_: number, c: number) => sum(rows.map((row) => row[c] as number)),
      all: () => sum(flat),
    };
    const divisor = divisors[this.normalize];
    return rows.map((row, r) => row.map((count, c) => safeDivide(count, divisor(r, c))));
  }

  reset(): void {
    this.#counts?.dispose();
    this.#counts = null;
  }
}
