// The functional forms of layers and losses, as in torch.nn.functional: import * as F from "@gradkit/nn/functional".
export {
  celu, conv1d, conv2d, conv3d, elu, gelu, hardshrink, hardsigmoid, hardswish, hardtanh, leakyRelu, linear, logSoftmax, logsigmoid, maxPool1d,
  maxPool1dWithIndices, maxPool2d, maxPool2dWithIndices, maxPool3d, maxPool3dWithIndices, mish, oneHot, pad, relu, relu6, selu, sigmoid, silu,
  softmax, softplus, softshrink, softsign, tanh, tanhshrink, threshold,
} from "@gradkit/tensor"; // biome-ignore format: a list
export { type BatchNormOptions, batchNorm } from "./functional/batch-norm.ts";
export { type DropoutOptions, dropout } from "./functional/dropout.ts";
export {
  type BCELossOptions,
  type BCEWithLogitsLossOptions,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
} from "./losses/binary-cross-entropy.ts";
export { type CrossEntropyLossOptions, crossEntropy } from "./losses/cross-entropy.ts";
export { type KLDivLossOptions, klDiv } from "./losses/kl-div.ts";
export { type HuberLossOptions, huberLoss, l1Loss, type SmoothL1LossOptions, smoothL1Loss } from "./losses/l1.ts";
export { mseLoss } from "./losses/mse.ts";
export { type NLLLossOptions, nllLoss } from "./losses/nll.ts";
export type { LossOptions, Reduction } from "./losses/reduction.ts";
