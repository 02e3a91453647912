// How far predictions are off, on average.
import { formatShape, ShapeError, type Tensor } from "@gradkit/tensor";
import { Metric } from "./metric.ts";
import { RunningSum } from "./running-sum.ts";

/** The mean of errors over all elements. */
abstract class MeanError extends Metric<number> {
  readonly #sum = new RunningSum();
  #count = 0;

  protected abstract errors(difference: Tensor): Tensor;

  protected take(preds: Tensor, target: Tensor): void {
    if (formatShape(preds.shape) !== formatShape(target.shape)) {
      throw new ShapeError(
        this.constructor.name,
        `predictions and targets differ in shape (got ${formatShape(preds.shape)} and ${formatShape(target.shape)})`,
      );
    }
    this.#sum.add(this.errors(preds.sub(target)).sum());
    this.#count += preds.numel;
  }

  /** NaN before the first update. */
  async compute(): Promise<number> {
    const [sum = Number.NaN] = (await this.#sum.read()) ?? [];
    return sum / this.#count;
  }

  reset(): void {
    this.#sum.reset();
    this.#count = 0;
  }
}

/** The mean of |prediction − target|, of any equal shapes. */
export class MeanAbsoluteError extends MeanError {
  protected errors(difference: Tensor): Tensor {
    return difference.abs();
  }
}

export interface MeanSquaredErrorOptions {
  /** Without it the root is taken. Default: true. */
  squared?: boolean;
}

/** The mean of (prediction − target)², of any equal shapes, or its root. */
export class MeanSquaredError extends MeanError {
  readonly squared: boolean;

  constructor({ squared = true }: MeanSquaredErrorOptions = {}) {
    super();
    this.squared = squared;
  }

  protected errors(difference: Tensor): Tensor {
    return difference.square();
  }

  override async compute(): Promise<number> {
    const mean = await super.compute();
    return this.squared ? mean : Math.sqrt(mean);
  }
}
