// Counting, and how variables vary together.
import { isFloat } from "../dtype.ts";
import { DTypeError, formatShape, IndexError, ShapeError } from "../errors.ts";
import { and, cast, div, floor, ge, max as larger, le, mul, select, min as smaller, sub } from "../formula/build.ts";
import { scope } from "../lifetime.ts";
import type { Tensor } from "../tensor.ts";
import { scatterAdd } from "./gather.ts";
import { matmul } from "./matmul.ts";
import { narrow, ravel, reshape, transpose, unsqueeze } from "./movement.ts";
import { pointwise, pointwiseFunctions as pw } from "./pointwise.ts";
import { amax, amin, mean, sum } from "./reduce.ts";

/** How often each of 0, 1, 2 … occurs in a vector, or the sum of the weights that stand beside it. Its length follows from the values: a promise. */
export async function bincount(x: Tensor, weights: Tensor | null = null, { minlength = 0 }: { minlength?: number } = {}): Promise<Tensor> {
  if (x.ndim !== 1 || isFloat(x.dtype) || x.dtype === "bool")
    throw new DTypeError("bincount", `expected a vector of whole numbers (got ${x.dtype} ${formatShape(x.shape)})`);
  if (!(minlength >= 0)) throw new IndexError("bincount", `minlength must be ≥ 0 (got ${minlength})`);
  if (weights && weights.numel !== x.numel)
    throw new ShapeError("bincount", `weights must be as many as values (got ${formatShape(weights.shape)} and ${formatShape(x.shape)})`);
  const data = await x.data();
  let length = minlength;
  for (const value of data) {
    if (value < 0) throw new IndexError("bincount", `values must be ≥ 0 (got ${value})`);
    length = Math.max(length, value + 1);
  }
  return scope(() => {
    const each = weights
      ? isFloat(weights.dtype)
        ? weights.detach()
        : weights.to("float32")
      : x.newFull([x.numel], 1, { dtype: "int32" });
    return scatterAdd(each.newZeros([length]), 0, x, each);
  });
}

/** Which of `bins` equal parts of [low, high] a value lies in; `bins` where it lies in none. */
const binOf = /* @__PURE__ */ pointwise("binOf", (x, low, high, bins) => {
  const at = floor(mul(div(sub(x, low), sub(high, low)), bins));
  return cast(select(and(ge(x, low), le(x, high)), smaller(larger(at, 0), sub(bins, 1)), bins), "int");
});

export interface HistcOptions {
  /** Default: 100. */
  bins?: number;
  /** Ends of the range; where they are equal, those of the data. Default: 0. */
  min?: number;
  max?: number;
}

/** How many elements lie in each of `bins` equal parts of [min, max]; those outside do not count. */
export function histc(x: Tensor, { bins = 100, min = 0, max = 0 }: HistcOptions = {}): Tensor {
  if (!isFloat(x.dtype)) throw new DTypeError("histc", `expected floats (got ${x.dtype}). Convert with .to("float32")`);
  if (!Number.isInteger(bins) || bins < 1) throw new IndexError("histc", `bins must be a whole number ≥ 1 (got ${bins})`);
  if (max < min) throw new IndexError("histc", `max ${max} is below min ${min}`);
  return scope(() => {
    const values = ravel(x.detach());
    if (values.numel === 0) return x.newZeros([bins]);
    const ends = min === max ? [amin(values), amax(values)] : [x.newFull([], min), x.newFull([], max)];
    const [low, high] = ends as [Tensor, Tensor];
    const flat = pw.eq(low, high); // one value alone: a range of 1 to both sides
    const at = binOf(values, pw.where(flat, pw.sub(low, 1), low), pw.where(flat, pw.add(high, 1), high), bins);
    return narrow(scatterAdd(x.newZeros([bins + 1]), 0, at, x.newOnes([values.numel])), 0, 0, bins);
  });
}

export interface CovOptions {
  /** Subtracted from the number of observations. Default: 1. */
  correction?: number;
  /** How often each observation counts: whole numbers. */
  fweights?: Tensor | null;
  /** How much each observation counts. */
  aweights?: Tensor | null;
}

/** Covariances of variables (rows) over observations (columns): [N, M] gives [N, N], [M] a number. */
export function cov(x: Tensor, { correction = 1, fweights = null, aweights = null }: CovOptions = {}): Tensor {
  if (x.ndim > 2) throw new ShapeError("cov", `expected at most 2 dims (got ${formatShape(x.shape)})`);
  if (x.dtype === "bool") throw new DTypeError("cov", "expected numbers (got bool)");
  if (fweights && isFloat(fweights.dtype)) throw new DTypeError("cov", `fweights must be whole numbers (got ${fweights.dtype})`);
  if (aweights && !isFloat(aweights.dtype)) throw new DTypeError("cov", `aweights must be floats (got ${aweights.dtype})`);
  return scope(() => {
    const rows = reshape(isFloat(x.dtype) ? x : x.to("float32"), x.ndim < 2 ? [1, x.numel] : x.shape); // [N, M]
    const observations = rows.shape[1] as number;
    for (const weights of [fweights, aweights]) {
      if (weights && (weights.ndim > 1 || weights.numel !== observations))
        throw new ShapeError("cov", `weights must be [${observations}] (got ${formatShape(weights.shape)})`);
      if (weights?.device.capabilities.syncRead && weights.dataSync().some((weight) => weight < 0))
        throw new IndexError("cov", "weights must be ≥ 0");
    }
    const weights = fweights && aweights ? pw.mul(fweights, aweights) : (fweights ?? aweights);
    const total = weights ? sum(weights) : rows.newFull([], observations);
    const average = weights ? pw.div(sum(pw.mul(rows, weights), 1, { keepdim: true }), total) : mean(rows, 1, { keepdim: true });
    const centred = pw.sub(rows, average);
    const weighted = weights ? pw.mul(centred, weights) : centred;
    const lost = aweights && weights ? pw.div(sum(pw.mul(weights, aweights)), total) : total.newFull([], 1);
    const degrees = pw.clampMin(pw.sub(total, pw.mul(lost, correction)), 0);
    return matrixOrNumber(pw.div(matmul(weighted, transpose(centred, 0, 1)), degrees), x);
  });
}

/** Of one variable a number, as torch. */
const matrixOrNumber = (matrix: Tensor, x: Tensor): Tensor => (x.ndim < 2 || x.shape[0] === 1 ? reshape(matrix, []) : matrix);

/** Pearson's correlations of variables (rows): cov divided by both deviations, limited to [−1, 1]. */
export function corrcoef(x: Tensor): Tensor {
  return scope(() => {
    const covariance = cov(x);
    if (covariance.ndim === 0) return pw.div(covariance, covariance);
    const deviation = pw.sqrt(covariance.diagonal());
    return pw.clamp(pw.div(pw.div(covariance, unsqueeze(deviation, 1)), unsqueeze(deviation, 0)), -1, 1);
  });
}
