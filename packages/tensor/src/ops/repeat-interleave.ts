// Each element several times in a row.
import { isFloat } from "../dtype.ts";
import { DTypeError, formatShape, IndexError, ShapeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import { normalizeDim } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { clone } from "./copy.ts";
import { fromArray } from "./creation.ts";
import { indexSelect } from "./gather.ts";
import { expand, ravel, reshape, view } from "./movement.ts";

function evenly(x: Tensor, repeats: number, d: number): Tensor {
  if (!Number.isInteger(repeats) || repeats < 0)
    throw new IndexError("repeatInterleave", `repeats must be whole numbers ≥ 0 (got ${repeats})`);
  const inner = x.shape.slice(d + 1);
  const split = [...x.shape.slice(0, d + 1), 1, ...inner];
  const grown = split.map((size, i) => (i === d + 1 ? repeats : size));
  return view(clone(expand(reshape(x, split), grown)), [...x.shape.slice(0, d), (x.shape[d] as number) * repeats, ...inner]);
}

/** Counts that a tensor holds decide about the shape. */
async function unevenly(x: Tensor, repeats: Tensor, d: number): Promise<Tensor> {
  const size = x.shape[d] as number;
  if (isFloat(repeats.dtype) || repeats.dtype === "bool")
    throw new DTypeError("repeatInterleave", `repeats must be whole numbers (got ${repeats.dtype}). Convert with .to("int32")`);
  if (repeats.ndim > 1 || (repeats.numel !== 1 && repeats.numel !== size))
    throw new ShapeError("repeatInterleave", `repeats must be one number or [${size}] (got ${formatShape(repeats.shape)})`);
  const counts = await repeats.data();
  const positions: number[] = [];
  for (let i = 0; i < size; i++) {
    const count = counts[counts.length === 1 ? 0 : i] as number;
    if (count < 0) throw new IndexError("repeatInterleave", `repeats must be whole numbers ≥ 0 (got ${count})`);
    for (let k = 0; k < count; k++) positions.push(i);
  }
  return scope(() => indexSelect(x, d, fromArray(Int32Array.from(positions), [positions.length], "int32", { device: x.device })));
}

/** Each element `repeats` times in a row along dim; without a dim, of the flattened x. With a tensor of repeats, one count for each position: a promise. */
export function repeatInterleave(x: Tensor, repeats: Tensor, dim?: number | null): Promise<Tensor>;
export function repeatInterleave(x: Tensor, repeats: number, dim?: number | null): Tensor;
export function repeatInterleave(x: Tensor, repeats: number | Tensor, dim: number | null = null): Tensor | Promise<Tensor> {
  const along = (): [Tensor, number] => {
    const source = dim === null || x.ndim === 0 ? ravel(x) : x;
    return [source, normalizeDim("repeatInterleave", dim ?? 0, source.ndim)];
  };
  if (repeats instanceof Tensor) {
    const [source, d] = along();
    return unevenly(source, repeats, d);
  }
  return scope(() => {
    const [source, d] = along();
    return evenly(source, repeats, d);
  });
}
