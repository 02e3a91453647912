// Sliding windows over spatial dims as strided views: what the decompositions of convolution and pooling are written with.
import type { PoolAttrs } from "../backend.ts";
import { formatShape, ShapeError } from "../errors.ts";
import { mul } from "../formula/build.ts";
import { formula, input } from "../formula/nodes.ts";
import { reducedShape, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { allocate } from "./dispatch.ts";
import { broadcastView } from "./map.ts";
import { reshape, slice, unfold } from "./movement.ts";
import { pad } from "./pad.ts";

/** Number of windows along one dim. */
export const windowCount = (size: number, kernel: number, stride: number, padding: number, dilation: number): number =>
  Math.floor((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1;

/** [N, C, …S] and window sizes → [N, C, …O, …K]; nothing is copied but the padding. `extra` pads the end of each dim further. */
export function windows(x: Tensor, { kernelSize, stride, padding, dilation }: PoolAttrs, fill: number, extra?: readonly number[]): Tensor {
  const spatial = kernelSize.length;
  const pads = [];
  for (let i = spatial - 1; i >= 0; i--) pads.push(padding[i] as number, (padding[i] as number) + (extra?.[i] ?? 0));
  let view = pads.some((size) => size !== 0) ? pad(x, pads, { value: fill }) : x;
  for (let i = 0; i < spatial; i++) {
    const d = dilation[i] as number;
    view = unfold(view, 2 + i, d * ((kernelSize[i] as number) - 1) + 1, stride[i] as number);
    if (d > 1) view = slice(view, -1, null, null, d);
  }
  return view;
}

const product = () => formula(["float", "float"], [], [mul(input(0, "float"), input(1, "float"))]);

/** Σ a·b over dims, for tensors that broadcast to `shape`: a contraction without a product in memory. */
export function sumOfProducts(a: Tensor, b: Tensor, shape: Shape, dims: readonly number[]): Tensor {
  const kept = reducedShape(shape, dims, true);
  const out = allocate(a.device, kept, a.dtype);
  a.device.reduce("sum", product(), [broadcastView(a, shape), broadcastView(b, shape)], [], [out], dims);
  return reshape(out, reducedShape(shape, dims, false));
}

/** One number for all spatial dims (a list of one, too), or one for each. */
export function perDim(op: string, value: number | readonly number[], spatial: number, name: string): readonly number[] {
  const [only, ...others] = typeof value === "number" ? [value] : value;
  const list = only !== undefined && others.length === 0 ? new Array<number>(spatial).fill(only) : (value as readonly number[]);
  if (list.length !== spatial) throw new ShapeError(op, `${name} must be one number or ${spatial} (got ${formatShape(list)})`);
  return list;
}
