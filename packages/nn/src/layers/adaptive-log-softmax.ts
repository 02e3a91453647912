// A softmax over very many classes, most of which are rare.
import { cat, formatShape, IndexError, ShapeError, scope, type Tensor, where } from "@gradkit/tensor";
import { Module } from "../module.ts";
import type { InitOptions } from "./init-options.ts";
import { Linear } from "./linear.ts";
import { ModuleList } from "./module-list.ts";
import { Sequential } from "./sequential.ts";

const NAME = "AdaptiveLogSoftmaxWithLoss";

export interface AdaptiveLogSoftmaxOptions extends InitOptions {
  /** By how much the features of each cluster are fewer than those of the one before. Default: 4. */
  divValue?: number;
  /** Whether frequent classes have a bias. Default: false. */
  headBias?: boolean;
}

export interface AdaptiveLogSoftmaxOutput {
  /** The log-probability of each target, [N] or []. */
  readonly output: Tensor;
  /** Their negated mean, []. */
  readonly loss: Tensor;
}

/**
 * Log-softmax over classes that are numbered from frequent to rare (Grave et al. 2017). Classes below the first cutoff have weights of their own;
 * those between two cutoffs are a cluster, which is chosen first and has smaller weights.
 * Every cluster is computed for all inputs, since which ones it concerns lies on the device: it is weights that are saved, not time.
 *
 * @example
 * const softmax = new AdaptiveLogSoftmaxWithLoss(64, 10_000, [100, 1000]);
 * const { output, loss } = softmax.call(zeros([8, 64]), zeros([8], { dtype: "int32" })); // [8], []
 */
export class AdaptiveLogSoftmaxWithLoss extends Module {
  readonly inFeatures: number;
  readonly nClasses: number;
  /** With the number of classes behind them. */
  readonly cutoffs: readonly number[];
  readonly head: Linear; // of frequent classes and of clusters
  readonly tail: ModuleList<Sequential<readonly [Linear, Linear]>>; // of the classes in each cluster

  constructor(
    inFeatures: number,
    nClasses: number,
    cutoffs: readonly number[],
    { divValue = 4, headBias = false, ...init }: AdaptiveLogSoftmaxOptions = {},
  ) {
    super();
    const ends = [...cutoffs, nClasses];
    if (cutoffs.length === 0 || ends.some((end, i) => !Number.isInteger(end) || end <= (ends[i - 1] ?? 0)))
      throw new IndexError(NAME, `cutoffs must be whole numbers that rise from above 0 to below ${nClasses} (got ${formatShape(cutoffs)})`);
    this.inFeatures = inFeatures;
    this.nClasses = nClasses;
    this.cutoffs = ends;
    this.head = new Linear(inFeatures, (ends[0] as number) + cutoffs.length, { bias: headBias, ...init });
    this.tail = new ModuleList(
      cutoffs.map((start, i) => {
        const hidden = Math.floor(inFeatures / divValue ** (i + 1));
        const options = { bias: false, ...init };
        return new Sequential<readonly [Linear, Linear]>(
          new Linear(inFeatures, hidden, options),
          new Linear(hidden, (ends[i + 1] as number) - start, options),
        );
      }),
    );
  }

  /** Of inputs [N, inFeatures] and targets [N], or [inFeatures] and []. */
  forward(x: Tensor, target: Tensor): AdaptiveLogSoftmaxOutput {
    this.checkTarget(x, target);
    return scope(() => {
      const rows = x.reshape(-1, this.inFeatures);
      const classes = target.reshape(-1);
      const [frequent, ...clusters] = this.parts(rows);
      const pick = (logProbs: Tensor, start: number, size: number): Tensor =>
        logProbs.gather(1, classes.sub(start).clamp(0, size - 1).unsqueeze(1)).squeeze(1); // biome-ignore format: one step
      const output = clusters.reduce(
        (picked, logProbs, i) => {
          const start = this.cutoffs[i] as number;
          return where(classes.ge(start), pick(logProbs(), start, (this.cutoffs[i + 1] as number) - start), picked);
        },
        pick((frequent as () => Tensor)(), 0, this.cutoffs[0] as number),
      );
      return { output: output.reshape(target.shape), loss: output.neg().mean() };
    });
  }

  /** Log-probabilities of all classes: [N, inFeatures] gives [N, nClasses]. */
  logProb(x: Tensor): Tensor {
    return scope(() =>
      cat(
        this.parts(x).map((part) => part()),
        1,
      ),
    );
  }

  /** The most probable class of each input: [N, inFeatures] gives [N]. */
  predict(x: Tensor): Tensor {
    return scope(() => this.logProb(x).argmax(1));
  }

  /** Log-probabilities of the frequent classes and of those in each cluster, computed when asked for. */
  protected parts(x: Tensor): (() => Tensor)[] {
    const frequent = this.cutoffs[0] as number;
    const head = this.head.call(x).logSoftmax(1);
    const clusters = [...this.tail].map(
      (layers, i) => () =>
        layers
          .call(x)
          .logSoftmax(1)
          .add(head.narrow(1, frequent + i, 1)),
    );
    return [() => head.narrow(1, 0, frequent), ...clusters];
  }

  protected checkTarget(x: Tensor, target: Tensor): void {
    const got = `got ${formatShape(x.shape)} and ${formatShape(target.shape)}`;
    if (target.ndim > 1 || x.ndim !== target.ndim + 1 || (target.ndim === 1 && x.shape[0] !== target.shape[0]))
      throw new ShapeError(NAME, `inputs must be [N, ${this.inFeatures}] and targets [N], or both without N (${got})`);
    if (!target.device.capabilities.syncRead) return;
    const wrong = target.dataSync().find((value) => !(value >= 0 && value < this.nClasses));
    if (wrong !== undefined) throw new IndexError(NAME, `target ${wrong} is no class. Classes are 0 … ${this.nClasses - 1}`);
  }
}
