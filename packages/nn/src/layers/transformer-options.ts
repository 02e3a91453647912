// What the layers of encoders and decoders share.
import { gelu, IndexError, relu, type Tensor } from "@gradkit/tensor";
import type { InitOptions } from "./init-options.ts";

export interface TransformerLayerOptions extends InitOptions {
  /** Size of the hidden layer behind attention. Default: 2048. */
  dimFeedforward?: number;
  /** Default: 0.1. */
  dropout?: number;
  /** Of the hidden layer. Default: "relu". */
  activation?: "relu" | "gelu" | ((x: Tensor) => Tensor);
  /** Default: 1e-5. */
  layerNormEps?: number;
  /** Whether tensors are [N, T, E] instead of [T, N, E]. Default: false. */
  batchFirst?: boolean;
  /** Whether to normalise before each part instead of behind its sum (Xiong et al. 2020). Default: false. */
  normFirst?: boolean;
  /** Whether linear layers and norms have biases. Default: true. */
  bias?: boolean;
}

export function activationOf(op: string, activation: NonNullable<TransformerLayerOptions["activation"]>): (x: Tensor) => Tensor {
  if (typeof activation === "function") return activation;
  const named = { relu, gelu }[activation];
  if (!named) throw new IndexError(op, `activation is "relu", "gelu" or a function (got ${JSON.stringify(activation)})`);
  return (x) => named(x);
}
