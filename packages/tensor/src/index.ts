// What users of @gradkit/tensor import. Names only: nothing is defined here.
export type { Backend, Capabilities } from "./backend.ts";
export { yieldToEventLoop } from "./collector.ts";
export { installConsoleFormatter } from "./console-formatter.ts";
export { defaultDevice, setDefaultDevice } from "./device.ts";
export { type DType, isFloat, promoteTypes, type TypedArray } from "./dtype.ts";
export {
  DeviceError, DTypeError, FormatError, formatShape, GradientError, GradkitError, IndexError, LifetimeError, ShapeError, UnsupportedError,
} from "./errors.ts"; // biome-ignore format: a list
export { type BackwardOptions, enableGrad, isGradEnabled, noGrad } from "./grad-mode.ts";
export { markStep, scope } from "./lifetime.ts";
export { type MemoryReport, memory } from "./memory.ts";
export { Tensor } from "./methods.ts";
export { add, type AlphaOptions, clamp, div, type DivOptions, gelu, type GeluOptions, pow, round, type RoundOptions, sub } from "./ops/arithmetic.ts";
export { batchNormInference, type BatchNormResult, batchNormTraining } from "./ops/batch-norm.ts";
export { conv1d, conv2d, conv3d, type ConvOptions } from "./ops/conv.ts";
export { clone, contiguous } from "./ops/copy.ts";
export {
  arange, empty, emptyLike, eye, full, fullLike, linspace, logspace, type NestedData, ones, onesLike, tensor, type TensorOptions, zeros, zerosLike,
} from "./ops/creation.ts"; // biome-ignore format: a list
export { diag, diagEmbed, type DiagEmbedOptions, diagflat } from "./ops/diagonals.ts";
export {
  abs, neg, positive, sign, sgn, square, sqrt, rsqrt, reciprocal, exp, exp2, expm1, log, log1p, log2, log10, logit, sin, cos, tan, asin,
  acos, atan, sinh, cosh, tanh, asinh, acosh, atanh, sinc, deg2rad, rad2deg, erf, erfc, lgamma, digamma, floor, ceil, trunc, frac, isnan,
  isinf, isfinite, nanToNum, logicalNot, bitwiseNot, relu, relu6, leakyRelu, hardtanh, hardsigmoid, hardswish, hardshrink, softshrink, elu,
  celu, selu, sigmoid, logsigmoid, silu, mish, softplus, softsign, tanhshrink, geluTanh, mul, truncDivide, floorDivide, fmod, remainder,
  atan2, hypot, copysign, xlogy, heaviside, logaddexp, logaddexp2, maximum, minimum, fmax, fmin, clampMin, clampMax, eq, ne, lt, le, gt,
  ge, logicalAnd, logicalOr, logicalXor, bitwiseAnd, bitwiseOr, bitwiseXor, where, lerp, threshold, addcmul, addcdiv,
} from "./ops/elementwise.ts"; // biome-ignore format: a list
export { embeddingLookup, gather, indexAdd, indexSelect, oneHot, scatter, scatterAdd, type ScatterOptions } from "./ops/gather.ts";
export type { IndexItem, SliceRange } from "./ops/index-items.ts";
export { indexPut, type IndexPutOptions } from "./ops/index-put.ts";
export { at, take, takeAlongDim } from "./ops/indexing.ts";
export { cat, chunk, split, stack, unbind } from "./ops/join.ts";
export { addmm, type AddmmOptions, baddbmm, bmm, dot, linear, matmul, mm, mv, outer } from "./ops/matmul.ts";
export { maskedFill } from "./ops/masked.ts";
export {
  broadcastTo, diagonal, expand, flatten, flip, movedim, narrow, permute, ravel, reshape, select, slice, squeeze, t, transpose, unflatten, unfold,
  unsqueeze, view,
} from "./ops/movement.ts"; // biome-ignore format: a list
export { pad, type PadOptions } from "./ops/pad.ts";
export { type Operand, pointwise, type Scalars } from "./ops/pointwise.ts";
export {
  maxPool1d, maxPool1dWithIndices, maxPool2d, maxPool2dWithIndices, maxPool3d, maxPool3dWithIndices, type MaxPoolOptions,
} from "./ops/pool.ts"; // biome-ignore format: a list
export {
  bernoulli, dropout, type DropoutOptions, normal, rand, randint, randLike, randn, randnLike, type RandomOptions, randperm, uniform,
} from "./ops/random.ts"; // biome-ignore format: a list
export { fliplr, flipud, roll, rot90 } from "./ops/rearrange.ts";
export {
  all, amax, amin, any, argmax, argmin, type Dims, max, mean, min, prod, type ReduceOptions, sum, type SumOptions, type ValuesAndIndices,
} from "./ops/reduce.ts"; // biome-ignore format: a list
export { meshgrid, repeat, repeatInterleave, tile } from "./ops/repeat.ts";
export { cummax, cummin, cumprod, cumsum } from "./ops/scan.ts";
export { logSoftmax, softmax, type SoftmaxOptions } from "./ops/softmax.ts";
export { argsort, sort, topk } from "./ops/sort.ts";
export { logsumexp, norm, std, stdMean, variance as var, varMean, type VarOptions } from "./ops/statistics.ts";
export { pointwiseUpdate, type Update, type UpdateFormula } from "./ops/update.ts";
export { tril, triu, type TriangleOptions } from "./ops/triangle.ts";
export { inspectTensor } from "./print.ts";
export { defaultGenerator, Generator, type GeneratorState, manualSeed } from "./random.ts";
export type { Nested } from "./read.ts";
export type { Shape } from "./shape.ts";
export type { GradFn, TensorHook } from "./tensor.ts";
