// What a backend is written with: the contract, the formula language and the arithmetic of views.

export type {
  AttentionAttrs,
  Backend,
  Buffer,
  Capabilities,
  ConvAttrs,
  Epilogue,
  Finish,
  FusedKernels,
  LayerNormAttrs,
  MapCall,
  PoolAttrs,
  Reducer,
  RowwiseCall,
  ScanKind,
  ScatterMode,
  View,
  WindowSumAttrs,
  WindowTable,
} from "./backend.ts";
export { unwatch, type Watch, watch } from "./collector.ts";
export { type DType, dtypeInfo, dtypes, isFloat, promoteTypes, type TypedArray } from "./dtype.ts";
export {
  DeviceError,
  DTypeError,
  formatShape,
  GradientError,
  GradkitError,
  IndexError,
  LifetimeError,
  ShapeError,
  UnsupportedError,
} from "./errors.ts";
export {
  abs, acos, acosh, add, and, asin, asinh, atan, atan2, atanh, bitcast, cast, ceil, cos, cosh, custom, div, eq, erf, erfc, exp, exp2, expm1,
  floor, ge, gt, intDiv, le, lgamma, log, log1p, log2, lt, madd, max, min, mul, ne, neg, not, or, pow, rem, round, select, shl, shr, sin, sinh,
  sqrt, sub, tan, tanh, trunc, xor,
} from "./formula/build.ts"; // biome-ignore format: a list
export { lowerCommon } from "./formula/lowering/common.ts";
export { lower } from "./formula/lowering/index.ts";
export type { Lower } from "./formula/lowering/lower.ts";
export {
  constant,
  expandCustom,
  type Formula,
  formula,
  index,
  input,
  type Node,
  type NodeOp,
  node,
  type Primitive,
  perType,
  primitives,
  type ScalarType,
  scalar,
  topological,
  transform,
  withArgs,
} from "./formula/nodes.ts";
export { inTurn } from "./in-turn.ts";
export { sameShape } from "./shape.ts";
export { smallByteLength } from "./storage.ts";
export { coalesce, contiguousStrides, isContiguous, numel } from "./view.ts";
