// What users of @gradkit/nn import. Names only: nothing is defined here.
export type { ForwardHook, ForwardPreHook } from "./hooks.ts";
export {
  type Activation, type ActivationClass, CELU, ELU, GELU, Hardshrink, Hardsigmoid, Hardswish, Hardtanh, LeakyReLU, LogSigmoid, Mish, ReLU, ReLU6,
  SELU, Sigmoid, SiLU, Softplus, Softshrink, Softsign, Tanh, Tanhshrink,
} from "./layers/activations.ts"; // biome-ignore format: a list
export { BatchNorm1d, BatchNorm2d, BatchNorm3d, type BatchNormLayerOptions } from "./layers/batch-norm.ts";
export { Conv1d, Conv2d, Conv3d, type ConvLayerOptions, type PerDim } from "./layers/conv.ts";
export { Dropout, type DropoutLayerOptions } from "./layers/dropout.ts";
export { Flatten, Identity, Unflatten } from "./layers/flatten.ts";
export type { InitOptions } from "./layers/init-options.ts";
export { Linear, type LinearOptions } from "./layers/linear.ts";
export { MaxPool1d, MaxPool2d, MaxPool3d, type MaxPoolLayerOptions } from "./layers/max-pool.ts";
export { ModuleList } from "./layers/module-list.ts";
export { Sequential } from "./layers/sequential.ts";
export { LogSoftmax, Softmax, Softmax2d, Softmin } from "./layers/softmax.ts";
export { BCELoss, type BCELossOptions, BCEWithLogitsLoss, type BCEWithLogitsLossOptions } from "./losses/binary-cross-entropy.ts";
export { CrossEntropyLoss, type CrossEntropyLossOptions } from "./losses/cross-entropy.ts";
export { KLDivLoss, type KLDivLossOptions } from "./losses/kl-div.ts";
export { HuberLoss, type HuberLossOptions, L1Loss, SmoothL1Loss, type SmoothL1LossOptions } from "./losses/l1.ts";
export { MSELoss } from "./losses/mse.ts";
export { NLLLoss, type NLLLossOptions } from "./losses/nll.ts";
export type { LossOptions, Reduction } from "./losses/reduction.ts";
export { Module } from "./module.ts";
export { type BufferOptions, BufferTensor, buffer, Parameter, type ParameterOptions, parameter } from "./parameter.ts";
export { type LoadResult, type LoadStateDictOptions, type StateDict, StateDictError } from "./state-dict.ts";
export { type SummaryOptions, summary } from "./summary.ts";
