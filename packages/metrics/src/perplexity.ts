// How many tokens a language model hesitates between.
import type { Tensor } from "@gradkit/tensor";
import { targetVector } from "./labels.ts";
import { Metric } from "./metric.ts";
import { RunningSum } from "./running-sum.ts";

export interface PerplexityOptions {
  /** A target that does not count, such as padding. Default: none. */
  ignoreIndex?: number | null;
}

/** exp of the mean cross-entropy, from logits [B, T, V] and token numbers [B, T]. */
export class Perplexity extends Metric<number> {
  readonly ignoreIndex: number | null;
  readonly #loss = new RunningSum();
  readonly #count = new RunningSum();

  constructor({ ignoreIndex = null }: PerplexityOptions = {}) {
    super();
    this.ignoreIndex = ignoreIndex;
  }

  protected take(logits: Tensor, target: Tensor): void {
    const { actual, weight } = targetVector("Perplexity", target, this.ignoreIndex);
    const logProbs = logits.reshape(actual.numel, -1).logSoftmax(1).gather(1, actual.unsqueeze(1)).squeeze(1); // [n]
    const counted = weight.to(logits.dtype);
    this.#loss.add(logProbs.neg().mul(counted).sum());
    this.#count.add(counted.sum());
  }

  /** NaN before the first target that counts. */
  async compute(): Promise<number> {
    const [loss, count] = await Promise.all([this.#loss.read(), this.#count.read()]);
    return Math.exp((loss?.[0] ?? 0) / (count?.[0] ?? 0));
  }

  reset(): void {
    this.#loss.reset();
    this.#count.reset();
  }
}
