// What users of @gradkit/nn import. Names only: nothing is defined here.
export {
  PackedSequence,
  type PackOptions,
  type PadPackedOptions,
  type PadSequenceOptions,
  packPaddedSequence,
  packSequence,
  padPackedSequence,
  padSequence,
  unpackSequence,
  unpadSequence,
} from "./functional/packed-sequence.ts";
export type { ForwardHook, ForwardPreHook } from "./hooks.ts";
export {
  type Activation, type ActivationClass, CELU, ELU, GELU, Hardshrink, Hardsigmoid, Hardswish, Hardtanh, LeakyReLU, LogSigmoid, Mish, ReLU, ReLU6,
  SELU, Sigmoid, SiLU, Softplus, Softshrink, Softsign, Tanh, Tanhshrink,
} from "./layers/activations.ts"; // biome-ignore format: a list
export {
  type AdaptiveLogSoftmaxOptions,
  type AdaptiveLogSoftmaxOutput,
  AdaptiveLogSoftmaxWithLoss,
} from "./layers/adaptive-log-softmax.ts";
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
  type AdaptiveMaxPoolOptions,
} from "./layers/adaptive-pool.ts";
export { AvgPool1d, AvgPool2d, AvgPool3d, LPPool1d, LPPool2d, LPPool3d } from "./layers/avg-pool.ts";
export { BatchNorm1d, BatchNorm2d, BatchNorm3d, type BatchNormLayerOptions } from "./layers/batch-norm.ts";
export { Bilinear } from "./layers/bilinear.ts";
export { Conv1d, Conv2d, Conv3d, type ConvLayerOptions } from "./layers/conv.ts";
export { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d, type ConvTransposeLayerOptions } from "./layers/conv-transpose.ts";
export { CosineSimilarity, PairwiseDistance } from "./layers/distance.ts";
export { AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d, type DropoutLayerOptions, FeatureAlphaDropout } from "./layers/dropout.ts";
export { Embedding, type EmbeddingLayerOptions, type PretrainedOptions } from "./layers/embedding.ts";
export { EmbeddingBag, type EmbeddingBagLayerOptions } from "./layers/embedding-bag.ts";
export { Flatten, Identity, Unflatten } from "./layers/flatten.ts";
export { Fold, Unfold } from "./layers/fold.ts";
export { FractionalMaxPool2d, FractionalMaxPool3d, type FractionalMaxPoolLayerOptions } from "./layers/fractional-max-pool.ts";
export { GRU } from "./layers/gru.ts";
export type { InitOptions } from "./layers/init-options.ts";
export { InstanceNorm1d, InstanceNorm2d, InstanceNorm3d, type InstanceNormOptions } from "./layers/instance-norm.ts";
export { Linear, type LinearOptions } from "./layers/linear.ts";
export { LSTM, type LSTMOptions, type LSTMState } from "./layers/lstm.ts";
export { MaxPool1d, MaxPool2d, MaxPool3d, type MaxPoolLayerOptions } from "./layers/max-pool.ts";
export { MaxUnpool1d, MaxUnpool2d, MaxUnpool3d, type MaxUnpoolLayerOptions } from "./layers/max-unpool.ts";
export { ModuleDict } from "./layers/module-dict.ts";
export { ModuleList } from "./layers/module-list.ts";
export { type AttentionCallOptions, MultiheadAttention, type MultiheadAttentionOptions } from "./layers/multihead-attention.ts";
export {
  GroupNorm,
  type GroupNormOptions,
  LayerNorm,
  type LayerNormOptions,
  LocalResponseNorm,
  RMSNorm,
  type RMSNormLayerOptions,
} from "./layers/norm.ts";
export {
  CircularPad1d,
  CircularPad2d,
  CircularPad3d,
  ConstantPad1d,
  ConstantPad2d,
  ConstantPad3d,
  type ConstantPaddingClass,
  type Padding,
  type PaddingClass,
  ReflectionPad1d,
  ReflectionPad2d,
  ReflectionPad3d,
  ReplicationPad1d,
  ReplicationPad2d,
  ReplicationPad3d,
  ZeroPad1d,
  ZeroPad2d,
  ZeroPad3d,
} from "./layers/padding.ts";
export { ParameterDict, ParameterList } from "./layers/parameter-containers.ts";
export { GLU, PReLU, type PReLUOptions, RReLU, Threshold } from "./layers/parametric-activations.ts";
export type { RecurrentOptions } from "./layers/recurrent.ts";
export { GRUCell, LSTMCell, type RecurrentCellOptions, RNNCell, type RNNCellOptions } from "./layers/recurrent-cells.ts";
export { RNN, type RNNOptions } from "./layers/rnn.ts";
export { Sequential } from "./layers/sequential.ts";
export { ChannelShuffle, PixelShuffle, PixelUnshuffle } from "./layers/shuffle.ts";
export { LogSoftmax, Softmax, Softmax2d, Softmin } from "./layers/softmax.ts";
export { Transformer, type TransformerMasks, type TransformerOptions } from "./layers/transformer.ts";
export { type DecoderMasks, TransformerDecoder, TransformerDecoderLayer } from "./layers/transformer-decoder.ts";
export { type EncoderLayerMasks, type EncoderMasks, TransformerEncoder, TransformerEncoderLayer } from "./layers/transformer-encoder.ts";
export type { TransformerLayerOptions } from "./layers/transformer-options.ts";
export {
  Upsample,
  type UpsampleOptions,
  UpsamplingBilinear2d,
  UpsamplingNearest2d,
  type UpsamplingOptions,
} from "./layers/upsample.ts";
export { BCELoss, type BCELossOptions, BCEWithLogitsLoss, type BCEWithLogitsLossOptions } from "./losses/binary-cross-entropy.ts";
export { CosineEmbeddingLoss, type CosineEmbeddingLossOptions } from "./losses/cosine-embedding.ts";
export { CrossEntropyLoss, type CrossEntropyLossOptions } from "./losses/cross-entropy.ts";
export { CTCLoss, type CTCLossOptions, type Lengths } from "./losses/ctc.ts";
export { GaussianNLLLoss, type GaussianNLLLossOptions } from "./losses/gaussian-nll.ts";
export { HingeEmbeddingLoss, type HingeEmbeddingLossOptions } from "./losses/hinge-embedding.ts";
export { KLDivLoss, type KLDivLossOptions } from "./losses/kl-div.ts";
export { HuberLoss, type HuberLossOptions, L1Loss, SmoothL1Loss, type SmoothL1LossOptions } from "./losses/l1.ts";
export { MarginRankingLoss, type MarginRankingLossOptions } from "./losses/margin-ranking.ts";
export { MSELoss } from "./losses/mse.ts";
export { MultiLabelMarginLoss, MultiMarginLoss, type MultiMarginLossOptions } from "./losses/multi-margin.ts";
export { NLLLoss, type NLLLossOptions } from "./losses/nll.ts";
export { PoissonNLLLoss, type PoissonNLLLossOptions } from "./losses/poisson-nll.ts";
export type { LossOptions, Reduction } from "./losses/reduction.ts";
export { MultiLabelSoftMarginLoss, type MultiLabelSoftMarginLossOptions, SoftMarginLoss } from "./losses/soft-margin.ts";
export {
  TripletMarginLoss,
  type TripletMarginLossOptions,
  TripletMarginWithDistanceLoss,
  type TripletMarginWithDistanceLossOptions,
} from "./losses/triplet-margin.ts";
export { Module } from "./module.ts";
export { type BufferOptions, BufferTensor, buffer, Parameter, type ParameterOptions, parameter } from "./parameter.ts";
export { parametersToVector, vectorToParameters } from "./parameter-vector.ts";
export type { PerDim } from "./per-dim.ts";
export { type LoadResult, type LoadStateDictOptions, type StateDict, StateDictError } from "./state-dict.ts";
export { type SummaryOptions, summary } from "./summary.ts";
