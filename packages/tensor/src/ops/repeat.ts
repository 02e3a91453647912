// Copies of a tensor beside each other: an expanded view, written out once.
import { DTypeError, formatShape, IndexError, ShapeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { clone } from "./copy.ts";
import { expand, reshape, view } from "./movement.ts";

const ones = (count: number): number[] => new Array<number>(Math.max(0, count)).fill(1);

function checkCounts(op: string, counts: readonly number[]): void {
  if (counts.some((count) => !Number.isInteger(count) || count < 0)) {
    throw new IndexError(op, `repeats must be whole numbers ≥ 0 (got ${formatShape(counts)})`);
  }
}

/** Both lists have one length. */
function repeatDims(x: Tensor, shape: Shape, counts: readonly number[]): Tensor {
  return scope(() => {
    const apart = reshape(
      x,
      shape.flatMap((size) => [1, size]),
    );
    const all = clone(
      expand(
        apart,
        shape.flatMap((size, d) => [counts[d] as number, size]),
      ),
    );
    return view(
      all,
      shape.map((size, d) => size * (counts[d] as number)),
    );
  });
}

/** x repeated along each dim; as many counts as dims, or more for new dims in front. Always a copy. */
export function repeat(x: Tensor, ...sizes: number[] | [readonly number[]]): Tensor {
  const counts = sizes.flat() as number[];
  checkCounts("repeat", counts);
  if (counts.length < x.ndim)
    throw new ShapeError("repeat", `${counts.length} counts are too few for ${x.ndim} dims (got ${formatShape(x.shape)})`);
  return repeatDims(x, [...ones(counts.length - x.ndim), ...x.shape], counts);
}

/** As repeat, with missing counts taken as 1 in front. */
export function tile(x: Tensor, ...sizes: number[] | [readonly number[]]): Tensor {
  const counts = sizes.flat() as number[];
  return repeat(x, [...ones(x.ndim - counts.length), ...counts]);
}

/** Coordinates of a grid as views: vectors of lengths A, B, … give tensors [A, B, …], or [B, A, …] with indexing "xy". */
export function meshgrid(tensors: readonly Tensor[], { indexing = "ij" }: { indexing?: "ij" | "xy" } = {}): Tensor[] {
  const [first] = tensors;
  if (!first) throw new ShapeError("meshgrid", "expected at least one tensor (got an empty list)");
  for (const { ndim, dtype, shape } of tensors) {
    if (ndim > 1) throw new ShapeError("meshgrid", `expected vectors (got ${formatShape(shape)})`);
    if (dtype !== first.dtype) throw new DTypeError("meshgrid", `all dtypes must agree (got ${first.dtype} and ${dtype})`);
  }
  const order = tensors.map((_, d) => (indexing === "xy" && tensors.length > 1 && d < 2 ? 1 - d : d)); // which dim a tensor runs along
  const shape = order.map((d) => tensors[d]?.numel as number);
  return tensors.map((x, i) =>
    expand(
      view(
        x,
        order.map((_, d) => (d === order[i] ? x.numel : 1)),
      ),
      shape,
    ),
  );
}
