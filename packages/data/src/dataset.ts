// Where samples come from: datasets that are indexed, and streams that are not.
import type { Collated } from "./collate.ts";

/**
 * Samples that can be fetched by index, as torch.utils.data.Dataset.
 *
 * @example
 * class Squares extends Dataset<[number, number]> {
 *   readonly length = 100;
 *   get(index: number): [number, number] {
 *     return [index, index * index];
 *   }
 * }
 */
export abstract class Dataset<Item> {
  /** How many samples there are. */
  abstract readonly length: number;
  /** The sample at `index`, 0 ≤ index < length. */
  abstract get(index: number): Item | Promise<Item>;
}

/** A dataset that assembles a whole batch at once; a DataLoader without a `collateFn` of its own then asks it instead of collating items. */
export interface BatchSource<Item> {
  getBatch(indices: readonly number[]): Collated<Item> | Promise<Collated<Item>>;
}

export const hasGetBatch = <Item>(dataset: object): dataset is BatchSource<Item> =>
  typeof (dataset as Partial<BatchSource<Item>>).getBatch === "function";

/**
 * Samples that come in an order of their own and have no index: a log, a queue, a generator. As torch.utils.data.IterableDataset.
 *
 * @example
 * class Countdown extends IterableDataset<number> {
 *   async *[Symbol.asyncIterator]() {
 *     for (let i = 10; i > 0; i--) yield i;
 *   }
 * }
 */
export abstract class IterableDataset<Item> implements AsyncIterable<Item> {
  abstract [Symbol.asyncIterator](): AsyncIterator<Item>;
}
