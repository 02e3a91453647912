// Joining tensors of few dims, as rows, columns, layers, blocks and tuples.
import { promoteTypes } from "../dtype.ts";
import { formatShape, IndexError, ShapeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import type { Tensor } from "../tensor.ts";
import { toDType } from "./copy.ts";
import { fromArray } from "./creation.ts";
import { indexSelect } from "./gather.ts";
import { cat, stack } from "./join.ts";
import { ravel, unsqueeze, view } from "./movement.ts";
import { pad } from "./pad.ts";
import { meshgrid } from "./repeat.ts";

/** x with at least one dim: [] becomes [1]. */
export const atleast1d = (x: Tensor): Tensor => (x.ndim >= 1 ? x : view(x, [1]));
/** x with at least two dims: [N] becomes [1, N]. */
export const atleast2d = (x: Tensor): Tensor => (x.ndim >= 2 ? x : unsqueeze(atleast1d(x), 0));
/** x with at least three dims: [N] becomes [1, N, 1], [M, N] becomes [M, N, 1]. */
export const atleast3d = (x: Tensor): Tensor => (x.ndim >= 3 ? x : unsqueeze(atleast2d(x), -1));

/** Side by side: along dim 1, vectors along dim 0. */
export const hstack = (tensors: readonly Tensor[]): Tensor =>
  scope(() => {
    const rows = tensors.map(atleast1d);
    return cat(rows, rows[0]?.ndim === 1 ? 0 : 1);
  });

/** One above the other: along dim 0, vectors as rows. */
export const vstack = (tensors: readonly Tensor[]): Tensor => scope(() => cat(tensors.map(atleast2d)));

/** One behind the other: along dim 2. */
export const dstack = (tensors: readonly Tensor[]): Tensor => scope(() => cat(tensors.map(atleast3d), 2));

/** As hstack, with vectors as columns. */
export const columnStack = (tensors: readonly Tensor[]): Tensor =>
  scope(() =>
    cat(
      tensors.map((x) => (x.ndim <= 1 ? view(x, [x.numel, 1]) : x)),
      1,
    ),
  );

/** Matrices along the diagonal of one that is zero elsewhere; numbers and vectors count as rows. */
export function blockDiag(tensors: readonly Tensor[]): Tensor {
  const tooMany = tensors.find((x) => x.ndim > 2);
  if (tooMany) throw new ShapeError("blockDiag", `expected at most 2 dims (got ${formatShape(tooMany.shape)})`);
  if (tensors.length === 0) throw new ShapeError("blockDiag", "expected at least one tensor (got an empty list)");
  const dtype = tensors.map((x) => x.dtype).reduce(promoteTypes);
  return scope(() => {
    const blocks = tensors.map((x) => toDType(atleast2d(x), dtype));
    const width = blocks.reduce((sum, block) => sum + (block.shape[1] as number), 0);
    let left = 0;
    return cat(
      blocks.map((block) => {
        const columns = block.shape[1] as number;
        const row = pad(block, [left, width - left - columns]);
        left += columns;
        return row;
      }),
    );
  });
}

/** Every tuple with one element of each vector, as rows, the last one changing fastest; one vector stays as it is. */
export function cartesianProd(tensors: readonly Tensor[]): Tensor {
  const wrong = tensors.find((x) => x.ndim !== 1);
  if (wrong) throw new ShapeError("cartesianProd", `expected vectors (got ${formatShape(wrong.shape)})`);
  const [first] = tensors;
  if (!first) throw new ShapeError("cartesianProd", "expected at least one tensor (got an empty list)");
  return scope(() => (tensors.length === 1 ? ravel(first) : stack(meshgrid(tensors).map(ravel), 1)));
}

/** Sorted tuples of r positions below n. */
function choices(n: number, r: number, withReplacement: boolean): number[] {
  const out: number[] = [];
  const tuple: number[] = [];
  const extend = (from: number): void => {
    if (tuple.length === r) out.push(...tuple);
    else
      for (let i = from; i < n; i++) {
        tuple.push(i);
        extend(withReplacement ? i : i + 1);
        tuple.pop();
      }
  };
  extend(0);
  return out;
}

export interface CombinationsOptions {
  /** Length of each tuple. Default: 2. */
  r?: number;
  /** Whether an element may be chosen several times. Default: false. */
  withReplacement?: boolean;
}

/** All choices of r elements of a vector, in its order, as rows. */
export function combinations(x: Tensor, { r = 2, withReplacement = false }: CombinationsOptions = {}): Tensor {
  if (x.ndim !== 1) throw new ShapeError("combinations", `expected a vector (got ${formatShape(x.shape)})`);
  if (!Number.isInteger(r) || r < 0) throw new IndexError("combinations", `r must be a whole number ≥ 0 (got ${r})`);
  if (r === 0) return x.newZeros([0]);
  return scope(() => {
    const picked = Int32Array.from(choices(x.numel, r, withReplacement));
    return view(indexSelect(x, 0, fromArray(picked, [picked.length], "int32", { device: x.device })), [picked.length / r, r]);
  });
}
