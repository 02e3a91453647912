// What a recorder (autograd) is written with: ops below the public surface, and the hooks into storage and lifetime.

export type { AttentionAttrs, ConvAttrs, LayerNormAttrs, View, WindowSumAttrs } from "./backend.ts";
export { callSite } from "./creation-sites.ts";
export { dtypes } from "./dtype.ts";
export { cast } from "./formula/build.ts";
export { type Derivative, derivative } from "./formula/derivative.ts";
export { type Formula, formula, input, type Node, type ScalarType, scalar } from "./formula/nodes.ts";
export { installRecorder, needsGrad, type RecordedOp, type Recorder } from "./grad-mode.ts";
export { retire, scope, track, untracked } from "./lifetime.ts";
export { castAsOne, operandCasts, withCasts } from "./operand-casts.ts";
export type { BatchNormAttrs } from "./ops/batch-norm.ts";
export {
  type ConvInputGradAttrs,
  type ConvWeightGradAttrs,
  convInputGrad,
  convolution,
  convWeightGrad,
} from "./ops/conv.ts";
export { copy_, toDevice, toDType } from "./ops/copy.ts";
export { allocate, applyOp, type Inputs } from "./ops/dispatch.ts";
export { alongDim, gatherOp, type ScatterAttrs, scatterOp } from "./ops/gather.ts";
export type { StructuredOpName } from "./ops/index.ts";
export { type EmbedAttrs, embed } from "./ops/join.ts";
export { broadcastView, mapFormula, mapInPlace } from "./ops/map.ts";
export { sliceBy } from "./ops/movement.ts";
export { type MaxPoolAttrs, type MaxPoolGradAttrs, maxPoolGrad } from "./ops/pool.ts";
export type { DimAttrs, ReduceAttrs } from "./ops/reduce.ts";
export type { ScanAttrs } from "./ops/scan.ts";
export type { ScatterProdAttrs } from "./ops/scatter-reduce.ts";
export { logSoftmaxGrad, type SoftmaxAttrs, softmaxGrad } from "./ops/softmax.ts";
export type { SortAttrs } from "./ops/sort.ts";
export { type DiagonalAttrs, type Layout, type SliceAttrs, type UnfoldAttrs, type ViewName, viewLayout } from "./ops/views.ts";
export { type Call, type InputInfo, infoOf, type Reads, type Vjp } from "./ops/vjp.ts";
export { broadcastShapes, broadcastStrides, reducedShape, type Shape, sameShape } from "./shape.ts";
export { Storage } from "./storage.ts";
export { coalesce, contiguousStrides, isContiguous, numel } from "./view.ts";
