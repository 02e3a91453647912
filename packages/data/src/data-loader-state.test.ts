import { defaultGenerator, Generator, manualSeed } from "@gradkit/tensor";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { useReferenceDevice } from "../test/reference-device.ts";
import { DataLoader, type DataLoaderOptions, type LoaderState } from "./data-loader.ts";
import { Dataset, IterableDataset } from "./dataset.ts";
import { RandomSampler } from "./samplers.ts";
import { WeightedRandomSampler } from "./weighted-random-sampler.ts";

beforeAll(useReferenceDevice);

class Numbers extends Dataset<number> {
  readonly length: number;
  constructor(length: number) {
    super();
    this.length = length;
  }
  get(index: number): number {
    return index;
  }
}

class Ten extends IterableDataset<number> {
  async *[Symbol.asyncIterator](): AsyncGenerator<number> {
    for (let i = 0; i < 10; i++) yield i;
  }
}

type Options = DataLoaderOptions<number, number[]>;
const collateFn = (items: number[]): number[] => items;
const make = (length: number, options: Options): DataLoader<number, number[]> =>
  new DataLoader(new Numbers(length), { ...options, collateFn });
const through = (state: LoaderState): LoaderState => JSON.parse(JSON.stringify(state)) as LoaderState;

/** The batches of so many epochs. */
async function epochs(loader: AsyncIterable<number[]>, count: number): Promise<number[][][]> {
  const all: number[][][] = [];
  for (let i = 0; i < count; i++) {
    const batches: number[][] = [];
    for await (const batch of loader) batches.push(batch);
    all.push(batches);
  }
  return all;
}

/** The state inside the loop over the epoch after `done` epochs, in the body of batch `at`; between epochs when there are not so many. */
async function stateAt(loader: DataLoader<number, number[]>, done: number, at: number): Promise<LoaderState> {
  await epochs(loader, done);
  let batch = 0;
  for await (const _ of loader) if (++batch === at) return through(loader.stateDict());
  return through(loader.stateDict());
}

const kinds: { what: string; options: (length: number) => Options }[] = [
  { what: "in order", options: () => ({ batchSize: 3 }) },
  { what: "shuffled from a seed", options: () => ({ batchSize: 3, shuffle: true, seed: 4 }) },
  { what: "shuffled, last batch dropped", options: () => ({ batchSize: 3, shuffle: true, seed: 4, dropLast: true }) },
  { what: "shuffled from a generator", options: () => ({ batchSize: 2, shuffle: true, generator: new Generator(9) }) },
  { what: "batches of one's own", options: () => ({ batchSampler: [[0, 1], [2], [1, 1, 1]] }) },
];

describe("DataLoader's state", () => {
  it.each(kinds)("goes on where another loader stood: $what", async ({ options }) => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 3, max: 12 }), fc.nat(2), fc.nat(6), async (length, done, at) => {
        const uninterrupted = (await epochs(make(length, options(length)), done + 3)).slice(done);
        const perEpoch = uninterrupted[0]!.length;
        const state = await stateAt(make(length, options(length)), done, at);
        const resumed = make(length, options(length));
        resumed.loadStateDict(state);
        const stopped =
          at >= 1 && at <= perEpoch ? uninterrupted.map((batches, i) => (i === 0 ? batches.slice(at) : batches)) : uninterrupted.slice(1);
        expect(await epochs(resumed, stopped.length)).toEqual(stopped);
      }),
      { numRuns: 25 },
    );
  });

  it("leaves the run as it is: asking draws nothing", async () => {
    const samplers: ((data: Numbers) => Options)[] = [
      () => ({ shuffle: true }),
      (data) => ({ sampler: new RandomSampler(data, { replacement: true }) }),
      (data) => ({ sampler: new RandomSampler(data, { numSamples: 25 }) }),
      () => ({ sampler: new WeightedRandomSampler([1, 2, 3], 8) }),
    ];
    for (const sampler of samplers) {
      const run = async (ask: boolean): Promise<unknown[]> => {
        manualSeed(3);
        const seen: unknown[] = [];
        const loader = make(10, sampler(new Numbers(10)));
        for await (const batch of loader) {
          seen.push(batch, defaultGenerator.uint32()); // as dropout draws between batches
          if (ask) loader.stateDict();
        }
        return seen;
      };
      expect(await run(true)).toEqual(await run(false));
    }
  });

  it("is the same when asked again before going on", async () => {
    const state = await stateAt(make(10, { batchSize: 2, shuffle: true, seed: 1 }), 1, 2);
    const loader = make(10, { batchSize: 2, shuffle: true, seed: 1 });
    loader.loadStateDict(state);
    expect(through(loader.stateDict())).toEqual(state);
    expect(state).toMatchObject({ samples: 10, position: 2, generator: { seed: 1, draws: 2 } });
    expect(state.remaining).toHaveLength(3);
  });

  it("owes nothing after a loop was left, and all that is unread while it is in use", async () => {
    const loader = make(6, { batchSize: 2 });
    for await (const _ of loader) break;
    expect(loader.stateDict()).toMatchObject({ position: null, remaining: null });
    const iterator = loader[Symbol.asyncIterator]();
    const second = (async () => [await iterator.next(), await iterator.next()])();
    expect(loader.stateDict().remaining).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
    ]);
    await second;
    expect(loader.stateDict()).toMatchObject({ position: 2, remaining: [[4, 5]] });
  });

  it("finds its place in a stream by reading it again", async () => {
    const loader = (): DataLoader<number, number[], Ten> => new DataLoader(new Ten(), { batchSize: 3, collateFn });
    const first = loader();
    let state: LoaderState | null = null;
    let batches = 0;
    for await (const _ of first) if (++batches === 2) state = through(first.stateDict());
    const resumed = loader();
    resumed.loadStateDict(state as LoaderState);
    expect(await epochs(resumed, 2)).toEqual([
      [[6, 7, 8], [9]],
      [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]],
    ]);
  });

  it("refuses the state of other data", () => {
    const message = (load: () => void): string => {
      try {
        load();
      } catch (error) {
        return String(error);
      }
      return "nothing thrown";
    };
    const state = make(10, {}).stateDict();
    expect(message(() => make(9, {}).loadStateDict(state))).toMatchInlineSnapshot(
      `"GradkitError: DataLoader.loadStateDict: the state is of 10 samples, the dataset of 9 samples"`,
    );
    expect(message(() => new DataLoader(new Ten()).loadStateDict(state))).toMatchInlineSnapshot(
      `"GradkitError: DataLoader.loadStateDict: the state is of 10 samples, the dataset of a stream"`,
    );
  });
});
