// Cutting a dataset into parts by chance: training, validation, test.
import { defaultGenerator, Generator, IndexError } from "@gradkit/tensor";
import type { Dataset } from "./dataset.ts";
import { Subset } from "./subset.ts";

export interface RandomSplitOptions {
  /** Makes the split reproducible. */
  seed?: number;
  /** Where the permutation comes from. Default: one made from `seed`, or the default generator. */
  generator?: Generator;
}

/**
 * Splits a dataset at random into parts that do not overlap and together are the whole, as torch.utils.data.random_split. `lengths` are
 * counts that add up to the length, or fractions that add up to 1: those are rounded down, and what is left over goes to the first parts, one
 * sample each. Throws a IndexError when they do not add up.
 *
 * @example
 * const [train, validation] = randomSplit(dataset, [0.8, 0.2], { seed: 0 });
 */
export function randomSplit<Item, const Lengths extends readonly number[]>(
  dataset: Dataset<Item>,
  lengths: Lengths,
  { seed, generator = seed === undefined ? defaultGenerator : new Generator(seed) }: RandomSplitOptions = {},
): { -readonly [K in keyof Lengths]: Subset<Item> } {
  const total = dataset.length;
  const counts = isFractions(lengths) ? roundFractions(lengths, total) : lengths;
  const sum = counts.reduce((a, b) => a + b, 0);
  if (sum !== total || counts.some((count) => !Number.isInteger(count) || count < 0)) {
    throw new IndexError(
      "randomSplit",
      `lengths [${lengths.join(", ")}] do not add up to the ${total} samples of the dataset. Give counts, or fractions that add up to 1`,
    );
  }
  const order = generator.permutation(total);
  let end = 0;
  const parts = counts.map((count) => new Subset(dataset, order.subarray(end, (end += count))));
  return parts as { -readonly [K in keyof Lengths]: Subset<Item> };
}

/** [1] and [1, 0] are fractions, as in torch. */
const isFractions = (lengths: readonly number[]): boolean =>
  Math.abs(lengths.reduce((a, b) => a + b, 0) - 1) <= 1e-9 && lengths.every((x) => x >= 0 && x <= 1);

function roundFractions(fractions: readonly number[], total: number): number[] {
  const counts = fractions.map((fraction) => Math.floor(total * fraction));
  const left = total - counts.reduce((a, b) => a + b, 0);
  for (let i = 0; i < left; i++) (counts[i % counts.length] as number) += 1;
  return counts;
}
