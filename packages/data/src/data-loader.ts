// Batches for a training loop: which samples, in which order, put together how.
import { defaultGenerator, Generator, type GeneratorState, GradkitError, yieldToEventLoop } from "@gradkit/tensor";
import { type Collated, defaultCollate } from "./collate.ts";
import { type Dataset, hasGetBatch, IterableDataset } from "./dataset.ts";
import { Epoch } from "./epoch.ts";
import { BatchSampler, checkCount, RandomSampler, type Sampler, SequentialSampler } from "./samplers.ts";

export interface DataLoaderOptions<Item, Batch> {
  /** Samples per batch. Default: 1. */
  batchSize?: number;
  /** A new random order in every epoch. Default: false. */
  shuffle?: boolean;
  /** An order of your own, instead of `shuffle`: any array of indices is one. */
  sampler?: Sampler;
  /** Whole batches of indices of your own, instead of `batchSize`, `shuffle`, `sampler` and `dropLast`. */
  batchSampler?: Sampler<readonly number[]>;
  /** Leave out the last batch when it is not full. Default: false. */
  dropLast?: boolean;
  /** Makes a batch from samples. Default: `defaultCollate`. */
  collateFn?: (items: Item[]) => Batch | Promise<Batch>;
  /** Seeds the orders of this loader: the same seed gives the same sequence of epochs. */
  seed?: number;
  /** Where random orders come from. Default: one made from `seed`, or the default generator, which `manualSeed` seeds. */
  generator?: Generator;
}

/** Where a loader stands: plain data, all it takes to go on from there. */
export interface LoaderState {
  /** Samples in the dataset; null for a stream. */
  readonly samples: number | null;
  /** Batches of the current epoch that were handed out; null between epochs. */
  readonly position: number | null;
  /** Indices of the batches that this epoch still owes; null between epochs, and for a stream. */
  readonly remaining: readonly (readonly number[])[] | null;
  /** The loader's own generator; null where it draws from the default generator. */
  readonly generator: GeneratorState | null;
}

/**
 * Batches of a dataset, in order or shuffled anew in every epoch, as torch.utils.data.DataLoader. Samples stay on the host until their batch
 * is put together; `for await` lets timers and other tasks run between batches. Throws a GradkitError for options that exclude each other.
 *
 * @example
 * for await (const [images, labels] of new DataLoader(dataset, { batchSize: 64, shuffle: true })) { … }
 */
export class DataLoader<Item, Batch = Collated<Item>, Source extends Dataset<Item> | IterableDataset<Item> = Dataset<Item>>
  implements AsyncIterable<Batch>
{
  readonly dataset: Source;
  readonly batchSize: number | null; // null with a batchSampler, as in torch
  readonly dropLast: boolean;
  readonly #batchSampler: Sampler<readonly number[]> | null; // null for a stream
  readonly #collateFn: ((items: Item[]) => Batch | Promise<Batch>) | undefined;
  readonly #generator: Generator;
  /** The latest epoch, until it ends. */
  #epoch: Epoch | null = null;
  /** Whether `#epoch` was restored, so that the next iteration goes on with it. */
  #resuming = false;

  constructor(dataset: Source & (Dataset<Item> | IterableDataset<Item>), options: DataLoaderOptions<Item, Batch> = {}) {
    const { batchSize = 1, shuffle = false, dropLast = false, seed, batchSampler } = options;
    checkOptions(options, dataset instanceof IterableDataset);
    checkCount("DataLoader: batchSize", batchSize);
    this.dataset = dataset;
    this.batchSize = batchSampler ? null : batchSize;
    this.dropLast = dropLast;
    this.#collateFn = options.collateFn;
    this.#generator = options.generator ?? (seed === undefined ? defaultGenerator : new Generator(seed));
    if (dataset instanceof IterableDataset) {
      this.#batchSampler = null;
    } else {
      const generator = this.#generator;
      const sampler = options.sampler ?? (shuffle ? new RandomSampler(dataset, { generator }) : new SequentialSampler(dataset));
      this.#batchSampler = batchSampler ?? new BatchSampler(sampler, batchSize, dropLast);
    }
  }

  /** Batches per epoch. Throws a GradkitError for a stream, which has no length. */
  get length(): number {
    if (!this.#batchSampler) throw new GradkitError("DataLoader.length", "an IterableDataset does not know its length");
    return this.#batchSampler.length;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    const epoch = (this.#resuming && this.#epoch) || new Epoch(this.#batchSampler);
    this.#resuming = false;
    this.#epoch = epoch;
    try {
      for await (const batch of this.#batchSampler ? this.#indexed(epoch) : this.#streamed(epoch.position)) {
        await yieldToEventLoop();
        epoch.handOut();
        yield batch;
      }
    } finally {
      if (this.#epoch === epoch) this.#epoch = null;
    }
  }

  /**
   * Where the loader stands, in the middle of an epoch too. Leaving a loop by `break` ends its epoch: ask before.
   */
  stateDict(): LoaderState {
    return {
      samples: this.#samples,
      position: this.#epoch?.position ?? null,
      remaining: this.#epoch?.remaining ?? null,
      generator: this.#generator === defaultGenerator ? null : this.#generator.state,
    };
  }

  /**
   * Goes on where another loader of the same data stood: the next loop gets what its epoch still owed, and later epochs follow as they would
   * have there. A stream is read again up to its place. Throws a GradkitError for a dataset of another length.
   */
  loadStateDict({ samples, position, remaining, generator }: LoaderState): void {
    if (samples !== this.#samples) {
      const size = (count: number | null): string => (count === null ? "a stream" : `${count} samples`);
      throw new GradkitError("DataLoader.loadStateDict", `the state is of ${size(samples)}, the dataset of ${size(this.#samples)}`);
    }
    this.#epoch = position === null ? null : new Epoch(remaining, position);
    this.#resuming = this.#epoch !== null;
    if (generator && this.#generator !== defaultGenerator) this.#generator.state = generator;
  }

  get #samples(): number | null {
    return this.dataset instanceof IterableDataset ? null : this.dataset.length;
  }

  *#indexed(epoch: Epoch): Iterable<Batch | Promise<Batch>> {
    const dataset = this.dataset as unknown as Dataset<Item>;
    for (let indices = epoch.take(); indices; indices = epoch.take()) {
      if (!this.#collateFn && hasGetBatch<Item>(dataset)) yield dataset.getBatch(indices) as Batch | Promise<Batch>;
      else yield this.#fetch(dataset, indices);
    }
  }

  async #fetch(dataset: Dataset<Item>, indices: readonly number[]): Promise<Batch> {
    return this.#collate(await Promise.all(indices.map((index) => dataset.get(index))));
  }

  async *#streamed(batchesToSkip: number): AsyncIterable<Batch> {
    let samplesToSkip = batchesToSkip * (this.batchSize as number);
    let items: Item[] = [];
    for await (const item of this.dataset as unknown as IterableDataset<Item>) {
      if (samplesToSkip-- > 0) continue;
      items.push(item);
      if (items.length === this.batchSize) {
        yield this.#collate(items);
        items = [];
      }
    }
    if (items.length > 0 && !this.dropLast) yield this.#collate(items);
  }

  #collate(items: Item[]): Batch | Promise<Batch> {
    return this.#collateFn ? this.#collateFn(items) : (defaultCollate(items) as Batch);
  }
}

function checkOptions(options: DataLoaderOptions<never, unknown>, streamed: boolean): void {
  const { batchSampler, sampler, shuffle } = options;
  const exclusive = (name: string, others: readonly (keyof typeof options)[]): void => {
    const given = others.filter((other) => options[other] !== undefined && options[other] !== false);
    if (given.length > 0) throw new GradkitError("DataLoader", `${name} excludes ${given.join(", ")}`);
  };
  if (batchSampler) exclusive("batchSampler", ["batchSize", "shuffle", "sampler", "dropLast"]);
  if (sampler && shuffle) exclusive("sampler", ["shuffle"]);
  if (streamed) exclusive("an IterableDataset, which has its own order,", ["shuffle", "sampler", "batchSampler"]);
}
