// What is read off a sorted tensor: medians, quantiles, k-th values, modes.
import { isFloat } from "../dtype.ts";
import { DTypeError, formatShape, IndexError, ShapeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import { normalizeDim } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { arange } from "./creation.ts";
import { applyOp } from "./dispatch.ts";
import { gatherOp } from "./gather.ts";
import { cat } from "./join.ts";
import { narrow, ravel, reshape, squeeze } from "./movement.ts";
import { pointwiseFunctions as pw } from "./pointwise.ts";
import { amax, argmax, type ReduceOptions, sum, type ValuesAndIndices } from "./reduce.ts";
import { cummax } from "./scan.ts";
import { sort } from "./sort.ts";

const lengthAlong = (op: string, x: Tensor, dim: number): number => {
  const size = x.shape[dim] ?? 1;
  if (size === 0) throw new ShapeError(op, `dim ${dim} of ${formatShape(x.shape)} is empty`);
  return size;
};

/** The elements at one position a row of sorted values, and where they stood. `position` has size 1 along dim. */
function pick({ values, indices }: ValuesAndIndices, dim: number, position: Tensor, keepdim: boolean): ValuesAndIndices {
  const at = (x: Tensor): Tensor => {
    if (x.ndim === 0) return x;
    const [found] = applyOp(gatherOp, [x, position], { dim }) as [Tensor];
    return keepdim ? found : squeeze(found, dim);
  };
  return { values: at(values), indices: at(indices) };
}

const columnOf = (x: Tensor, dim: number, value: number): Tensor =>
  x.newFull(
    x.shape.map((size, d) => (d === dim ? 1 : size)),
    value,
    { dtype: "int32" },
  );

/** How many numbers, not NaN, stand along dim. */
const numbersAlong = (x: Tensor, dim: number): Tensor => sum(pw.logicalNot(pw.isnan(x.detach())), dim, { keepdim: true });

function medianAlong(op: string, x: Tensor, dim: number, keepdim: boolean, skipNan: boolean): ValuesAndIndices {
  return scope(() => {
    const d = normalizeDim(op, dim, x.ndim);
    const size = lengthAlong(op, x, d);
    const sorted = sort(x, d);
    const middle = columnOf(x, d, (size - 1) >> 1);
    if (!isFloat(x.dtype)) return pick(sorted, d, middle, keepdim);
    const count = numbersAlong(x, d);
    const position = skipNan ? pw.clampMin(pw.floorDivide(pw.sub(count, 1), 2), 0) : pw.where(pw.lt(count, size), count, middle); // the first NaN, if there is one
    return pick(sorted, d, position, keepdim);
  });
}

/** Of all elements; the gradient is shared evenly among equals. */
function medianOfAll(op: string, x: Tensor, skipNan: boolean): Tensor {
  return scope(() => {
    if (x.numel === 0) return isFloat(x.dtype) ? pw.add(sum(x), Number.NaN) : x.newFull([], 0);
    const { values } = medianAlong(op, ravel(x.detach()), 0, false, skipNan);
    if (!isFloat(x.dtype)) return values;
    const same = pw.logicalOr(pw.eq(x.detach(), values), pw.logicalAnd(pw.isnan(x.detach()), pw.isnan(values)));
    return amax(pw.where(same, x, Number.NEGATIVE_INFINITY));
  });
}

/** The lower of the middle elements, of all or along dim with positions. NaN wins. */
export function median(x: Tensor): Tensor;
export function median(x: Tensor, dim: number, options?: ReduceOptions): ValuesAndIndices;
export function median(x: Tensor, dim?: number | null, { keepdim = false }: ReduceOptions = {}): Tensor | ValuesAndIndices {
  return typeof dim === "number" ? medianAlong("median", x, dim, keepdim, false) : medianOfAll("median", x, false);
}

/** As median, of the elements that are not NaN. */
export function nanmedian(x: Tensor): Tensor;
export function nanmedian(x: Tensor, dim: number, options?: ReduceOptions): ValuesAndIndices;
export function nanmedian(x: Tensor, dim?: number | null, { keepdim = false }: ReduceOptions = {}): Tensor | ValuesAndIndices {
  return typeof dim === "number" ? medianAlong("nanmedian", x, dim, keepdim, true) : medianOfAll("nanmedian", x, true);
}

/** The k-th smallest element along dim, counted from 1, with its position. NaN counts as the largest. */
export function kthvalue(x: Tensor, k: number, dim = -1, { keepdim = false }: ReduceOptions = {}): ValuesAndIndices {
  const d = normalizeDim("kthvalue", dim, x.ndim);
  const size = x.shape[d] ?? 1;
  if (!Number.isInteger(k) || k < 1 || k > size)
    throw new IndexError("kthvalue", `k = ${k} is out of range for dim ${d} of size ${size} (got ${formatShape(x.shape)})`);
  return scope(() => pick(sort(x, d), d, columnOf(x, d, k - 1), keepdim));
}

/** Sorted along dim 0. */
export const msort = (x: Tensor): Tensor => scope(() => sort(x, 0).values);

/** The most frequent value along dim, the smallest of several, and where it stood last. */
export function mode(x: Tensor, dim = -1, { keepdim = false }: ReduceOptions = {}): ValuesAndIndices {
  const d = normalizeDim("mode", dim, x.ndim);
  const size = lengthAlong("mode", x, d);
  if (x.ndim === 0) return kthvalue(x, 1, 0, { keepdim });
  return scope(() => {
    const sorted = sort(x, d);
    const values = sorted.values.detach();
    const at = reshape(
      arange(size, { device: x.device }),
      x.shape.map((_, i) => (i === d ? size : 1)),
    );
    const changes = pw.ne(narrow(values, d, 0, size - 1), narrow(values, d, 1, size - 1));
    const edge = columnOf(x, d, 1).ne(0);
    const starts = cummax(pw.where(cat([edge, changes], d), at, 0), d).values;
    const lengths = pw.where(cat([changes, edge], d), pw.sub(at, starts), -1); // of runs, less one, at their ends
    return pick(sorted, d, argmax(lengths, d, { keepdim: true }), keepdim);
  });
}

export type Interpolation = "linear" | "lower" | "higher" | "midpoint" | "nearest";

export interface QuantileOptions extends ReduceOptions {
  /** What is taken between two elements. Default: "linear". */
  interpolation?: Interpolation;
}

/** Positions among sorted elements that may lie between two of them → the positions on both sides, and the weight of the upper one. */
function between(rank: Tensor, interpolation: Interpolation): { below: Tensor; above: Tensor; weight: Tensor | number } {
  const down = pw.floor(rank);
  const up = pw.ceil(rank);
  if (interpolation === "linear") return { below: down, above: up, weight: pw.sub(rank, down) };
  if (interpolation === "midpoint") return { below: down, above: up, weight: 0.5 };
  const at = { lower: () => down, higher: () => up, nearest: () => pw.round(rank) }[interpolation]?.();
  if (at) return { below: at, above: at, weight: 0 };
  throw new IndexError(
    "quantile",
    `no interpolation ${JSON.stringify(interpolation)}. Use "linear", "lower", "higher", "midpoint" or "nearest"`,
  );
}

function checkQuantile(op: string, x: Tensor, q: number | Tensor): void {
  if (!isFloat(x.dtype)) throw new DTypeError(op, `expected floats (got ${x.dtype}). Convert with .to("float32")`);
  if (x.numel === 0) throw new ShapeError(op, `expected at least one element (got ${formatShape(x.shape)})`);
  if (typeof q === "number") {
    if (!(q >= 0 && q <= 1)) throw new IndexError(op, `q = ${q} is not between 0 and 1`);
    return;
  }
  if (q.ndim > 1) throw new ShapeError(op, `q must be a number or a vector (got ${formatShape(q.shape)})`);
  if (q.dtype !== x.dtype) throw new DTypeError(op, `q is ${q.dtype}, the tensor ${x.dtype}. Convert one with .to(…)`);
  if (q.device.capabilities.syncRead && q.dataSync().some((at) => !(at >= 0 && at <= 1)))
    throw new IndexError(op, "q must be between 0 and 1");
}

function quantiles(
  op: string,
  x: Tensor,
  q: number | Tensor,
  dim: number | null,
  { keepdim = false, interpolation = "linear" }: QuantileOptions,
  skipNan: boolean,
): Tensor {
  checkQuantile(op, x, q);
  return scope(() => {
    const d = normalizeDim(op, dim ?? 0, x.ndim);
    const rows = dim === null || x.ndim === 0 ? ravel(x) : x.movedim(d, -1); // [..., n]
    const size = rows.shape.at(-1) as number;
    const { values } = sort(rows, -1);
    const count = numbersAlong(rows, -1); // [..., 1]
    const levels = q instanceof Tensor ? ravel(q) : x.newFull([1], q); // [Q]
    const scaled = (last: Tensor | number): Tensor => pw.mul(levels, last);
    const rank = skipNan ? pw.clampMin(scaled(pw.sub(count, 1)), 0) : pw.where(pw.lt(count, size), size - 1, scaled(size - 1)); // [..., Q]; where there is a NaN it stands last
    const { below, above, weight } = between(rank, interpolation);
    const at = (position: Tensor): Tensor =>
      applyOp(gatherOp, [values, position.detach().to("int32")], { dim: values.ndim - 1 })[0] as Tensor;
    const found = pw.lerp(at(below), at(above), weight).movedim(-1, 0); // [Q, ...]
    const lead = q instanceof Tensor && q.ndim === 1 ? [q.numel] : [];
    if (!keepdim) return reshape(found, [...lead, ...found.shape.slice(1)]);
    const kept = x.shape.map((length, i) => (dim === null || i === d ? 1 : length));
    return reshape(found, [...lead, ...kept]);
  });
}

/** The value below which a part q (0 … 1) of the elements lies, along dim or of all; a vector of q adds a dim in front. NaN wins. */
export const quantile = (x: Tensor, q: number | Tensor, dim: number | null = null, options: QuantileOptions = {}): Tensor =>
  quantiles("quantile", x, q, dim, options, false);
/** As quantile, of the elements that are not NaN. */
export const nanquantile = (x: Tensor, q: number | Tensor, dim: number | null = null, options: QuantileOptions = {}): Tensor =>
  quantiles("nanquantile", x, q, dim, options, true);
