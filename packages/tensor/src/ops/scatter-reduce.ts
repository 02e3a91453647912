// Scattering by sums, means, products and extremes.
import { type DType, isFloat } from "../dtype.ts";
import { DTypeError, formatShape, IndexError, ShapeError } from "../errors.ts";
import { needsGrad } from "../grad-mode.ts";
import { scope } from "../lifetime.ts";
import { normalizeDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { toDType } from "./copy.ts";
import { applyOp, type StructuredOp } from "./dispatch.ts";
import { alongDim, checkedIndex, checkFits, gatherOp, type ScatterAttrs, scatterOp } from "./gather.ts";
import { expand, narrow, reshape, view } from "./movement.ts";
import { pointwiseFunctions as pw } from "./pointwise.ts";
import type { Vjp } from "./vjp.ts";

const gatherAlong = (x: Tensor, dim: number, index: Tensor): Tensor => applyOp(gatherOp, [x, index], { dim })[0] as Tensor;
const scatterAlong = (mode: ScatterAttrs["mode"], x: Tensor, dim: number, index: Tensor, src: Tensor): Tensor =>
  applyOp(scatterOp, [x, index, src], { dim, mode })[0] as Tensor;
const spread = (x: Tensor, value: number, index: Tensor): Tensor => expand(x.newFull([], value), index.shape);

export interface ScatterProdAttrs {
  readonly dim: number;
}

function ofSource(g: Tensor, x: Tensor, index: Tensor, src: Tensor, dim: number): Tensor {
  const isZero = pw.eq(src, 0);
  const zeros = gatherAlong(scatterAlong("add", x.newZeros(x.shape, { dtype: "int32" }), dim, index, toDType(isZero, "int32")), dim, index);
  const isOnlyZero = pw.logicalAnd(isZero, pw.eq(zeros, 1));
  const others = scatterProd(x, dim, index, pw.where(isOnlyZero, 1, src));
  const ofAll = gatherAlong(pw.mul(g, scatterProd(x, dim, index, src)), dim, index);
  return pw.where(isOnlyZero, gatherAlong(pw.mul(g, others), dim, index), pw.div(ofAll, pw.where(isZero, 1, src)));
}

function ofSelf(g: Tensor, x: Tensor, index: Tensor, src: Tensor, dim: number): Tensor {
  const withoutZeros = pw.where(pw.eq(x, 0), 1, x);
  return pw.div(pw.mul(g, scatterProd(withoutZeros, dim, index, src)), withoutZeros);
}

/** As torch's scatter_reduce_backward: products of all factors but one, with single zeros left out before dividing. */
const vjp: Vjp<ScatterProdAttrs> = {
  reads: [{ inputs: [0, 1, 2] }, {}, { inputs: [0, 1, 2] }],
  gradients(g, { attrs: { dim }, wants, input }) {
    const [x, index, src] = [input(0), input(1), input(2)];
    return [wants(0) ? ofSelf(g, x, index, src, dim) : null, null, wants(2) ? ofSource(g, x, index, src, dim) : null];
  },
};

/** x with each element multiplied by the sources that the index sends there; src has the shape of the index. */
export const scatterProdOp: StructuredOp<ScatterProdAttrs> = {
  name: "scatterProd",
  vjp,
  infer: (inputs, { dim }) => scatterOp.infer(inputs, { dim, mode: "mul" }),
  run: (device, inputs, outputs, { dim }) => scatterOp.run?.(device, inputs, outputs, { dim, mode: "mul" }) ?? false,
};

const scatterProd = (x: Tensor, dim: number, index: Tensor, src: Tensor): Tensor =>
  applyOp(scatterProdOp, [x, index, src], { dim })[0] as Tensor;

export type Reduction = "sum" | "prod" | "mean" | "amax" | "amin";

const largest: Readonly<Record<DType, number>> = {
  float64: Infinity, float32: Infinity, float16: Infinity, int32: 0x7fff_ffff, uint8: 255, bool: 1,
}; // biome-ignore format: a table
const smallest: Readonly<Record<DType, number>> = {
  float64: -Infinity, float32: -Infinity, float16: -Infinity, int32: -0x8000_0000, uint8: 0, bool: 0,
}; // biome-ignore format: a table

/** What leaves the other operand as it is. */
const neutral: Readonly<Record<Reduction, (dtype: DType) => number>> = {
  sum: () => 0,
  mean: () => 0,
  prod: () => 1,
  amax: (dtype) => smallest[dtype],
  amin: (dtype) => largest[dtype],
};

function mean(base: Tensor, dim: number, index: Tensor, src: Tensor, includeSelf: boolean): Tensor {
  const counted = base.newFull(base.shape, Number(includeSelf));
  const count = pw.clampMin(scatterAlong("add", counted, dim, index, spread(base, 1, index)), 1);
  const total = scatterAlong("add", base, dim, index, src);
  return isFloat(base.dtype) ? pw.div(total, count) : pw.floorDivide(total, count);
}

/** Value by the kernel; gradients shared evenly among all that equal the extreme, as torch. */
function extreme(mode: "max" | "min", base: Tensor, dim: number, index: Tensor, src: Tensor): Tensor {
  const value = scatterAlong(mode, base.detach(), dim, index, src.detach());
  if (!needsGrad([base, src])) return value;
  const isValue = pw.eq(base.detach(), value);
  const isSource = pw.eq(src.detach(), gatherAlong(value, dim, index));
  const count = scatterAlong("add", toDType(isValue, base.dtype), dim, index, toDType(isSource, base.dtype));
  const shares = pw.where(isSource, pw.div(src, gatherAlong(count, dim, index)), 0);
  const total = scatterAlong("add", pw.where(isValue, pw.div(base, count), 0), dim, index, shares);
  return pw.where(pw.isfinite(value), pw.add(value, pw.sub(total, total.detach())), value); // the value, with the gradient of `total`
}

export interface ScatterReduceOptions {
  /** Whether what is there takes part. Default: true. */
  includeSelf?: boolean;
}

function reduceInto(x: Tensor, dim: number, index: Tensor, src: Tensor, reduce: Reduction, includeSelf: boolean): Tensor {
  if (x.dtype === "bool") {
    const [base, values] = [toDType(x, "int32"), toDType(src, "int32")];
    return pw.ne(reduceInto(base, dim, index, values, reduce, includeSelf), 0);
  }
  const base = includeSelf ? x : scatterAlong("set", x, dim, index, spread(x, neutral[reduce](x.dtype), index));
  if (reduce === "sum") return scatterAlong("add", base, dim, index, src);
  if (reduce === "mean") return mean(base, dim, index, src, includeSelf);
  if (reduce === "prod") return scatterProd(base, dim, index, src);
  return extreme(reduce === "amax" ? "max" : "min", base, dim, index, src);
}

function checked(op: string, x: Tensor, src: Tensor, reduce: Reduction): void {
  if (!Object.hasOwn(neutral, reduce))
    throw new IndexError(op, `no reduction ${JSON.stringify(reduce)}. Use "sum", "prod", "mean", "amax" or "amin"`);
  if (src.dtype !== x.dtype) throw new DTypeError(op, `src is ${src.dtype}, the tensor ${x.dtype}. Convert one with .to(…)`);
}

/** A copy of x in which out[i, index[i, j, k], k] is reduced with src[i, j, k] for dim = 1: sum, prod, mean, amax or amin. */
export function scatterReduce(
  x: Tensor,
  dim: number,
  index: Tensor,
  src: Tensor,
  reduce: Reduction,
  { includeSelf = true }: ScatterReduceOptions = {},
): Tensor {
  checked("scatterReduce", x, src, reduce);
  return scope(() => {
    const d = normalizeDim("scatterReduce", dim, x.ndim);
    if (x.ndim === 0) {
      const vector = (t: Tensor): Tensor => reshape(t, [t.numel]);
      return view(scatterReduce(vector(x), 0, vector(index), vector(src), reduce, { includeSelf }), []);
    }
    checkFits("scatterReduce", index.shape, x.shape, d);
    if (src.ndim !== x.ndim || index.shape.some((size, i) => size > (src.shape[i] as number)))
      throw new ShapeError("scatterReduce", `src ${formatShape(src.shape)} is smaller than the indices ${formatShape(index.shape)}`);
    const used = index.shape.reduce((part, size, i) => (size === part.shape[i] ? part : narrow(part, i, 0, size)), src);
    return reduceInto(x, d, checkedIndex("scatterReduce", index, x.shape[d] as number), used, reduce, includeSelf);
  });
}

/** A copy of x with the rows along dim that a vector of indices names reduced with those of source: prod, mean, amax or amin. */
export function indexReduce(
  x: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  reduce: Exclude<Reduction, "sum">,
  { includeSelf = true }: ScatterReduceOptions = {},
): Tensor {
  checked("indexReduce", x, source, reduce);
  return scope(() => {
    const d = normalizeDim("indexReduce", dim, x.ndim);
    if (x.ndim === 0) return view(indexReduce(view(x, [1]), 0, index, reshape(source, [1]), reduce, { includeSelf }), []);
    const at = checkedIndex("indexReduce", view(index, [index.numel]), x.shape[d] as number);
    const expected = x.shape.map((size, i) => (i === d ? at.numel : size));
    if (formatShape(source.shape) !== formatShape(expected))
      throw new ShapeError("indexReduce", `source must be ${formatShape(expected)} (got ${formatShape(source.shape)})`);
    return reduceInto(x, d, alongDim(at, x.shape, d), source, reduce, includeSelf);
  });
}
