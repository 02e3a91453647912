// Drawing samples with given odds: for classes that are rare.
import { defaultGenerator, type Generator, IndexError } from "@gradkit/tensor";
import { checkCount, type GeneratorOptions, type Sampler } from "./samplers.ts";

export interface WeightedRandomSamplerOptions extends GeneratorOptions {
  /** Whether an index may come twice. Default: true. */
  replacement?: boolean;
}

/**
 * Draws `numSamples` indices, i with a chance proportional to weights[i], as torch.utils.data.WeightedRandomSampler. Throws a IndexError
 * for weights that are negative, not finite or all zero, and without replacement for fewer positive weights than samples.
 *
 * @example
 * new WeightedRandomSampler(labels.map((label) => 1 / counts[label]), labels.length)
 */
export class WeightedRandomSampler implements Sampler {
  readonly weights: Float64Array;
  readonly length: number;
  readonly replacement: boolean;
  readonly #generator: Generator;

  constructor(
    weights: ArrayLike<number>,
    numSamples: number,
    { replacement = true, generator = defaultGenerator }: WeightedRandomSamplerOptions = {},
  ) {
    checkCount("WeightedRandomSampler", numSamples);
    this.weights = Float64Array.from(weights);
    this.length = numSamples;
    this.replacement = replacement;
    this.#generator = generator;

    const bad = this.weights.findIndex((w) => !(w >= 0 && w < Infinity));
    if (bad >= 0)
      throw new IndexError("WeightedRandomSampler", `weight ${bad} is ${this.weights[bad]}. Weights are finite and not negative`);
    const positive = this.weights.reduce((count, w) => count + (w > 0 ? 1 : 0), 0);
    const needed = replacement ? 1 : numSamples;
    if (positive < needed) throw new IndexError("WeightedRandomSampler", `${needed} positive weights are needed (got ${positive})`);
  }

  *[Symbol.iterator](): IterableIterator<number> {
    if (this.replacement) yield* this.#independent();
    else yield* this.#distinct();
  }

  /** The place of a uniform number in the running sum of the weights. */
  *#independent(): IterableIterator<number> {
    let total = 0;
    const sums = this.weights.map((w) => (total += w));
    for (const u of this.#generator.uniformArray(this.length)) yield firstAbove(sums, u * total);
  }

  /** Arrival times −log(u)/w are exponential with rate w; who comes first is drawn with chance w/Σw, and so on (Efraimidis & Spirakis 2006). */
  *#distinct(): IterableIterator<number> {
    const uniforms = this.#generator.uniformArray(this.weights.length);
    const arrival = this.weights.map((w, i) => -Math.log(1 - (uniforms[i] as number)) / w); // 1 − u is never 0
    const order = Array.from(arrival.keys()).filter((i) => (this.weights[i] as number) > 0);
    order.sort((a, b) => (arrival[a] as number) - (arrival[b] as number));
    yield* order.slice(0, this.length);
  }
}

/** The first i with sums[i] > x: an index of weight 0 is never chosen. */
function firstAbove(sums: Float64Array, x: number): number {
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] as number) > x) high = middle;
    else low = middle + 1;
  }
  return low;
}
