import { Generator, IndexError } from "@gradkit/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Dataset } from "./dataset.ts";
import { randomSplit } from "./random-split.ts";
import type { Subset } from "./subset.ts";

class Range extends Dataset<number> {
  readonly length: number;
  constructor(length: number) {
    super();
    this.length = length;
  }
  get(index: number): number {
    return index;
  }
}

const items = (part: Subset<number>): number[] => Array.from({ length: part.length }, (_, i) => part.get(i) as number);

describe("randomSplit", () => {
  it("partitions any dataset", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 1, maxLength: 6 }), fc.nat(), (lengths, seed) => {
        const total = lengths.reduce((a, b) => a + b, 0);
        fc.pre(total !== 1); // then they are fractions
        const parts = randomSplit(new Range(total), lengths, { seed });
        expect(parts.map((part) => part.length)).toEqual(lengths);
        expect(parts.flatMap(items).sort((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, i) => i));
      }),
    );
  });

  it.each([
    // rounded down, then one more for the first parts: the numbers are torch's
    { total: 10, fractions: [0.7, 0.15, 0.15], lengths: [8, 1, 1] },
    { total: 17, fractions: [0.5, 0.5], lengths: [9, 8] },
    { total: 106, fractions: [0.3, 0.3, 0.4], lengths: [32, 32, 42] },
    { total: 3, fractions: [0.5, 0.5], lengths: [2, 1] },
    { total: 5, fractions: [1], lengths: [5] },
    { total: 5, fractions: [1, 0], lengths: [5, 0] },
    { total: 0, fractions: [0.5, 0.5], lengths: [0, 0] },
    { total: 10, fractions: [0.1, 0.2, 0.7], lengths: [1, 2, 7] },
  ])("rounds $fractions of $total to $lengths", ({ total, fractions, lengths }) => {
    const parts = randomSplit(new Range(total), fractions, { seed: 0 });
    expect(parts.map((part) => part.length)).toEqual(lengths);
  });

  it("repeats for a seed, and takes a generator instead", () => {
    const split = (options: { seed?: number; generator?: Generator }): number[][] =>
      randomSplit(new Range(50), [25, 25], options).map(items);
    expect(split({ seed: 1 })).toEqual(split({ seed: 1 }));
    expect(split({ seed: 1 })).toEqual(split({ generator: new Generator(1) }));
    expect(split({ seed: 1 })).not.toEqual(split({ seed: 2 }));
  });

  it("is a tuple of as many parts as lengths", () => {
    const [train, test] = randomSplit(new Range(10), [0.8, 0.2], { seed: 0 });
    expect(train.length + test.length).toBe(10); // compiles without a check for undefined
  });

  it("refuses lengths that do not add up", () => {
    expect(() => randomSplit(new Range(10), [5, 4])).toThrow(IndexError);
    expect(() => randomSplit(new Range(10), [5, 4])).toThrowErrorMatchingInlineSnapshot(
      `[IndexError: randomSplit: lengths [5, 4] do not add up to the 10 samples of the dataset. Give counts, or fractions that add up to 1]`,
    );
    expect(() => randomSplit(new Range(10), [0.5, 0.4])).toThrow(IndexError);
    expect(() => randomSplit(new Range(10), [12, -2])).toThrow(IndexError);
  });
});
