import { Generator, GradkitError, manualSeed, type Tensor, tensor } from "@gradkit/tensor";
import fc from "fast-check";
import { beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import { useReferenceDevice } from "../test/reference-device.ts";
import { DataLoader, type DataLoaderOptions } from "./data-loader.ts";
import { Dataset, IterableDataset } from "./dataset.ts";
import { randomSplit } from "./random-split.ts";
import { TensorDataset } from "./tensor-dataset.ts";

beforeAll(useReferenceDevice);

class Squares extends Dataset<[number, number]> {
  readonly length: number;
  constructor(length: number) {
    super();
    this.length = length;
  }
  get(index: number): [number, number] {
    return [index, index * index];
  }
}

class LateSquares extends Squares {
  override get(index: number): never {
    return new Promise((resolve) => setTimeout(() => resolve([index, index * index]), 5 - index)) as never;
  }
}

class Countdown extends IterableDataset<number> {
  closed = false;
  async *[Symbol.asyncIterator](): AsyncGenerator<number> {
    try {
      for (let i = 5; i > 0; i--) yield i;
    } finally {
      this.closed = true;
    }
  }
}

const list = (items: unknown[]): unknown[] => items;
/** The batches of one epoch, as lists of samples. */
async function epoch<T>(loader: AsyncIterable<T>): Promise<T[]> {
  const batches: T[] = [];
  for await (const batch of loader) batches.push(batch);
  return batches;
}
const order = async (options: DataLoaderOptions<[number, number], unknown>, length = 20): Promise<number[][]> =>
  (await epoch(new DataLoader(new Squares(length), { ...options, collateFn: (items) => items.map(([x]) => x) }))) as number[][];

describe("DataLoader", () => {
  it("gives typed batches in order, one sample at a time by default", async () => {
    const loader = new DataLoader(new Squares(3));
    for await (const [x, y] of loader) {
      expectTypeOf(x).toEqualTypeOf<Tensor>();
      expectTypeOf(y).toEqualTypeOf<Tensor>();
      expect(x.shape).toEqual([1]);
    }
    const batches = await epoch(new DataLoader(new Squares(5), { batchSize: 2 }));
    expect(await Promise.all(batches.map(async ([x, y]) => [[...(await x.data())], [...(await y.data())]]))).toEqual([
      [
        [0, 1],
        [0, 1],
      ],
      [
        [2, 3],
        [4, 9],
      ],
      [[4], [16]],
    ]);
  });

  it("covers each index exactly once, whatever the sizes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(40),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        fc.boolean(),
        fc.nat(),
        async (n, batchSize, shuffle, dropLast, seed) => {
          const loader = new DataLoader(new Squares(n), {
            batchSize,
            shuffle,
            dropLast,
            seed,
            collateFn: (items) => items.map(([x]) => x),
          });
          const batches = await epoch(loader);
          const seen = batches.flat();
          expect(batches).toHaveLength(loader.length);
          expect(new Set(seen).size).toBe(seen.length);
          expect(seen).toHaveLength(dropLast ? n - (n % batchSize) : n);
          expect(seen.every((x) => x >= 0 && x < n)).toBe(true);
          if (!shuffle) expect(seen).toEqual(seen.map((_, i) => i));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("shuffles anew in each epoch, and again the same for the same seed", async () => {
    const epochs = async (): Promise<number[][][]> => {
      const loader = new DataLoader(new Squares(20), { batchSize: 4, shuffle: true, seed: 5, collateFn: (items) => items.map(([x]) => x) });
      return [await epoch(loader), await epoch(loader)];
    };
    const [first, second] = await epochs();
    expect(first).not.toEqual(second);
    expect(await epochs()).toEqual([first, second]);
    expect(await order({ batchSize: 4, shuffle: true, generator: new Generator(5) })).toEqual(first);
    expect(await order({ batchSize: 4, shuffle: true, seed: 6 })).not.toEqual(first);
  });

  it("follows manualSeed without a seed of its own", async () => {
    manualSeed(1);
    const first = await order({ shuffle: true });
    manualSeed(1);
    expect(await order({ shuffle: true })).toEqual(first);
    expect(await order({ shuffle: true })).not.toEqual(first);
  });

  it("takes samplers and batches of one's own", async () => {
    expect(await order({ sampler: [3, 1, 1], batchSize: 2 })).toEqual([[3, 1], [1]]);
    expect(await order({ batchSampler: [[3, 1], [], [1, 2, 0]] })).toEqual([[3, 1], [], [1, 2, 0]]);
    expect(new DataLoader(new Squares(9), { batchSampler: [[3, 1], [1]] }).length).toBe(2);
  });

  it("waits for samples that come late, and keeps their order", async () => {
    const batches = await epoch(new DataLoader(new LateSquares(5), { batchSize: 3, collateFn: list }));
    expect(batches).toEqual([
      [
        [0, 0],
        [1, 1],
        [2, 4],
      ],
      [
        [3, 9],
        [4, 16],
      ],
    ]);
  });

  it("batches a stream, and closes it when the loop is left", async () => {
    const stream = new Countdown();
    expect(await epoch(new DataLoader(stream, { batchSize: 2, collateFn: list }))).toEqual([[5, 4], [3, 2], [1]]);
    expect(await epoch(new DataLoader(stream, { batchSize: 2, dropLast: true, collateFn: list }))).toEqual([
      [5, 4],
      [3, 2],
    ]);
    stream.closed = false;
    for await (const batch of new DataLoader(stream)) {
      expect(await batch.data()).toEqual(Int32Array.of(5));
      break;
    }
    expect(stream.closed).toBe(true);
    expect(() => new DataLoader(stream).length).toThrow("DataLoader.length: an IterableDataset does not know its length");
  });

  it("gathers the rows of tensors", async () => {
    const rows = new TensorDataset(
      tensor([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
      tensor([7, 8, 9], { dtype: "int32" }),
    );
    const [[x, y]] = (await epoch(new DataLoader(rows, { batchSampler: [[2, 0]] }))) as [[Tensor, Tensor]];
    expect([x.shape, [...(await x.data())]]).toEqual([
      [2, 2],
      [5, 6, 1, 2],
    ]);
    expect([y.dtype, [...(await y.data())]]).toEqual(["int32", [9, 7]]);
    const [row, label] = rows.get(1);
    expect([row.shape, [...(await row.data())], label.shape, await label.item()]).toEqual([[2], [3, 4], [], 8]);
  });

  it("takes the fast way through a split, too", async () => {
    const rows = new TensorDataset(tensor([[1], [2], [3], [4]]));
    rows.get = () => {
      throw new Error("the slow way");
    };
    const [half] = randomSplit(rows, [2, 2], { seed: 0 });
    const [[x]] = (await epoch(new DataLoader(half, { batchSize: 2 }))) as [[Tensor]];
    expect(x.shape).toEqual([2, 1]);
  });

  it("knows its dataset by its own type", () => {
    const loader = new DataLoader(new LateSquares(5), { batchSize: 2 });
    expectTypeOf(loader.dataset).toEqualTypeOf<LateSquares>();
    expect([loader.dataset.length, loader.length, loader.batchSize, loader.dropLast]).toEqual([5, 3, 2, false]);
  });

  it("lets timers run between batches", async () => {
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 1);
    for await (const _ of new DataLoader(new Squares(10), { collateFn: list })) {
      const end = performance.now() + 6;
      while (performance.now() < end);
    }
    clearInterval(timer);
    expect(ticks).toBeGreaterThanOrEqual(5);
  });

  it("passes on what a sample throws", async () => {
    const broken = new Squares(3);
    broken.get = () => {
      throw new Error("row 0 is empty");
    };
    await expect(epoch(new DataLoader(broken))).rejects.toThrow("row 0 is empty");
  });

  it.each([
    { options: { batchSampler: [[0]], batchSize: 2, shuffle: true }, message: "DataLoader: batchSampler excludes batchSize, shuffle" },
    { options: { sampler: [0], shuffle: true }, message: "DataLoader: sampler excludes shuffle" },
    { options: { batchSize: 0 }, message: "DataLoader: batchSize: a positive whole number is needed (got 0)" },
    { options: { batchSize: 1.5 }, message: "DataLoader: batchSize: a positive whole number is needed (got 1.5)" },
  ])("refuses $message", ({ options, message }) => {
    const make = (): unknown => new DataLoader(new Squares(3), options);
    expect(make).toThrow(GradkitError);
    expect(make).toThrow(message);
  });

  it("refuses to shuffle a stream", () => {
    expect(() => new DataLoader(new Countdown(), { shuffle: true })).toThrow(
      "DataLoader: an IterableDataset, which has its own order, excludes shuffle",
    );
  });
});
