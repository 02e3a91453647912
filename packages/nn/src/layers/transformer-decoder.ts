// Transformer decoders: attention of a sequence to itself and to another one, and a small net at each position.
import { scope, type Tensor } from "@gradkit/tensor";
import { cloneModule } from "../clone-module.ts";
import { Module } from "../module.ts";
import { Dropout } from "./dropout.ts";
import { Linear } from "./linear.ts";
import { ModuleList } from "./module-list.ts";
import { MultiheadAttention } from "./multihead-attention.ts";
import { LayerNorm } from "./norm.ts";
import { activationOf, type TransformerLayerOptions } from "./transformer-options.ts";

export interface DecoderMasks {
  /** [T, T] or [N·heads, T, T]: true where a position must not look, or floats that are added to the scores. */
  tgtMask?: Tensor | null;
  /** The same for looks at the memory: [T, S] or [N·heads, T, S]. */
  memoryMask?: Tensor | null;
  /** [N, T], or [T] without batch: true at padding. */
  tgtKeyPaddingMask?: Tensor | null;
  /** [N, S], or [S] without batch: true at padding. */
  memoryKeyPaddingMask?: Tensor | null;
  /** Says that tgtMask, which must be given, is the causal one. Default: false. */
  tgtIsCausal?: boolean;
  /** Says that memoryMask, which must be given, is the causal one. Default: false. */
  memoryIsCausal?: boolean;
}

/**
 * Self-attention, attention to a memory and a feed-forward net, each with a residual connection, dropout and normalisation (Vaswani et al. 2017),
 * on tgt [T, N, E] and memory [S, N, E], or N first with batchFirst.
 *
 * @example
 * new TransformerDecoderLayer(16, 4).call(zeros([5, 2, 16]), zeros([10, 2, 16])); // [5, 2, 16]
 */
export class TransformerDecoderLayer extends Module {
  readonly normFirst: boolean;
  readonly activation: (x: Tensor) => Tensor;
  readonly selfAttn: MultiheadAttention;
  readonly multiheadAttn: MultiheadAttention;
  readonly linear1: Linear;
  readonly dropout: Dropout;
  readonly linear2: Linear;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly norm3: LayerNorm;
  readonly dropout1: Dropout;
  readonly dropout2: Dropout;
  readonly dropout3: Dropout;

  constructor(
    dModel: number,
    nhead: number,
    {
      dimFeedforward = 2048,
      dropout = 0.1,
      activation = "relu",
      layerNormEps = 1e-5,
      batchFirst = false,
      normFirst = false,
      bias = true,
      ...init
    }: TransformerLayerOptions = {},
  ) {
    super();
    const norm = (): LayerNorm => new LayerNorm(dModel, { eps: layerNormEps, bias, ...(init.device && { device: init.device }) });
    this.normFirst = normFirst;
    this.activation = activationOf("TransformerDecoderLayer", activation);
    this.selfAttn = new MultiheadAttention(dModel, nhead, { dropout, bias, batchFirst, ...init });
    this.multiheadAttn = new MultiheadAttention(dModel, nhead, { dropout, bias, batchFirst, ...init });
    this.linear1 = new Linear(dModel, dimFeedforward, { bias, ...init });
    this.dropout = new Dropout(dropout);
    this.linear2 = new Linear(dimFeedforward, dModel, { bias, ...init });
    this.norm1 = norm();
    this.norm2 = norm();
    this.norm3 = norm();
    this.dropout1 = new Dropout(dropout);
    this.dropout2 = new Dropout(dropout);
    this.dropout3 = new Dropout(dropout);
  }

  private attend(x: Tensor, { tgtMask = null, tgtKeyPaddingMask = null, tgtIsCausal = false }: DecoderMasks): Tensor {
    const masks = { attnMask: tgtMask, keyPaddingMask: tgtKeyPaddingMask, isCausal: tgtIsCausal, needWeights: false };
    return this.dropout1.call(this.selfAttn.call(x, x, x, masks)[0]);
  }

  private recall(
    x: Tensor,
    memory: Tensor,
    { memoryMask = null, memoryKeyPaddingMask = null, memoryIsCausal = false }: DecoderMasks,
  ): Tensor {
    const masks = { attnMask: memoryMask, keyPaddingMask: memoryKeyPaddingMask, isCausal: memoryIsCausal, needWeights: false };
    return this.dropout2.call(this.multiheadAttn.call(x, memory, memory, masks)[0]);
  }

  private feed(x: Tensor): Tensor {
    return this.dropout3.call(this.linear2.call(this.dropout.call(this.activation(this.linear1.call(x)))));
  }

  forward(tgt: Tensor, memory: Tensor, masks: DecoderMasks = {}): Tensor {
    return scope(() => {
      let x = tgt;
      if (this.normFirst) {
        x = x.add(this.attend(this.norm1.call(x), masks));
        x = x.add(this.recall(this.norm2.call(x), memory, masks));
        return x.add(this.feed(this.norm3.call(x)));
      }
      x = this.norm1.call(x.add(this.attend(x, masks)));
      x = this.norm2.call(x.add(this.recall(x, memory, masks)));
      return this.norm3.call(x.add(this.feed(x)));
    });
  }
}

/** A stack of copies of one layer, and a norm behind the last one. */
export class TransformerDecoder extends Module {
  readonly layers: ModuleList<TransformerDecoderLayer>;
  readonly norm: LayerNorm | null;

  constructor(decoderLayer: TransformerDecoderLayer, numLayers: number, norm: LayerNorm | null = null) {
    super();
    this.layers = new ModuleList(Array.from({ length: numLayers }, () => cloneModule(decoderLayer)));
    this.norm = norm;
  }

  forward(tgt: Tensor, memory: Tensor, masks: DecoderMasks = {}): Tensor {
    return scope(() => {
      let x = tgt;
      for (const layer of this.layers) x = layer.call(x, memory, masks);
      return this.norm ? this.norm.call(x) : x;
    });
  }
}
