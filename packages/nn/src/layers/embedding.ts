// A table of vectors, one for each word.
import { IndexError, noGrad, normal, type Tensor } from "@gradkit/tensor";
import { embedding } from "../functional/embedding.ts";
import { Module } from "../module.ts";
import { type Parameter, parameter } from "../parameter.ts";
import type { InitOptions } from "./init-options.ts";

export interface EmbeddingLayerOptions extends InitOptions {
  /** A row that starts at zero and gets no gradient; negative ones count from the end. Default: none. */
  paddingIdx?: number | null;
  /** Leave a sparse gradient, for SparseAdam. Default: false. */
  sparse?: boolean;
}

/**
 * Looks up rows of a learned table, drawn from a standard normal distribution.
 *
 * @example
 * new Embedding(1000, 16).call(tensor([[1, 2], [3, 4]], { dtype: "int32" })); // [2, 2, 16]
 */
export class Embedding extends Module {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  readonly paddingIdx: number | null;
  readonly sparse: boolean;
  readonly weight: Parameter; // [numEmbeddings, embeddingDim]

  constructor(numEmbeddings: number, embeddingDim: number, { paddingIdx = null, sparse = false, ...init }: EmbeddingLayerOptions = {}) {
    super();
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.sparse = sparse;
    this.paddingIdx = paddingIdx !== null && paddingIdx < 0 ? paddingIdx + numEmbeddings : paddingIdx;
    const table = normal([numEmbeddings, embeddingDim], 0, 1, init);
    if (this.paddingIdx !== null) {
      if (!(this.paddingIdx >= 0 && this.paddingIdx < numEmbeddings))
        throw new IndexError("Embedding", `paddingIdx ${paddingIdx} is not among ${numEmbeddings} rows`);
      const row = this.paddingIdx;
      noGrad(() => table.select(0, row).zero_());
    }
    this.weight = parameter(table);
  }

  forward(ids: Tensor): Tensor {
    return embedding(ids, this.weight, { paddingIdx: this.paddingIdx, sparse: this.sparse });
  }

  override extraRepr(): string {
    const sizes = `${this.numEmbeddings}, ${this.embeddingDim}`;
    return `${sizes}${this.paddingIdx === null ? "" : `, padding_idx=${this.paddingIdx}`}${this.sparse ? ", sparse=True" : ""}`;
  }
}
