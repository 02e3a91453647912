// Orders in which samples are visited. Each iteration of a random one draws a new order, all of it when it begins: a loader may then ask for
// the rest of an epoch ahead of time (for a checkpoint) without a change in what other users of the generator draw.
import { defaultGenerator, type Generator, IndexError } from "@gradkit/tensor";

/** Indices to visit, and how many: any array of numbers is one. */
export interface Sampler<T = number> extends Iterable<T> {
  readonly length: number;
}

/** What samplers need to know of a dataset. */
interface Sized {
  readonly length: number;
}

/** 0, 1, 2 … as torch.utils.data.SequentialSampler. */
export class SequentialSampler implements Sampler {
  readonly dataSource: Sized;

  constructor(dataSource: Sized) {
    this.dataSource = dataSource;
  }

  get length(): number {
    return this.dataSource.length;
  }

  *[Symbol.iterator](): IterableIterator<number> {
    for (let i = 0; i < this.length; i++) yield i;
  }
}

export interface GeneratorOptions {
  /** Where chance comes from. Default: the default generator, which `manualSeed` seeds. */
  generator?: Generator;
}

export interface RandomSamplerOptions extends GeneratorOptions {
  /** Draw each index independently, so that some come twice. Default: false. */
  replacement?: boolean;
  /** How many to draw. Default: the length of the data. */
  numSamples?: number;
}

/** A random permutation, or independent draws with `replacement`, as torch.utils.data.RandomSampler. */
export class RandomSampler implements Sampler {
  readonly dataSource: Sized;
  readonly replacement: boolean;
  readonly #numSamples: number | undefined;
  readonly #generator: Generator;

  constructor(dataSource: Sized, { replacement = false, numSamples, generator = defaultGenerator }: RandomSamplerOptions = {}) {
    if (numSamples !== undefined) checkCount("RandomSampler", numSamples);
    this.dataSource = dataSource;
    this.replacement = replacement;
    this.#numSamples = numSamples;
    this.#generator = generator;
  }

  get length(): number {
    return this.#numSamples ?? this.dataSource.length;
  }

  *[Symbol.iterator](): IterableIterator<number> {
    const n = this.dataSource.length;
    if (n === 0) return;
    if (this.replacement) {
      yield* Float64Array.from({ length: this.length }, () => Math.floor((this.#generator.uint32() / 2 ** 32) * n));
      return;
    }
    const permutations = Array.from({ length: Math.ceil(this.length / n) }, () => this.#generator.permutation(n));
    let left = this.length; // more samples than data: whole permutations, then part of one
    for (const permutation of permutations) {
      yield* permutation.subarray(0, left);
      left -= n;
    }
  }
}

/** The given indices in random order, as torch.utils.data.SubsetRandomSampler. */
export class SubsetRandomSampler implements Sampler {
  readonly indices: ArrayLike<number>;
  readonly #generator: Generator;

  constructor(indices: ArrayLike<number>, { generator = defaultGenerator }: GeneratorOptions = {}) {
    this.indices = indices;
    this.#generator = generator;
  }

  get length(): number {
    return this.indices.length;
  }

  *[Symbol.iterator](): IterableIterator<number> {
    for (const i of this.#generator.permutation(this.length)) yield this.indices[i] as number;
  }
}

/** Groups the indices of another sampler; the last group may be short, or is left out with `dropLast`. As torch.utils.data.BatchSampler. */
export class BatchSampler implements Sampler<number[]> {
  readonly sampler: Sampler;
  readonly batchSize: number;
  readonly dropLast: boolean;

  constructor(sampler: Sampler, batchSize: number, dropLast: boolean) {
    checkCount("BatchSampler", batchSize);
    this.sampler = sampler;
    this.batchSize = batchSize;
    this.dropLast = dropLast;
  }

  get length(): number {
    const batches = this.sampler.length / this.batchSize;
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  *[Symbol.iterator](): IterableIterator<number[]> {
    let batch: number[] = [];
    for (const index of this.sampler) {
      batch.push(index);
      if (batch.length === this.batchSize) {
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0 && !this.dropLast) yield batch;
  }
}

export function checkCount(op: string, count: number): void {
  if (!(Number.isInteger(count) && count > 0)) throw new IndexError(op, `a positive whole number is needed (got ${count})`);
}
