// The functional forms of layers and losses, as in torch.nn.functional: import * as F from "@gradkit/nn/functional".
export {
  adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d, adaptiveMaxPool1d, adaptiveMaxPool1dWithIndices, adaptiveMaxPool2d,
  adaptiveMaxPool2dWithIndices, adaptiveMaxPool3d, adaptiveMaxPool3dWithIndices, affineGrid, avgPool1d, avgPool2d, avgPool3d,
  conv1d, conv2d, conv3d, convTranspose1d, convTranspose2d, convTranspose3d, elu, gelu, gridSample, hardshrink, hardsigmoid, hardswish, leakyRelu, linear, logSoftmax, logsigmoid, maxPool1d,
  maxPool1dWithIndices, maxPool2d, maxPool2dWithIndices, maxPool3d, maxPool3dWithIndices, mish, oneHot, pad, pdist, relu, relu6, selu, sigmoid, silu,
  softmax, softplus, softsign, tanh, tanhshrink, threshold,
} from "@gradkit/tensor"; // biome-ignore format: a list
export {
  celu,
  type GumbelSoftmaxOptions,
  glu,
  gumbelSoftmax,
  hardtanh,
  prelu,
  type RReLUOptions,
  rrelu,
  softmin,
  softshrink,
} from "./functional/activations.ts";
export { type AttentionOptions, scaledDotProductAttention } from "./functional/attention.ts";
export { type BatchNormOptions, batchNorm } from "./functional/batch-norm.ts";
export { bilinear } from "./functional/bilinear.ts";
export {
  type CosineSimilarityOptions, cosineSimilarity, type NormalizeOptions, normalize, type PairwiseDistanceOptions, pairwiseDistance,
} from "./functional/distance.ts"; // biome-ignore format: a list
export { alphaDropout, type DropoutOptions, dropout, dropout1d, dropout2d, dropout3d, featureAlphaDropout } from "./functional/dropout.ts";
export { type EmbeddingOptions, embedding } from "./functional/embedding.ts";
export { type EmbeddingBagOptions, embeddingBag } from "./functional/embedding-bag.ts";
export { type FoldOptions, fold, unfold } from "./functional/fold.ts";
export {
  type FractionalMaxPoolOptions,
  fractionalMaxPool2d,
  fractionalMaxPool2dWithIndices,
  fractionalMaxPool3d,
  fractionalMaxPool3dWithIndices,
} from "./functional/fractional-max-pool.ts";
export { groupNorm, type InstanceNormOptions, instanceNorm } from "./functional/group-norm.ts";
export {
  type InterpolateMode,
  type InterpolateOptions,
  interpolate,
  upsample,
  upsampleBilinear,
  upsampleNearest,
} from "./functional/interpolate.ts";
export { layerNorm, type RMSNormOptions, rmsNorm } from "./functional/layer-norm.ts";
export { type LocalResponseNormOptions, localResponseNorm } from "./functional/local-response-norm.ts";
export { type LPPoolOptions, lpPool1d, lpPool2d, lpPool3d } from "./functional/lp-pool.ts";
export { type MaxUnpoolOptions, maxUnpool1d, maxUnpool2d, maxUnpool3d } from "./functional/max-unpool.ts";
export { channelShuffle, pixelShuffle, pixelUnshuffle } from "./functional/shuffle.ts";
export type { EpsOptions } from "./functional/standardise.ts";
export {
  type BCELossOptions,
  type BCEWithLogitsLossOptions,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
} from "./losses/binary-cross-entropy.ts";
export { type CosineEmbeddingLossOptions, cosineEmbeddingLoss } from "./losses/cosine-embedding.ts";
export { type CrossEntropyLossOptions, crossEntropy } from "./losses/cross-entropy.ts";
export { type CTCLossOptions, ctcLoss, type Lengths } from "./losses/ctc.ts";
export { type GaussianNLLLossOptions, gaussianNllLoss } from "./losses/gaussian-nll.ts";
export { type HingeEmbeddingLossOptions, hingeEmbeddingLoss } from "./losses/hinge-embedding.ts";
export { type KLDivLossOptions, klDiv } from "./losses/kl-div.ts";
export {
  type HuberLossOptions,
  huberLoss,
  l1Loss,
  type SmoothL1LossOptions,
  smoothL1Loss,
  type WeightedHuberLossOptions,
} from "./losses/l1.ts";
export { type MarginRankingLossOptions, marginRankingLoss } from "./losses/margin-ranking.ts";
export { mseLoss } from "./losses/mse.ts";
export { type MultiMarginLossOptions, multilabelMarginLoss, multiMarginLoss } from "./losses/multi-margin.ts";
export { type NLLLossOptions, nllLoss } from "./losses/nll.ts";
export { type PoissonNLLLossOptions, poissonNllLoss } from "./losses/poisson-nll.ts";
export type { LossOptions, Reduction, WeightedLossOptions } from "./losses/reduction.ts";
export { type MultiLabelSoftMarginLossOptions, multilabelSoftMarginLoss, softMarginLoss } from "./losses/soft-margin.ts";
export {
  type TripletMarginLossOptions,
  type TripletMarginWithDistanceLossOptions,
  tripletMarginLoss,
  tripletMarginWithDistanceLoss,
} from "./losses/triplet-margin.ts";
