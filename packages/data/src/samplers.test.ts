import { Generator, IndexError, manualSeed } from "@gradkit/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BatchSampler, RandomSampler, SequentialSampler, SubsetRandomSampler } from "./samplers.ts";

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const ascending = (values: Iterable<number>): number[] => [...values].sort((a, b) => a - b);

describe("SequentialSampler", () => {
  it("counts up, each time again", () => {
    const sampler = new SequentialSampler({ length: 3 });
    expect([[...sampler], [...sampler]]).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ]);
  });
});

describe("RandomSampler", () => {
  it("visits each index once, in an order that changes from epoch to epoch", () => {
    const sampler = new RandomSampler({ length: 100 }, { generator: new Generator(0) });
    const [first, second] = [[...sampler], [...sampler]];
    expect(ascending(first)).toEqual(range(100));
    expect(ascending(second)).toEqual(range(100));
    expect(first).not.toEqual(second);
    expect(first).not.toEqual(range(100));
  });

  it("repeats its epochs for the same seed", () => {
    const epochs = (seed: number): number[][] => {
      const sampler = new RandomSampler({ length: 20 }, { generator: new Generator(seed) });
      return [[...sampler], [...sampler]];
    };
    expect(epochs(7)).toEqual(epochs(7));
    expect(epochs(7)).not.toEqual(epochs(8));
  });

  it("draws from the default generator otherwise", () => {
    const sampler = new RandomSampler({ length: 20 });
    manualSeed(3);
    const first = [...sampler];
    manualSeed(3);
    expect([...sampler]).toEqual(first);
  });

  it("gives whole permutations and part of one for more samples than data", () => {
    const sampler = new RandomSampler({ length: 4 }, { numSamples: 10, generator: new Generator(0) });
    const indices = [...sampler];
    expect(sampler.length).toBe(10);
    expect(indices).toHaveLength(10);
    expect(ascending(indices.slice(0, 4))).toEqual(range(4));
    expect(ascending(indices.slice(4, 8))).toEqual(range(4));
    expect(new Set(indices.slice(8)).size).toBe(2);
  });

  it("draws evenly with replacement", () => {
    const n = 10;
    const draws = 20_000;
    const counts = new Array<number>(n).fill(0);
    for (const i of new RandomSampler({ length: n }, { replacement: true, numSamples: draws, generator: new Generator(1) }))
      counts[i]! += 1;
    // χ² with 9 degrees of freedom exceeds 27.9 once in a thousand; the seed is fixed
    const chi2 = counts.reduce((sum, count) => sum + (count - draws / n) ** 2 / (draws / n), 0);
    expect(chi2).toBeLessThan(27.9);
    expect(chi2).toBeGreaterThan(0.5); // permutations would be perfectly even
  });

  it("gives nothing for no data, and refuses to draw no samples", () => {
    expect([...new RandomSampler({ length: 0 })]).toEqual([]);
    expect(() => new RandomSampler({ length: 3 }, { numSamples: 0 })).toThrow(IndexError);
  });
});

describe("SubsetRandomSampler", () => {
  it("visits each given index once", () => {
    const indices = range(30).map((i) => 3 * i + 1);
    const order = [...new SubsetRandomSampler(indices, { generator: new Generator(0) })];
    expect(ascending(order)).toEqual(indices);
    expect(order).not.toEqual(indices);
  });
});

describe("BatchSampler", () => {
  it("cuts any order into batches of one size, the last one short or left out", () => {
    fc.assert(
      fc.property(fc.nat(50), fc.integer({ min: 1, max: 12 }), fc.boolean(), (n, batchSize, dropLast) => {
        const sampler = new BatchSampler(range(n), batchSize, dropLast);
        const batches = [...sampler];
        expect(batches).toHaveLength(sampler.length);
        expect(batches.flat()).toEqual(range(dropLast ? n - (n % batchSize) : n));
        expect(batches.slice(0, -1).every((batch) => batch.length === batchSize)).toBe(true);
        expect(batches.every((batch) => batch.length > 0)).toBe(true);
      }),
    );
  });

  it("refuses a size that is no count", () => {
    expect(() => new BatchSampler([1], 0, false)).toThrowErrorMatchingInlineSnapshot(
      `[IndexError: BatchSampler: a positive whole number is needed (got 0)]`,
    );
  });
});
