// Transformer encoders: attention of a sequence to itself, and a small net at each position.
import { scope, type Tensor } from "@gradkit/tensor";
import { cloneModule } from "../clone-module.ts";
import { Module } from "../module.ts";
import { Dropout } from "./dropout.ts";
import { Linear } from "./linear.ts";
import { ModuleList } from "./module-list.ts";
import { MultiheadAttention } from "./multihead-attention.ts";
import { LayerNorm } from "./norm.ts";
import { activationOf, type TransformerLayerOptions } from "./transformer-options.ts";

export interface EncoderLayerMasks {
  /** [T, T] or [N·heads, T, T]: true where a position must not look, or floats that are added to the scores. */
  srcMask?: Tensor | null;
  /** [N, T], or [T] without batch: true at padding. */
  srcKeyPaddingMask?: Tensor | null;
  /** Says that srcMask, which must be given, is the causal one. Default: false. */
  isCausal?: boolean;
}

/**
 * Self-attention and a feed-forward net, each with a residual connection, dropout and normalisation (Vaswani et al. 2017), on src [T, N, E], or
 * [N, T, E] with batchFirst.
 *
 * @example
 * new TransformerEncoderLayer(16, 4, { dimFeedforward: 32, batchFirst: true }).call(zeros([2, 10, 16])); // [2, 10, 16]
 */
export class TransformerEncoderLayer extends Module {
  readonly normFirst: boolean;
  readonly activation: (x: Tensor) => Tensor;
  readonly selfAttn: MultiheadAttention;
  readonly linear1: Linear;
  readonly dropout: Dropout;
  readonly linear2: Linear;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly dropout1: Dropout;
  readonly dropout2: Dropout;

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
    this.activation = activationOf("TransformerEncoderLayer", activation);
    this.selfAttn = new MultiheadAttention(dModel, nhead, { dropout, bias, batchFirst, ...init });
    this.linear1 = new Linear(dModel, dimFeedforward, { bias, ...init });
    this.dropout = new Dropout(dropout);
    this.linear2 = new Linear(dimFeedforward, dModel, { bias, ...init });
    this.norm1 = norm();
    this.norm2 = norm();
    this.dropout1 = new Dropout(dropout);
    this.dropout2 = new Dropout(dropout);
  }

  private attend(x: Tensor, { srcMask = null, srcKeyPaddingMask = null, isCausal = false }: EncoderLayerMasks): Tensor {
    const masks = { attnMask: srcMask, keyPaddingMask: srcKeyPaddingMask, isCausal, needWeights: false };
    return this.dropout1.call(this.selfAttn.call(x, x, x, masks)[0]);
  }

  private feed(x: Tensor): Tensor {
    return this.dropout2.call(this.linear2.call(this.dropout.call(this.activation(this.linear1.call(x)))));
  }

  forward(src: Tensor, masks: EncoderLayerMasks = {}): Tensor {
    return scope(() => {
      if (this.normFirst) {
        const x = src.add(this.attend(this.norm1.call(src), masks));
        return x.add(this.feed(this.norm2.call(x)));
      }
      const x = this.norm1.call(src.add(this.attend(src, masks)));
      return this.norm2.call(x.add(this.feed(x)));
    });
  }
}

export interface EncoderMasks extends Omit<EncoderLayerMasks, "srcMask"> {
  /** As srcMask of the layers. */
  mask?: Tensor | null;
}

/** A stack of copies of one layer, and a norm behind the last one. */
export class TransformerEncoder extends Module {
  readonly layers: ModuleList<TransformerEncoderLayer>;
  readonly norm: LayerNorm | null;

  constructor(encoderLayer: TransformerEncoderLayer, numLayers: number, norm: LayerNorm | null = null) {
    super();
    this.layers = new ModuleList(Array.from({ length: numLayers }, () => cloneModule(encoderLayer)));
    this.norm = norm;
  }

  forward(src: Tensor, { mask = null, ...masks }: EncoderMasks = {}): Tensor {
    return scope(() => {
      let x = src;
      for (const layer of this.layers) x = layer.call(x, { srcMask: mask, ...masks });
      return this.norm ? this.norm.call(x) : x;
    });
  }
}
