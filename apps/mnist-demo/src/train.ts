// The training loop, as in the lectures.
import { CrossEntropyLoss } from "@gradkit/nn";
import { Adam } from "@gradkit/optim";
import { noGrad, type Tensor } from "@gradkit/tensor";
import type { Classifier } from "./models.ts";
import { Progress } from "./progress.ts";

/** A loader of [images, labels], and what it loads from. */
export interface Batches extends AsyncIterable<[Tensor, Tensor]> {
  readonly dataset: { readonly length: number; readonly classes: readonly string[] };
}

export interface TrainOptions {
  readonly epochs: number;
  readonly lr: number;
}

/** The loss stopped being a number: nothing that follows would mean anything. */
export class DivergedError extends Error {}

/** Trains with Adam, halving the learning rate after every epoch. */
export async function train(model: Classifier, batches: Batches, { epochs, lr }: TrainOptions): Promise<void> {
  const criterion = new CrossEntropyLoss();
  const optimizer = new Adam(model.parameters(), { lr });
  const width = String(epochs).length;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    for (const group of optimizer.paramGroups) group.lr = lr * 0.5 ** (epoch - 1);
    model.train();
    const progress = new Progress(`epoch ${String(epoch).padStart(width)}/${epochs}`, batches.dataset.length, "images");
    let [seen, lossSum, correct] = [0, 0, 0];
    for await (const [images, labels] of batches) {
      optimizer.zeroGrad();
      const logits = model.call(images); // [N, 10]
      const loss = criterion.call(logits, labels);
      loss.backward();
      optimizer.step();

      const value = await loss.item();
      if (!Number.isFinite(value))
        throw new DivergedError(`the loss is ${value} after ${seen} images of epoch ${epoch}. Try a smaller --lr (it is ${lr})`);
      seen += labels.length;
      lossSum += value * labels.length;
      correct += await noGrad(() => logits.argmax(1).eq(labels).sum()).item();
      progress.update(seen, `loss ${(lossSum / seen).toFixed(4)}  accuracy ${((100 * correct) / seen).toFixed(2)} %`);
    }
    progress.finish(`loss ${(lossSum / seen).toFixed(4)}  accuracy ${((100 * correct) / seen).toFixed(2)} %`);
  }
}
