// Several datasets, one after the other.
import { IndexError } from "@gradkit/tensor";
import { Dataset } from "./dataset.ts";

/**
 * The samples of the first dataset, then those of the second, and so on, as torch.utils.data.ConcatDataset.
 *
 * @example
 * const all = new ConcatDataset([train, augmented]);
 */
export class ConcatDataset<Item> extends Dataset<Item> {
  readonly datasets: readonly Dataset<Item>[];
  /** Where each dataset ends: cumulativeSizes[k] = length of datasets 0 … k together. */
  readonly cumulativeSizes: readonly number[];

  constructor(datasets: readonly Dataset<Item>[]) {
    super();
    let end = 0;
    this.datasets = datasets;
    this.cumulativeSizes = datasets.map(({ length }) => (end += length));
  }

  get length(): number {
    return this.cumulativeSizes.at(-1) ?? 0;
  }

  get(index: number): Item | Promise<Item> {
    const k = index >= 0 ? this.cumulativeSizes.findIndex((end) => index < end) : -1;
    const dataset = this.datasets[k];
    if (!dataset) throw new IndexError("ConcatDataset.get", `index ${index} is not in 0..${this.length - 1}`);
    return dataset.get(index - (this.cumulativeSizes[k - 1] ?? 0));
  }
}
