// A table of vectors that is read in bags.
import { Generator, IndexError, noGrad, normal, type Tensor } from "@gradkit/tensor";
import { type EmbeddingBagOptions, embeddingBag } from "../functional/embedding-bag.ts";
import { Module } from "../module.ts";
import { type Parameter, parameter } from "../parameter.ts";
import { pythonBool } from "../print-module.ts";
import { type PretrainedOptions, pretrainedShape } from "./embedding.ts";
import type { InitOptions } from "./init-options.ts";

export type EmbeddingBagLayerOptions = InitOptions & Omit<EmbeddingBagOptions, "perSampleWeights">;

/**
 * Sums, means or maxima of rows of a learned table, drawn from a standard normal distribution.
 *
 * @example
 * new EmbeddingBag(1000, 16, { mode: "sum" }).call(tensor([[1, 2], [3, 4]], { dtype: "int32" })); // [2, 16]
 */
export class EmbeddingBag extends Module {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  readonly options: EmbeddingBagOptions;
  readonly weight: Parameter; // [numEmbeddings, embeddingDim]

  constructor(numEmbeddings: number, embeddingDim: number, { device, generator, ...options }: EmbeddingBagLayerOptions = {}) {
    super();
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.options = options;
    const table = normal([numEmbeddings, embeddingDim], 0, 1, { ...(device && { device }), ...(generator && { generator }) });
    const { paddingIdx = null } = options;
    if (paddingIdx !== null) {
      if (!(paddingIdx >= -numEmbeddings && paddingIdx < numEmbeddings))
        throw new IndexError("EmbeddingBag", `paddingIdx ${paddingIdx} is not among ${numEmbeddings} rows`);
      noGrad(() => table.select(0, paddingIdx).zero_());
    }
    this.weight = parameter(table);
  }

  /** A layer with the given table [numEmbeddings, embeddingDim], whose memory it shares; trained only with `freeze: false`. */
  static fromPretrained(
    embeddings: Tensor,
    { freeze = true, ...options }: PretrainedOptions & EmbeddingBagLayerOptions = {},
  ): EmbeddingBag {
    const [rows, columns] = pretrainedShape("EmbeddingBag", embeddings);
    const layer = new EmbeddingBag(rows, columns, { ...options, generator: new Generator(0) }); // its values are dropped: the default generator stays as it is
    (layer as { weight: Parameter }).weight = parameter(embeddings, { requiresGrad: !freeze });
    return layer;
  }

  forward(ids: Tensor, offsets: Tensor | null = null, perSampleWeights: Tensor | null = null): Tensor {
    return embeddingBag(ids, this.weight, offsets, { ...this.options, perSampleWeights });
  }

  override extraRepr(): string {
    const { maxNorm = null, normType = 2, scaleGradByFreq = false, mode = "mean", paddingIdx = null } = this.options;
    const parts = [`${this.numEmbeddings}`, `${this.embeddingDim}`];
    if (maxNorm !== null) parts.push(`max_norm=${maxNorm}`);
    if (normType !== 2) parts.push(`norm_type=${normType}`);
    if (scaleGradByFreq) parts.push(`scale_grad_by_freq=${pythonBool(scaleGradByFreq)}`);
    parts.push(`mode='${mode}'`);
    if (paddingIdx !== null) parts.push(`padding_idx=${paddingIdx < 0 ? paddingIdx + this.numEmbeddings : paddingIdx}`);
    return parts.join(", ");
  }
}
