// Counting right and wrong answers on digits that were not trained on.
import { noGrad } from "@gradkit/tensor";
import type { Classifier } from "./models.ts";
import { Progress } from "./progress.ts";
import type { Batches } from "./train.ts";

/** counts[t][p]: how often a digit t was taken for p. */
export type ConfusionMatrix = readonly (readonly number[])[];

export async function evaluate(model: Classifier, batches: Batches, classes: readonly string[], title = "test"): Promise<ConfusionMatrix> {
  const counts = classes.map(() => classes.map(() => 0));
  const progress = new Progress(title, batches.dataset.length, "images");
  model.eval();
  let seen = 0;
  for await (const [images, labels] of batches) {
    const predictions = await noGrad(() => model.call(images).argmax(1)).data(); // [N]
    const truth = await labels.data(); // [N]
    for (let n = 0; n < truth.length; n++) {
      const row = counts[truth[n] as number] as number[];
      const prediction = predictions[n] as number;
      row[prediction] = (row[prediction] as number) + 1;
    }
    seen += truth.length;
    progress.update(seen);
  }
  progress.finish();
  return counts;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** The fraction of right answers. */
export const accuracy = (counts: ConfusionMatrix): number => sum(counts.map((row, digit) => row[digit] as number)) / sum(counts.map(sum));

/** The fraction of right answers for each class. */
export const classAccuracies = (counts: ConfusionMatrix): number[] =>
  counts.map((row, digit) => (row[digit] as number) / Math.max(1, sum(row)));
