// A table of vectors, one for each word.
import { formatShape, Generator, IndexError, noGrad, normal, ShapeError, type Tensor } from "@gradkit/tensor";
import { embedding } from "../functional/embedding.ts";
import { Module } from "../module.ts";
import { type Parameter, parameter } from "../parameter.ts";
import type { InitOptions } from "./init-options.ts";

export interface EmbeddingLayerOptions extends InitOptions {
  /** A row that starts at zero and gets no gradient; negative ones count from the end. Default: none. */
  paddingIdx?: number | null;
  /** Rows that are looked up are first shortened to this norm, in place. Default: no bound. */
  maxNorm?: number | null;
  /** The p of that norm. Default: 2. */
  normType?: number;
  /** Whether gradients of rows are divided by how often they are named. Default: false. */
  scaleGradByFreq?: boolean;
  /** Leave a sparse gradient, for SparseAdam. Default: false. */
  sparse?: boolean;
}

export interface PretrainedOptions {
  /** Whether the table is left as it is in training. Default: true. */
  freeze?: boolean;
}

export function pretrainedShape(op: string, { shape }: Tensor): readonly [rows: number, columns: number] {
  const [rows, columns, ...rest] = shape;
  if (rows !== undefined && columns !== undefined && rest.length === 0) return [rows, columns];
  throw new ShapeError(op, `expected a table [numEmbeddings, embeddingDim] (got ${formatShape(shape)})`);
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
  readonly maxNorm: number | null;
  readonly normType: number;
  readonly scaleGradByFreq: boolean;
  readonly sparse: boolean;
  readonly weight: Parameter; // [numEmbeddings, embeddingDim]

  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingLayerOptions = {}) {
    super();
    const { paddingIdx = null, maxNorm = null, normType = 2, scaleGradByFreq = false, sparse = false, ...init } = options;
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.maxNorm = maxNorm;
    this.normType = normType;
    this.scaleGradByFreq = scaleGradByFreq;
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

  /** A layer with the given table [numEmbeddings, embeddingDim], whose memory it shares; trained only with `freeze: false`. */
  static fromPretrained(embeddings: Tensor, { freeze = true, ...options }: PretrainedOptions & EmbeddingLayerOptions = {}): Embedding {
    const [rows, columns] = pretrainedShape("Embedding", embeddings);
    const layer = new Embedding(rows, columns, { ...options, generator: new Generator(0) }); // its values are dropped: the default generator stays as it is
    (layer as { weight: Parameter }).weight = parameter(embeddings, { requiresGrad: !freeze });
    return layer;
  }

  forward(ids: Tensor): Tensor {
    const { weight, paddingIdx, maxNorm, normType, scaleGradByFreq, sparse } = this;
    return embedding(ids, weight, { paddingIdx, maxNorm, normType, scaleGradByFreq, sparse });
  }

  override extraRepr(): string {
    const { paddingIdx, maxNorm, normType, scaleGradByFreq, sparse } = this;
    const parts = [`${this.numEmbeddings}`, `${this.embeddingDim}`];
    if (paddingIdx !== null) parts.push(`padding_idx=${paddingIdx}`);
    if (maxNorm !== null) parts.push(`max_norm=${maxNorm}`);
    if (normType !== 2) parts.push(`norm_type=${normType}`);
    if (scaleGradByFreq) parts.push("scale_grad_by_freq=True");
    if (sparse) parts.push("sparse=True");
    return parts.join(", ");
  }
}
