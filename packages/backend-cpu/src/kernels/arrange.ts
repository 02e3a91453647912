// In which order a reduction walks the dims, so that memory streams by and the inner loop is long.
import type { View } from "@gradkit/tensor/backend";

/** Rows shorter than this are not worth an inner loop of their own if columns can be had. */
const shortestRow = 16;

/** Long dims in the order in which rows walk them: kept ones, then reduced ones, an inner loop along the row. */
export interface Arrangement {
  readonly kept: readonly number[];
  readonly reduced: readonly number[];
  /** How far apart neighbours along a dim lie. */
  readonly spread: readonly number[];
}

/** Positions keep the reduced dims in their own order. */
export function arrange(shape: readonly number[], inputs: readonly View[], dims: readonly number[], isArg: boolean): Arrangement {
  const spread = shape.map((_, d) => inputs.reduce((sum, { strides }) => sum + Math.abs(strides[d] as number), 0));
  const fallingSpread = (a: number, b: number): number => (spread[b] as number) - (spread[a] as number);
  const long = shape.map((_, d) => d).filter((d) => shape[d] !== 1);
  const kept = long.filter((d) => !dims.includes(d)).sort(fallingSpread);
  const reduced = long.filter((d) => dims.includes(d));
  if (reduced.length === 0) reduced.push(...dims.slice(0, 1)); // the inner loop has to be a reduced one, be its size 1
  if (!isArg) reduced.sort(fallingSpread);
  return { kept, reduced, spread };
}

/** The order of columns, where they are better than rows: kept dims, reduced ones, and inside them the kept dims that are closest together in memory. */
export function arrangeColumns(
  { kept, reduced, spread }: Arrangement,
  shape: readonly number[],
  operands: readonly View[],
): readonly number[] | null {
  const [lastKept, lastReduced] = [kept.at(-1), reduced.at(-1)];
  if (lastKept === undefined || lastReduced === undefined) return null;
  const keptInside = (spread[lastKept] as number) < (spread[lastReduced] as number);
  const rowLength = reduced.slice(mergeableFrom(reduced, shape, operands)).reduce((n, d) => n * (shape[d] as number), 1);
  if (!keptInside && rowLength >= shortestRow) return null;
  const from = mergeableFrom(kept, shape, operands);
  return [...kept.slice(0, from), ...reduced, ...kept.slice(from)];
}

/** From which of these dims on all merge into one. */
function mergeableFrom(order: readonly number[], shape: readonly number[], operands: readonly View[]): number {
  let from = order.length - 1;
  while (from > 0) {
    const [outer, inside] = [order[from - 1] as number, order[from] as number];
    if (!operands.every(({ strides }) => strides[outer] === (strides[inside] as number) * (shape[inside] as number))) break;
    from--;
  }
  return from;
}
