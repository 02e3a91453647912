// What a backend is written with: the contract, the formula language and the arithmetic of views.

export type {
  Backend,
  Buffer,
  Capabilities,
  ConvAttrs,
  Epilogue,
  Finish,
  FusedKernels,
  PoolAttrs,
  Reducer,
  ScanKind,
  ScatterMode,
  View,
} from "./backend.ts";
export { type DType, dtypes, isFloat, promoteTypes, type TypedArray } from "./dtype.ts";
export {
  DeviceError,
  DTypeError,
  formatShape,
  GradientError,
  GradkitError,
  LifetimeError,
  IndexError,
  ShapeError,
  UnsupportedError,
} from "./errors.ts";
export { add, and, bitcast, cast, ne, not, select, shr, sub, xor } from "./formula/build.ts";
export { evaluate } from "./formula/evaluate.ts";
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
  primitives,
  type ScalarType,
  scalar,
  topological,
  transform,
  withArgs,
} from "./formula/nodes.ts";
export { lower } from "./formula/lowering/index.ts";
export { coalesce, contiguousStrides, isContiguous, numel } from "./view.ts";
