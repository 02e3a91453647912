// The functional forms of layers and losses, as in torch.nn.functional: import * as F from "@gradkit/nn/functional".
export {
  celu, conv1d, conv2d, conv3d, elu, gelu, hardshrink, hardsigmoid, hardswish, hardtanh, leakyRelu, linear, logSoftmax, logsigmoid, maxPool1d,
  maxPool1dWithIndices, maxPool2d, maxPool2dWithIndices, maxPool3d, maxPool3dWithIndices, mish, oneHot, pad, relu, relu6, selu, sigmoid, silu,
  softmax, softplus, softshrink, softsign, tanh, tanhshrink, threshold,
} from "@gradkit/tensor"; // biome-ignore format: a list
export { batchNorm, type BatchNormOptions } from "./functional/batch-norm.ts";
export { dropout, type DropoutOptions } from "./functional/dropout.ts";
export { type BCELossOptions, type BCEWithLogitsLossOptions, binaryCrossEntropy, binaryCrossEntropyWithLogits } from "./losses/binary-cross-entropy.ts";
export { crossEntropy, type CrossEntropyLossOptions } from "./losses/cross-entropy.ts";
export { klDiv, type KLDivLossOptions } from "./losses/kl-div.ts";
export { huberLoss, type HuberLossOptions, l1Loss, smoothL1Loss, type SmoothL1LossOptions } from "./losses/l1.ts";
export { mseLoss } from "./losses/mse.ts";
export { nllLoss, type NLLLossOptions } from "./losses/nll.ts";
export type { LossOptions, Reduction } from "./losses/reduction.ts";
