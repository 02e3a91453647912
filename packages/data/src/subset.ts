// Part of a dataset, chosen by index.
import { IndexError } from "@gradkit/tensor";
import type { Collated } from "./collate.ts";
import { Dataset, hasGetBatch } from "./dataset.ts";

/**
 * The samples of `dataset` at `indices`, in their order, as torch.utils.data.Subset.
 *
 * @example
 * const firstThousand = new Subset(train, Array.from({ length: 1000 }, (_, i) => i));
 */
export class Subset<Item> extends Dataset<Item> {
  readonly dataset: Dataset<Item>;
  readonly indices: ArrayLike<number>;
  /** Present when `dataset` has it. */
  readonly getBatch?: (indices: readonly number[]) => Collated<Item> | Promise<Collated<Item>>;

  constructor(dataset: Dataset<Item>, indices: ArrayLike<number>) {
    super();
    this.dataset = dataset;
    this.indices = indices;
    if (hasGetBatch<Item>(dataset)) this.getBatch = (batch) => dataset.getBatch(batch.map((i) => this.at(i)));
  }

  get length(): number {
    return this.indices.length;
  }

  get(index: number): Item | Promise<Item> {
    return this.dataset.get(this.at(index));
  }

  private at(index: number): number {
    const inner = this.indices[index];
    if (inner === undefined) throw new IndexError("Subset.get", `index ${index} is not in 0..${this.length - 1}`);
    return inner;
  }
}
