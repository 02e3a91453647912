// In which order a reduction walks the dims, so that memory streams by and the inner loop is long.
import type { View } from "@gradkit/tensor/backend";

/** Rows shorter than this are not worth an inner loop of their own if columns can be had. */
const shortestRow = 16;
/**
 * The order in which the dims are walked. Rows: kept dims, then reduced ones, an inner loop along the row. Columns: kept dims, reduced ones, and
 * inside them the kept dims that are closest together in memory. Positions keep the reduced dims in their own order.
 */
export function arrange(
  shape: readonly number[],
  inputs: readonly View[],
  operands: readonly View[],
  dims: readonly number[],
  isArg: boolean,
  mayUseColumns: boolean,
): { order: number[]; columns: boolean } {
  const spread = shape.map((_, d) => inputs.reduce((sum, { strides }) => sum + Math.abs(strides[d] as number), 0));
  const fallingSpread = (a: number, b: number): number => (spread[b] as number) - (spread[a] as number);
  const long = shape.map((_, d) => d).filter((d) => shape[d] !== 1);
  const kept = long.filter((d) => !dims.includes(d)).sort(fallingSpread);
  const reduced = long.filter((d) => dims.includes(d));
  if (reduced.length === 0) reduced.push(...dims.slice(0, 1)); // the inner loop has to be a reduced one, be its size 1
  if (isArg) return { order: [...kept, ...reduced], columns: false };
  reduced.sort(fallingSpread);

  const [lastKept, lastReduced] = [kept.at(-1), reduced.at(-1)];
  if (lastKept === undefined || lastReduced === undefined || !mayUseColumns) return { order: [...kept, ...reduced], columns: false };
  const keptInside = (spread[lastKept] as number) < (spread[lastReduced] as number);
  const rowLength = reduced.slice(mergeableFrom(reduced, shape, operands)).reduce((n, d) => n * (shape[d] as number), 1);
  if (!keptInside && rowLength >= shortestRow) return { order: [...kept, ...reduced], columns: false };
  const from = mergeableFrom(kept, shape, operands);
  return { order: [...kept.slice(0, from), ...reduced, ...kept.slice(from)], columns: true };
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
