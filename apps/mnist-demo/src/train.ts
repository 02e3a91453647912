// The training loop, as in the lectures, with checkpoints.
import type { DataLoader } from "@gradkit/data";
import { CrossEntropyLoss } from "@gradkit/nn";
import { Adam } from "@gradkit/optim";
import { defaultGenerator, noGrad, type Tensor } from "@gradkit/tensor";
import { type CheckpointOptions, Checkpoints } from "./checkpoints.ts";
import { accuracy, evaluate } from "./evaluate.ts";
import type { Classifier } from "./models.ts";
import { explainNaN } from "./nan-guard.ts";
import { Progress } from "./progress.ts";

/** A loader of [images, labels]. */
export interface Batches extends AsyncIterable<[Tensor, Tensor]> {
  readonly dataset: { readonly length: number };
}

export interface TrainOptions {
  readonly epochs: number;
  readonly lr: number;
  readonly classes: readonly string[];
  /** Printed behind every score. */
  readonly note?: string;
  readonly checkpoints: CheckpointOptions;
  /** Images to choose the best epoch by, whose weights the model has in the end. Null: the last epoch's. */
  readonly validation: Batches | null;
}

/** The loss stopped being a number: nothing that follows would mean anything. */
export class DivergedError extends Error {}

/** Trains with Adam; the learning rate falls linearly to nothing. */
export async function train(
  model: Classifier,
  batches: Batches & Pick<DataLoader<unknown>, "stateDict" | "loadStateDict">,
  { epochs, lr, classes, note = "", checkpoints: options, validation }: TrainOptions,
): Promise<void> {
  const criterion = new CrossEntropyLoss();
  const optimizer = new Adam(model.parameters(), { lr });
  const standing = { epoch: 1, seen: 0, lossSum: 0, correct: 0 };
  const best: { accuracy: number; weights: Record<string, Tensor> } = { accuracy: -1, weights: {} };
  const checkpoints = new Checkpoints(options, { model, optimizer, loader: batches, standing, best });
  if (await checkpoints.restore()) console.log(`going on with ${options.resume}: epoch ${standing.epoch}, ${standing.seen} images seen\n`);

  await checkpoints.save(); // a directory that cannot be written shows now, not after an hour

  const summary = (): string =>
    `loss ${(standing.lossSum / standing.seen).toFixed(4)}  accuracy ${((100 * standing.correct) / standing.seen).toFixed(2)} %${note}`;
  while (standing.epoch <= epochs) {
    model.train();
    const title = `epoch ${String(standing.epoch).padStart(String(epochs).length)}/${epochs}`;
    const progress = new Progress(title, batches.dataset.length, "images", standing.seen);
    for await (const [images, labels] of batches) {
      const done = (standing.epoch - 1 + standing.seen / batches.dataset.length) / epochs;
      for (const group of optimizer.paramGroups) group.lr = lr * (1 - done);
      optimizer.zeroGrad();
      const random = defaultGenerator.state;
      const logits = model.call(images); // [N, 10]
      const loss = criterion.call(logits, labels);
      loss.backward();

      const value = await loss.item(); // before the step: the weights that made it NaN are still there to be asked
      if (!Number.isFinite(value)) {
        const why = await explainNaN(model, images, random);
        throw new DivergedError(
          `the loss is ${value} after ${standing.seen} images of epoch ${standing.epoch}. ${why}. Try a smaller --lr (it is ${lr})`,
        );
      }
      optimizer.step();
      standing.seen += labels.length;
      standing.lossSum += value * labels.length;
      standing.correct += await noGrad(() => logits.argmax(1).eq(labels).sum()).item();
      progress.update(standing.seen, summary());
      await checkpoints.countStep();
    }
    progress.finish(summary());
    if (validation) {
      const score = accuracy(await evaluate(model, validation, classes, "validation"));
      if (score > best.accuracy) Object.assign(best, { accuracy: score, weights: copyOf(model) });
    }
    Object.assign(standing, { epoch: standing.epoch + 1, seen: 0, lossSum: 0, correct: 0 });
    await checkpoints.save();
  }
  if (validation && best.accuracy >= 0) model.loadStateDict(best.weights);
}

/** The weights as they are now. */
const copyOf = (model: { stateDict(): Record<string, Tensor> }): Record<string, Tensor> =>
  noGrad(() => Object.fromEntries(Object.entries(model.stateDict()).map(([name, value]) => [name, value.clone()])));
