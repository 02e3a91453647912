// The transformer of "Attention is all you need": an encoder, and a decoder that reads what it gives.
import { type Backend, type DType, defaultDevice, formatShape, ShapeError, scope, type Tensor } from "@gradkit/tensor";
import { causalMask } from "../functional/attention.ts";
import { xavierUniform_ } from "../init/fan.ts";
import { Module } from "../module.ts";
import { LayerNorm } from "./norm.ts";
import { type DecoderMasks, TransformerDecoder, TransformerDecoderLayer } from "./transformer-decoder.ts";
import { type EncoderLayerMasks, TransformerEncoder, TransformerEncoderLayer } from "./transformer-encoder.ts";
import type { TransformerLayerOptions } from "./transformer-options.ts";

export interface TransformerOptions extends TransformerLayerOptions {
  /** Features of every position. Default: 512. */
  dModel?: number;
  /** Heads of attention. Default: 8. */
  nhead?: number;
  /** Default: 6. */
  numEncoderLayers?: number;
  /** Default: 6. */
  numDecoderLayers?: number;
  /** Instead of the usual encoder. */
  customEncoder?: TransformerEncoder | null;
  /** Instead of the usual decoder. */
  customDecoder?: TransformerDecoder | null;
}

export interface TransformerMasks extends Omit<EncoderLayerMasks, "isCausal">, DecoderMasks {
  /** Says that srcMask, which must be given, is the causal one. Default: false. */
  srcIsCausal?: boolean;
}

/**
 * Encoder and decoder (Vaswani et al. 2017), from src [S, N, E] and tgt [T, N, E] to [T, N, E]; N comes first with batchFirst. Weights start as
 * xavierUniform_ leaves them.
 *
 * @example
 * const model = new Transformer({ dModel: 16, nhead: 4, numEncoderLayers: 1, numDecoderLayers: 1, dimFeedforward: 32 });
 * model.call(zeros([10, 2, 16]), zeros([5, 2, 16]), { tgtMask: Transformer.generateSquareSubsequentMask(5) }); // [5, 2, 16]
 */
export class Transformer extends Module {
  readonly dModel: number;
  readonly nhead: number;
  readonly batchFirst: boolean;
  readonly encoder: TransformerEncoder;
  readonly decoder: TransformerDecoder;

  constructor({
    dModel = 512,
    nhead = 8,
    numEncoderLayers = 6,
    numDecoderLayers = 6,
    customEncoder = null,
    customDecoder = null,
    ...options
  }: TransformerOptions = {}) {
    super();
    const { layerNormEps: eps = 1e-5, bias = true, batchFirst = false, device, generator } = options;
    const norm = (): LayerNorm => new LayerNorm(dModel, { eps, bias, ...(device && { device }) });
    this.dModel = dModel;
    this.nhead = nhead;
    this.batchFirst = batchFirst;
    this.encoder = customEncoder ?? new TransformerEncoder(new TransformerEncoderLayer(dModel, nhead, options), numEncoderLayers, norm());
    this.decoder = customDecoder ?? new TransformerDecoder(new TransformerDecoderLayer(dModel, nhead, options), numDecoderLayers, norm());
    for (const parameter of this.parameters()) if (parameter.ndim > 1) xavierUniform_(parameter, generator ? { generator } : {});
  }

  /** The causal mask [size, size]: 0 on and below the diagonal, −∞ above it. */
  static generateSquareSubsequentMask(
    size: number,
    { device = defaultDevice(), dtype = "float32" }: { device?: Backend; dtype?: DType } = {},
  ): Tensor {
    return causalMask(size, size, { device, dtype });
  }

  #check(src: Tensor, tgt: Tensor): void {
    const got = `got src ${formatShape(src.shape)}, tgt ${formatShape(tgt.shape)}`;
    const batchDim = this.batchFirst ? 0 : 1;
    if (src.ndim === 3 && src.shape[batchDim] !== tgt.shape[batchDim])
      throw new ShapeError("Transformer", `src and tgt differ in batch size (${got}). batchFirst is ${this.batchFirst}`);
    if (src.shape.at(-1) !== this.dModel || tgt.shape.at(-1) !== this.dModel)
      throw new ShapeError("Transformer", `expected ${this.dModel} features (${got})`);
  }

  forward(
    src: Tensor,
    tgt: Tensor,
    { srcMask = null, srcKeyPaddingMask = null, srcIsCausal = false, ...masks }: TransformerMasks = {},
  ): Tensor {
    this.#check(src, tgt);
    return scope(() => {
      const memory = this.encoder.call(src, { mask: srcMask, srcKeyPaddingMask, isCausal: srcIsCausal });
      return this.decoder.call(tgt, memory, masks);
    });
  }
}
