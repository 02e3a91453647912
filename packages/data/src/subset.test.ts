import { IndexError } from "@gradkit/tensor";
import { describe, expect, it } from "vitest";
import { ConcatDataset } from "./concat-dataset.ts";
import { type BatchSource, Dataset, hasGetBatch } from "./dataset.ts";
import { Subset } from "./subset.ts";

class Letters extends Dataset<string> {
  readonly letters: string;
  constructor(letters: string) {
    super();
    this.letters = letters;
  }
  get length(): number {
    return this.letters.length;
  }
  async get(index: number): Promise<string> {
    return this.letters[index] as string;
  }
}

class FastLetters extends Letters implements BatchSource<string> {
  getBatch(indices: readonly number[]): string[] {
    return indices.map((i) => this.letters[i] as string);
  }
}

describe("Subset", () => {
  it("picks and reorders", async () => {
    const subset = new Subset(new Letters("abcdef"), [4, 0, 0]);
    expect(subset.length).toBe(3);
    expect(await Promise.all([0, 1, 2].map((i) => subset.get(i)))).toEqual(["e", "a", "a"]);
  });

  it("hands whole batches on where the dataset makes them, through several layers", async () => {
    const subset = new Subset(new Subset(new FastLetters("abcdef"), [5, 4, 3]), [2, 0]);
    expect(await subset.getBatch?.([0, 1, 0])).toEqual(["d", "f", "d"]);
    expect(hasGetBatch(new Subset(new Letters("abc"), [0]))).toBe(false);
  });

  it("refuses an index beyond its own", () => {
    const subset = new Subset(new FastLetters("abcdef"), [4, 0]);
    expect(() => subset.get(2)).toThrow(IndexError);
    expect(() => subset.get(-1)).toThrow("Subset.get: index -1 is not in 0..1");
    expect(() => subset.getBatch?.([2])).toThrow(IndexError);
  });
});

describe("ConcatDataset", () => {
  it("continues with the next dataset where one ends", async () => {
    const all = new ConcatDataset([new Letters("ab"), new Letters(""), new Letters("cde")]);
    expect(all.length).toBe(5);
    expect(all.cumulativeSizes).toEqual([2, 2, 5]);
    expect(await Promise.all([0, 1, 2, 3, 4].map((i) => all.get(i)))).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("refuses an index beyond the whole", () => {
    const all = new ConcatDataset([new Letters("ab"), new Letters("cde")]);
    expect(() => all.get(5)).toThrow(IndexError);
    expect(() => all.get(-1)).toThrow("ConcatDataset.get: index -1 is not in 0..4");
    expect(new ConcatDataset([]).length).toBe(0);
  });
});
