import { Generator, IndexError } from "@gradkit/tensor";
import { describe, expect, it } from "vitest";
import { WeightedRandomSampler } from "./weighted-random-sampler.ts";

const frequencies = (indices: Iterable<number>, n: number): number[] => {
  const counts = new Array<number>(n).fill(0);
  let total = 0;
  for (const i of indices) {
    counts[i]! += 1;
    total += 1;
  }
  return counts.map((count) => count / total);
};

describe("WeightedRandomSampler", () => {
  it("draws in proportion to the weights, never one of weight 0", () => {
    const sampler = new WeightedRandomSampler([0, 1, 3, 0, 6, 0], 20_000, { generator: new Generator(0) });
    const found = frequencies(sampler, 6);
    // three standard deviations of a share p of 20,000 draws are at most 0.0106
    [0, 0.1, 0.3, 0, 0.6, 0].forEach((share, i) => {
      expect(Math.abs((found[i] as number) - share)).toBeLessThan(share === 0 ? 1e-12 : 0.0106);
    });
  });

  it("skips weights of 0 even where the uniform number is exactly 0", () => {
    const generator = { uniformArray: () => Float32Array.of(0, 0.5) } as unknown as Generator;
    expect([...new WeightedRandomSampler([0, 0, 1, 1], 2, { generator })]).toEqual([2, 3]);
  });

  it("draws distinct indices without replacement, the first in proportion to the weights", () => {
    const generator = new Generator(0);
    const firsts: number[] = [];
    for (let i = 0; i < 5000; i++) {
      const drawn = [...new WeightedRandomSampler([1, 0, 3, 6], 3, { replacement: false, generator })];
      expect(new Set(drawn)).toEqual(new Set([0, 2, 3]));
      firsts.push(drawn[0] as number);
    }
    const found = frequencies(firsts, 4);
    [0.1, 0, 0.3, 0.6].forEach((share, i) => {
      expect(Math.abs((found[i] as number) - share)).toBeLessThan(0.021); // three standard deviations of 5,000 draws
    });
  });

  it("knows its length", () => {
    expect(new WeightedRandomSampler([1, 2], 5).length).toBe(5);
  });

  it.each([
    { weights: [1, -1], replacement: true, message: "WeightedRandomSampler: weight 1 is -1. Weights are finite and not negative" },
    { weights: [NaN], replacement: true, message: "WeightedRandomSampler: weight 0 is NaN. Weights are finite and not negative" },
    { weights: [0, 0], replacement: true, message: "WeightedRandomSampler: 1 positive weights are needed (got 0)" },
    { weights: [1, 0], replacement: false, message: "WeightedRandomSampler: 2 positive weights are needed (got 1)" },
  ])("refuses $weights", ({ weights, replacement, message }) => {
    const make = (): unknown => new WeightedRandomSampler(weights, 2, { replacement });
    expect(make).toThrow(IndexError);
    expect(make).toThrow(message);
  });
});
