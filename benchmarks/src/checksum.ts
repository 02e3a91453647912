// Whether two libraries did the same work.
import { seeded } from "./seeded.ts";

const WEIGHT_SEED = 99;

/** Mean, mean magnitude, and a weighted mean that notices values in the wrong place. */
export function checksum(values: ArrayLike<number>): number[] {
  const count = values.length;
  const weights = seeded(WEIGHT_SEED, count);
  const [sums, n] = [[0, 0, 0] as [number, number, number], Math.max(1, count)];
  for (let i = 0; i < count; i++) {
    const value = values[i] as number;
    sums[0] += value;
    sums[1] += Math.abs(value);
    sums[2] += value * (weights[i] as number);
  }
  return sums.map((sum) => sum / n);
}

/** What float32 sums in another order may differ by, relative to the largest of the numbers. A wrong step of training differs by far more. */
const TOLERANCE = 2e-5;

/** Why two checks disagree, or null. Of losses only the steps that both have taken count. */
export function disagreement(ours: readonly number[], theirs: readonly number[]): string | null {
  const scale = Math.max(...theirs.map(Math.abs));
  const count = Math.min(ours.length, theirs.length);
  for (let i = 0; i < count; i++) {
    const [a, b] = [ours[i] as number, theirs[i] as number];
    if (!(Math.abs(a - b) <= TOLERANCE * scale)) return `number ${i + 1} of its check is ${b}, gradkit's is ${a}`;
  }
  return null;
}
