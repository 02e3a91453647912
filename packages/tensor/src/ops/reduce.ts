// Reductions: one row a reducer for the kernels. What is composed of them stands in statistics.ts.
import type { Finish, Reducer, View } from "../backend.ts";
import { type DType, dtypeInfo, isFloat } from "../dtype.ts";
import { DTypeError, formatShape, ShapeError } from "../errors.ts";
import { cast, div, eq, ne } from "../formula/build.ts";
import { type Formula, formula, input, type Node, perType, type ScalarType, scalar } from "../formula/nodes.ts";
import { normalizeDim, normalizeDims, reducedShape, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { contiguousStrides, numel } from "../view.ts";
import { toDType } from "./copy.ts";
import { applyOp, type StructuredOp } from "./dispatch.ts";
import { pointwiseFunctions as pw } from "./pointwise.ts";

export interface ReduceAttrs {
  /** Sorted, none negative. */
  readonly dims: readonly number[];
  readonly keepdim: boolean;
}

export interface ReduceOptions {
  /** Keep reduced dims with size 1. Default: false. */
  keepdim?: boolean;
}

export interface SumOptions extends ReduceOptions {
  /** Of the result; the input is converted first. */
  dtype?: DType;
}

/** One dim, several, or — null, undefined, an empty list — all. */
export type Dims = number | readonly number[] | null | undefined;

const typed = (build: (x: Node) => Node) => perType((type) => formula([type], [], [build(input(0, type))]));
const asNumber = typed((x) => (x.type === "bool" ? cast(x, "int") : x));
const asIs = typed((x) => x);
const countNonzeros = typed((x) => cast(ne(x, 0), "int"));
const countZeros = typed((x) => cast(eq(x, 0), "int"));

interface ReducerRow {
  readonly reducer: Reducer;
  readonly formula: (type: ScalarType) => Formula;
  readonly result: (dtype: DType) => DType;
  /** Whether nothing at all has a result. */
  readonly empty: boolean;
  readonly finish?: (count: number) => Finish;
}

const same = (dtype: DType): DType => dtype;
/** Sums of integers and bools are int32 (torch: int64). */
const wide = (dtype: DType): DType => (isFloat(dtype) ? dtype : "int32");
const always = (dtype: DType) => (): DType => dtype;
const divided = perType((type) => formula([type], [type], [div(input(0, type), scalar(0, type))]));
const divideByCount = (count: number): Finish => ({ formula: divided("float"), scalars: [count] });
const isPositive: Finish = { formula: formula(["int"], [], [ne(input(0, "int"), 0)]), scalars: [] };
const isNull: Finish = { formula: formula(["int"], [], [eq(input(0, "int"), 0)]), scalars: [] };

const rows = {
  sum: { reducer: "sum", formula: asNumber, result: wide, empty: true },
  mean: { reducer: "sum", formula: asNumber, result: same, empty: true, finish: divideByCount },
  prod: { reducer: "prod", formula: asNumber, result: wide, empty: true },
  amax: { reducer: "max", formula: asIs, result: same, empty: false },
  amin: { reducer: "min", formula: asIs, result: same, empty: false },
  any: { reducer: "sum", formula: countNonzeros, result: always("bool"), empty: true, finish: () => isPositive },
  all: { reducer: "sum", formula: countZeros, result: always("bool"), empty: true, finish: () => isNull },
  argmax: { reducer: "argmax", formula: asIs, result: always("int32"), empty: false },
  argmin: { reducer: "argmin", formula: asIs, result: always("int32"), empty: false },
} satisfies Record<string, ReducerRow>;

export type ReducerName = keyof typeof rows;

/** A view of the output with 1 in the reduced dims: what kernels write to. */
export function keptView(output: Tensor, shape: Shape, dims: readonly number[]): View {
  const kept = reducedShape(shape, dims, true);
  return { buffer: output.buffer, dtype: output.dtype, shape: kept, strides: contiguousStrides(kept), offset: output.offset };
}

function checkEmpty(name: string, shape: Shape, dims: readonly number[]): void {
  if (dims.some((d) => shape[d] === 0))
    throw new ShapeError(name, `nothing to reduce: dims [${dims.join(", ")}] of ${formatShape(shape)} are empty`);
}

function makeReduceOp(name: ReducerName): StructuredOp<ReduceAttrs> {
  const row: ReducerRow = rows[name];
  return {
    name,
    infer([x], { dims, keepdim }) {
      const { shape, dtype } = x as Tensor;
      if (!row.empty) checkEmpty(name, shape, dims);
      if (name === "mean" && !isFloat(dtype)) throw new DTypeError("mean", `expected floats (got ${dtype}). Convert with .to("float32")`);
      return [{ shape: reducedShape(shape, dims, keepdim), dtype: row.result(dtype) }];
    },
    run(device, [x], [y], { dims }) {
      const input = x as Tensor;
      const finish = row.finish?.(numel(dims.map((d) => input.shape[d] as number)));
      device.reduce(
        row.reducer,
        row.formula(dtypeInfo(input.dtype).scalar),
        [input],
        [],
        [keptView(y as Tensor, input.shape, dims)],
        dims,
        finish,
      );
      return true;
    },
  };
}

export const reduceOps = Object.fromEntries(Object.keys(rows).map((name) => [name, makeReduceOp(name as ReducerName)])) as Record<
  ReducerName,
  StructuredOp<ReduceAttrs>
>;

function reduce(name: ReducerName, x: Tensor, dims: Dims, options?: ReduceOptions): Tensor {
  return applyOp(reduceOps[name], [x], { dims: normalizeDims(name, dims, x.ndim), keepdim: options?.keepdim ?? false })[0] as Tensor;
}

const converted = (x: Tensor, dtype: DType | undefined): Tensor => (dtype ? toDType(x, dtype) : x);

/** The sum over dims, or over all; whole numbers and bools are counted in int32. */
export const sum = (x: Tensor, dims?: Dims, options?: SumOptions): Tensor => reduce("sum", converted(x, options?.dtype), dims, options);
/** The mean over dims, or over all; NaN of no elements. */
export const mean = (x: Tensor, dims?: Dims, options?: SumOptions): Tensor => reduce("mean", converted(x, options?.dtype), dims, options);
/** The product along dim, or of all elements. */
export const prod = (x: Tensor, dim?: number | null, options?: SumOptions): Tensor =>
  reduce("prod", converted(x, options?.dtype), dim, options);
/** The maximum; gradients are shared evenly among equals. */
export const amax = (x: Tensor, dims?: Dims, options?: ReduceOptions): Tensor => reduce("amax", x, dims, options);
/** The minimum; gradients are shared evenly among equals. */
export const amin = (x: Tensor, dims?: Dims, options?: ReduceOptions): Tensor => reduce("amin", x, dims, options);
/** Whether any element along dims, or of all, is not zero: bool. */
export const any = (x: Tensor, dims?: Dims, options?: ReduceOptions): Tensor => reduce("any", x, dims, options);
/** Whether all elements along dims, or all there are, are not zero: bool. */
export const all = (x: Tensor, dims?: Dims, options?: ReduceOptions): Tensor => reduce("all", x, dims, options);

/** Position of the first maximum along dim, or in the flattened tensor; NaN counts as the maximum. */
export const argmax = (x: Tensor, dim?: number | null, options?: ReduceOptions): Tensor => reduce("argmax", x, dim, options);
/** Position of the first minimum along dim, or in the flattened tensor; NaN counts as the minimum. */
export const argmin = (x: Tensor, dim?: number | null, options?: ReduceOptions): Tensor => reduce("argmin", x, dim, options);

export interface DimAttrs {
  readonly dim: number;
  readonly keepdim: boolean;
}

/** The extreme along one dim with its position; the gradient goes to that position alone. */
function makeExtremeOp(name: "maxDim" | "minDim"): StructuredOp<DimAttrs> {
  return {
    name,
    infer([x], { dim, keepdim }) {
      const { shape, dtype } = x as Tensor;
      const dims = shape.length === 0 ? [] : [dim];
      checkEmpty(name, shape, dims);
      const reduced = reducedShape(shape, dims, keepdim);
      return [
        { shape: reduced, dtype },
        { shape: reduced, dtype: "int32" },
      ];
    },
    run(device, [x], outputs, { dim }) {
      const input = x as Tensor;
      const dims = input.ndim === 0 ? [] : [dim];
      const [values, indices] = outputs.map((output) => keptView(output, input.shape, dims)) as [View, View];
      device.reduce(name === "maxDim" ? "argmax" : "argmin", asIs(dtypeInfo(input.dtype).scalar), [input], [], [indices, values], dims);
      return true;
    },
  };
}

export const maxDim: StructuredOp<DimAttrs> = makeExtremeOp("maxDim");
export const minDim: StructuredOp<DimAttrs> = makeExtremeOp("minDim");

export interface ValuesAndIndices {
  readonly values: Tensor;
  readonly indices: Tensor;
}

function extreme(op: StructuredOp<DimAttrs>, x: Tensor, dim: number, keepdim: boolean): ValuesAndIndices {
  const [values, indices] = applyOp(op, [x], { dim: normalizeDim(op.name, dim, x.ndim), keepdim });
  return { values: values as Tensor, indices: indices as Tensor };
}

/** The maximum of all elements; along a dim with its positions; or element by element with another tensor. */
export function max(x: Tensor): Tensor;
export function max(x: Tensor, other: Tensor): Tensor;
export function max(x: Tensor, dim: number, options?: ReduceOptions): ValuesAndIndices;
export function max(x: Tensor, dim?: number | Tensor, { keepdim = false }: ReduceOptions = {}): Tensor | ValuesAndIndices {
  if (dim === undefined) return amax(x);
  return typeof dim === "number" ? extreme(maxDim, x, dim, keepdim) : pw.maximum(x, dim);
}

/** The minimum of all elements; along a dim with its positions; or element by element with another tensor. */
export function min(x: Tensor): Tensor;
export function min(x: Tensor, other: Tensor): Tensor;
export function min(x: Tensor, dim: number, options?: ReduceOptions): ValuesAndIndices;
export function min(x: Tensor, dim?: number | Tensor, { keepdim = false }: ReduceOptions = {}): Tensor | ValuesAndIndices {
  if (dim === undefined) return amin(x);
  return typeof dim === "number" ? extreme(minDim, x, dim, keepdim) : pw.minimum(x, dim);
}
