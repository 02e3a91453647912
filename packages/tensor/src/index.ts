// What users of @gradkit/tensor import. Names only: nothing is defined here.
export type { Backend, Capabilities } from "./backend.ts";
export { setMemoryBudget } from "./budget.ts";
export { installConsoleFormatter } from "./console-formatter.ts";
export { debugLifetimes } from "./creation-sites.ts";
export { defaultDevice, setDefaultDevice, withDevice } from "./device.ts";
export { type DType, isFloat, promoteTypes, type TypedArray } from "./dtype.ts";
export {
  DeviceError, DTypeError, FormatError, formatShape, GradientError, GradkitError, IndexError, LifetimeError, ShapeError, UnsupportedError,
} from "./errors.ts"; // biome-ignore format: a list
export { yieldToEventLoop } from "./event-loop.ts";
export { type BackwardOptions, enableGrad, isGradEnabled, noGrad } from "./grad-mode.ts";
export { markStep, scope } from "./lifetime.ts";
export { cholesky, choleskyInverse, choleskySolve } from "./linalg/cholesky.ts";
export { det, inv as inverse, logdet, slogdet } from "./linalg/elimination.ts";
export { matrixExp } from "./linalg/matrix-exp.ts";
export { chainMatmul, matrixPower } from "./linalg/products.ts";
export { pinv as pinverse } from "./linalg/svd.ts";
export { type MemoryReport, memory } from "./memory.ts";
export { Tensor } from "./methods.ts";
export {
  adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d, adaptiveMaxPool1d, adaptiveMaxPool1dWithIndices, adaptiveMaxPool2d,
  adaptiveMaxPool2dWithIndices, adaptiveMaxPool3d, adaptiveMaxPool3dWithIndices, type OutputSize,
} from "./ops/adaptive-pool.ts"; // biome-ignore format: a list
export { addbmm, addmv, addr } from "./ops/add-products.ts";
export { type AffineGridOptions, affineGrid } from "./ops/affine-grid.ts";
// PyTorch's other names of the same functions
export {
  type AlphaOptions,
  add,
  clamp,
  clamp as clip,
  type DivOptions,
  div,
  div as divide,
  div as trueDivide,
  type GeluOptions,
  gelu,
  pow,
  type RoundOptions,
  round,
  rsub,
  sub,
  sub as subtract,
} from "./ops/arithmetic.ts";
export { attention } from "./ops/attention.ts";
export { type AvgPoolDivisorOptions, type AvgPoolOptions, avgPool1d, avgPool2d, avgPool3d } from "./ops/avg-pool.ts";
export { type BatchNormResult, batchNormInference, batchNormTraining } from "./ops/batch-norm.ts";
export { bitwiseLeftShift, bitwiseRightShift, isneginf, isposinf, signbit } from "./ops/bits.ts";
export { broadcastShapes, broadcastTensors, sumToSize } from "./ops/broadcasting.ts";
export { allclose, type ClosenessOptions, equal, isclose, isin } from "./ops/closeness.ts";
export { cross, inner, kron, tensordot, trace, vdot } from "./ops/contractions.ts";
export { type ConvOptions, conv1d, conv2d, conv3d } from "./ops/conv.ts";
export { type ConvTransposeOptions, convTranspose1d, convTranspose2d, convTranspose3d } from "./ops/conv-transpose.ts";
export { clone, contiguous } from "./ops/copy.ts";
export {
  arange, empty, emptyLike, eye, full, fullLike, linspace, logspace, type NestedData, ones, onesLike, type TensorOptions, tensor, zeros, zerosLike,
} from "./ops/creation.ts"; // biome-ignore format: a list
export { type ClassLossOptions, classLoss } from "./ops/cross-entropy.ts";
export { type DiagEmbedOptions, diag, diagEmbed, diagflat } from "./ops/diagonals.ts";
export { cumulativeTrapezoid, diff, type TrapezoidOptions, trapezoid as trapz, trapezoid } from "./ops/differences.ts";
export { type CdistOptions, cdist, dist, pdist, renorm } from "./ops/distances.ts";
export { einsum } from "./ops/einsum.ts";
export {
  abs, 
  abs as absolute, 
  acos, acos as arccos, acosh, acosh as arccosh, addcdiv,addcmul, angle, asin,asin as arcsin, asinh, asinh as arcsinh, atan, atan as arctan, 
  atan2, atan2 as arctan2, atanh, atanh as arctanh, bitwiseAnd, bitwiseNot, bitwiseOr, bitwiseXor, ceil, 
  celu, clampMax, clampMin, copysign, cos, cosh, deg2rad, digamma, elu,eq, erf, erfc, exp, exp2, expm1, floor, floorDivide, fmax, fmin, fmod, frac, 
  ge, ge as greaterEqual,geluTanh, gt,
  gt as greater, hardshrink, hardsigmoid, hardswish, hardtanh, heaviside, hypot, isfinite, 
  isinf, isnan,le, le as lessEqual, leakyRelu, lerp, lgamma, log, log1p, log2, log10, logaddexp, logaddexp2, logicalAnd, logicalNot, logicalOr, logicalXor, logit, logsigmoid, lt, lt as less, maximum, minimum, mish, mul, mul as multiply, nanToNum, ne, ne as notEqual, neg, neg as negative, positive, rad2deg, reciprocal, relu, relu6, remainder,rsqrt, selu, sgn, sigmoid, sign, silu, sin, sinc, sinh, softplus, softshrink, softsign, sqrt, square, tan, tanh, tanhshrink, threshold, trunc, trunc as fix,truncDivide, where, xlogy, 
} from "./ops/elementwise.ts"; // biome-ignore format: a list
export { embeddingLookup, gather, indexAdd, indexSelect, oneHot, type ScatterOptions, scatter, scatterAdd } from "./ops/gather.ts";
export { type GradientOptions, gradient } from "./ops/gradient.ts";
export { type GridSampleOptions, gridSample } from "./ops/grid-sample.ts";
export { bincount, type CovOptions, corrcoef, cov, type HistcOptions, histc } from "./ops/histograms.ts";
export type { IndexItem, SliceRange } from "./ops/index-items.ts";
export { type IndexPutOptions, indexPut } from "./ops/index-put.ts";
export { indexCopy, indexFill, put } from "./ops/index-write.ts";
export { at, take, takeAlongDim } from "./ops/indexing.ts";
export { cat, cat as concat, cat as concatenate, chunk, split, stack, unbind } from "./ops/join.ts";
export { type LayerNormResult, layerNormWithStatistics } from "./ops/layer-norm.ts";
export { logcumsumexp } from "./ops/logcumsumexp.ts";
export { maskedFill } from "./ops/masked.ts";
export { maskedScatter } from "./ops/masked-scatter.ts";
export { type AddmmOptions, addmm, baddbmm, bmm, dot, linear, matmul, mm, mv, outer, outer as ger } from "./ops/matmul.ts";
export {
  broadcastTo, diagonal, expand, flatten, flip, movedim, movedim as moveaxis, narrow, permute, ravel, reshape, select, slice, squeeze, t, transpose, transpose as swapaxes, transpose as swapdims, unflatten, unfold,
  unsqueeze, view
} from "./ops/movement.ts"; // biome-ignore format: a list
export { type MultinomialOptions, multinomial } from "./ops/multinomial.ts";
export { type AminmaxOptions, aminmax, countNonzero, nanmean, nansum } from "./ops/nan-reductions.ts";
export { nextafter } from "./ops/nextafter.ts";
export { argwhere, maskedSelect, nonzero } from "./ops/nonzero.ts";
export { norm } from "./ops/norm.ts";
export {
  type Interpolation, kthvalue, median, mode, msort, nanmedian, nanquantile, type QuantileOptions, quantile,
} from "./ops/order-statistics.ts"; // biome-ignore format: a list
export { type PadOptions, pad } from "./ops/pad.ts";
export { type Operand, pointwise, type Scalars } from "./ops/pointwise.ts";
export {type MaxPoolOptions,
  maxPool1d, maxPool1dWithIndices, maxPool2d, maxPool2dWithIndices, maxPool3d, maxPool3dWithIndices, 
} from "./ops/pool.ts"; // biome-ignore format: a list
export { floatPower, ldexp } from "./ops/powers.ts";
export {
  bernoulli, type DropoutOptions, dropout, type HostRandomOptions, normal, type RandomOptions, rand, randint, randintLike, randLike, randn, randnLike, randperm, uniform,
} from "./ops/random.ts"; // biome-ignore format: a list
export { fliplr, flipud, roll, rot90 } from "./ops/rearrange.ts";
export {
  all, amax, amin, any, argmax, argmin, type Dims, max, mean, min, prod, type ReduceOptions, type SumOptions, sum, type ValuesAndIndices,
} from "./ops/reduce.ts"; // biome-ignore format: a list
export { meshgrid, repeat, tile } from "./ops/repeat.ts";
export { repeatInterleave } from "./ops/repeat-interleave.ts";
export { cummax, cummin, cumprod, cumsum } from "./ops/scan.ts";
export { indexReduce, type Reduction, type ScatterReduceOptions, scatterReduce } from "./ops/scatter-reduce.ts";
export { bucketize, type SearchsortedOptions, searchsorted } from "./ops/searching.ts";
export { logSoftmax, type SoftmaxOptions, softmax } from "./ops/softmax.ts";
export { argsort, sort, topk } from "./ops/sort.ts";
export { dsplit, hsplit, splitWithSizes, tensorSplit, vsplit } from "./ops/splitting.ts";
export {
  atleast1d, atleast2d, atleast3d, blockDiag, type CombinationsOptions, cartesianProd, columnStack, combinations, dstack, hstack, vstack, vstack as rowStack,
} from "./ops/stacking.ts"; // biome-ignore format: a list
export { logsumexp, std, stdMean, type VarOptions, variance as var, varMean } from "./ops/statistics.ts";
export { type TriangleOptions, tril, triu } from "./ops/triangle.ts";
export { type TriangleIndicesOptions, trilIndices, triuIndices } from "./ops/triangle-indices.ts";
export { type UniqueOptions, type UniqueResult, unique, uniqueConsecutive } from "./ops/unique.ts";
export { unravelIndex } from "./ops/unravel-index.ts";
export { pointwiseUpdate, type Update, type UpdateFormula, type UpdateOperands } from "./ops/update.ts";
export { type VanderOptions, vander } from "./ops/vander.ts";
export { diagonalScatter, selectScatter, sliceScatter } from "./ops/view-scatter.ts";
export { gcd, lcm } from "./ops/whole-numbers.ts";
export { inspectTensor } from "./print.ts";
export { defaultGenerator, Generator, type GeneratorState, manualSeed } from "./random.ts";
export type { Nested } from "./read.ts";
export type { Shape } from "./shape.ts";
export { i0 } from "./special/bessel.ts";
export { multigammaln as mvlgamma } from "./special/entropy.ts";
export { erfinv } from "./special/normal.ts";
export { polygamma } from "./special/polygamma.ts";
export type { GradFn, TensorHook } from "./tensor.ts";
