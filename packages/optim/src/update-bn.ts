// Running statistics of batch normalisation for weights that no batch was trained with, as averages are.
import { noGrad, type Tensor } from "@gradkit/tensor";

/** A module with batch normalisation somewhere inside, as far as this looks. */
export interface ModelWithStatistics {
  readonly training: boolean;
  train(mode?: boolean): unknown;
  modules(): Iterable<object>;
  call(x: Tensor): unknown;
}

/** A layer that keeps running statistics, and averages them over all batches where its momentum is null. */
interface Statistics {
  readonly countsBatches: boolean;
  momentum: number | null;
  resetRunningStats(): void;
}

const keepsStatistics = (module: object): module is Statistics =>
  "resetRunningStats" in module && "countsBatches" in module && module.countsBatches === true;

type Batch = Tensor | readonly [Tensor, ...unknown[]];

/**
 * Computes the running statistics of batch normalisation anew, each batch counting the same: one pass over the data. Batches are inputs, or lists that begin with them.
 *
 * @example
 * await averaged.use(() => updateBn(train, model)); // statistics stay with the averages
 */
export async function updateBn(loader: Iterable<Batch> | AsyncIterable<Batch>, model: ModelWithStatistics): Promise<void> {
  const layers = [...model.modules()].filter(keepsStatistics);
  if (layers.length === 0) return;
  const { training } = model;
  const momenta = layers.map(({ momentum }) => momentum);
  for (const layer of layers) {
    layer.resetRunningStats();
    layer.momentum = null;
  }
  model.train();
  try {
    for await (const batch of loader) {
      const [x] = Array.isArray(batch) ? (batch as readonly [Tensor]) : [batch as Tensor];
      noGrad(() => model.call(x));
    }
  } finally {
    for (const [i, layer] of layers.entries()) layer.momentum = momenta[i] as number | null;
    model.train(training);
  }
}
