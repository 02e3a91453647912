// What all metrics share: batches go in by `update`, the value of all of them comes out of `compute`.
import { noGrad, scope, type Tensor } from "@gradkit/tensor";

/**
 * Base of all metrics, with torchmetrics' methods. State lives on the device and nothing is read before `compute`, so that a loop over batches
 * does not wait for it.
 *
 * @example
 * const accuracy = new Accuracy(10);
 * for await (const [images, labels] of test) accuracy.update(model.call(images), labels);
 * console.log(await accuracy.compute());
 */
export abstract class Metric<Value> {
  /** Takes a batch of predictions and targets. */
  update(preds: Tensor, target: Tensor): void {
    noGrad(() => scope(() => this.take(preds, target)));
  }

  /** The value over all batches since the last reset. */
  abstract compute(): Promise<Value>;

  /** Forgets all batches. */
  abstract reset(): void;

  /** Changes the state: unrecorded, and inside a scope. What outlives it is kept. */
  protected abstract take(preds: Tensor, target: Tensor): void;
}
