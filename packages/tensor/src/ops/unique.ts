// Distinct values. Host algorithms: the shapes depend on the values, so the results are promises.
import { type DType, dtypes, type TypedArray } from "../dtype.ts";
import { scope } from "../lifetime.ts";
import { normalizeDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { fromArray } from "./creation.ts";
import { movedim, ravel, reshape } from "./movement.ts";

export interface UniqueOptions {
  /** Also give, for each element (or each position along dim), which of the values it is. Default: false. */
  returnInverse?: boolean;
  /** Also give how often each value occurs. Default: false. */
  returnCounts?: boolean;
  /** Compare whole slices along this dim; null compares elements. Default: null. */
  dim?: number | null;
}

/** The values alone, or with what was asked for besides. */
export type UniqueResult<Options extends UniqueOptions> = Options extends { returnInverse: true } | { returnCounts: true }
  ? { readonly values: Tensor } & (Options extends { returnInverse: true } ? { readonly inverse: Tensor } : unknown) &
      (Options extends { returnCounts: true } ? { readonly counts: Tensor } : unknown)
  : Tensor;

interface Rows {
  readonly data: TypedArray;
  readonly count: number;
  readonly width: number;
}

const rowsOf = (x: Tensor, dim: number | null): Tensor => {
  if (dim === null) return reshape(ravel(x), [x.numel, 1]);
  if (x.ndim === 0) return reshape(x, [1, 1]);
  const first = movedim(x, dim, 0);
  const count = first.shape[0] as number;
  return reshape(first, [count, count === 0 ? 0 : first.numel / count]);
};

/** Order of two rows; NaN comes last and equals nothing. */
function compareRows({ data, width }: Rows, a: number, b: number): number {
  for (let k = 0; k < width; k++) {
    const [p, q] = [data[a * width + k] as number, data[b * width + k] as number];
    if (p === q) continue;
    if (Number.isNaN(p)) return 1;
    return Number.isNaN(q) || p < q ? -1 : 1;
  }
  return 0;
}

/** Groups neighbours in `order` that are equal. */
function group(rows: Rows, order: readonly number[]): { firsts: number[]; inverse: Int32Array; counts: number[] } {
  const [firsts, counts]: [number[], number[]] = [[], []];
  const inverse = new Int32Array(rows.count);
  order.forEach((row, i) => {
    const isNew = i === 0 || compareRows(rows, order[i - 1] as number, row) !== 0;
    if (isNew) {
      firsts.push(row);
      counts.push(0);
    }
    counts[counts.length - 1] = (counts.at(-1) as number) + 1;
    inverse[row] = firsts.length - 1;
  });
  return { firsts, inverse, counts };
}

function pickRows({ data, width }: Rows, rows: readonly number[], dtype: DType): TypedArray {
  const out = new dtypes[dtype].array(rows.length * width);
  rows.forEach((row, i) => {
    out.set(data.subarray(row * width, (row + 1) * width), i * width);
  });
  return out;
}

async function distinct(op: string, x: Tensor, sorted: boolean, options: UniqueOptions): Promise<Tensor | object> {
  const { returnInverse = false, returnCounts = false } = options;
  const dim = options.dim === null || options.dim === undefined ? null : normalizeDim(op, options.dim, x.ndim);
  const { device, dtype, shape } = x;
  const source = scope(() => rowsOf(x.detach(), dim));
  const [count, width] = source.shape as [number, number];
  const rows: Rows = { data: await source.data(), count, width };
  const order = Array.from({ length: count }, (_, row) => row);
  if (sorted) order.sort((a, b) => compareRows(rows, a, b));
  const { firsts, inverse, counts } = group(rows, order);
  return scope(() => {
    const flat = fromArray(pickRows(rows, firsts, dtype), [firsts.length, width], dtype, { device });
    const along = dim === null || shape.length === 0 ? null : dim;
    const values =
      along === null
        ? reshape(flat, [firsts.length])
        : movedim(reshape(flat, [firsts.length, ...shape.filter((_, d) => d !== along)]), 0, along);
    if (!returnInverse && !returnCounts) return values;
    return {
      values,
      ...(returnInverse && { inverse: fromArray(inverse, along === null ? shape : [count], "int32", { device }) }),
      ...(returnCounts && { counts: fromArray(Int32Array.from(counts), [counts.length], "int32", { device }) }),
    };
  });
}

/**
 * The distinct elements in ascending order, or the distinct slices along dim in lexicographic order. NaN equals nothing.
 *
 * @example
 * const { values, counts } = await unique(x, { returnCounts: true });
 */
export const unique = <const Options extends UniqueOptions>(x: Tensor, options?: Options): Promise<UniqueResult<Options>> =>
  distinct("unique", x, true, options ?? {}) as Promise<UniqueResult<Options>>;

/** As unique, in the given order: only equal neighbours become one. */
export const uniqueConsecutive = <const Options extends UniqueOptions>(x: Tensor, options?: Options): Promise<UniqueResult<Options>> =>
  distinct("uniqueConsecutive", x, false, options ?? {}) as Promise<UniqueResult<Options>>;
