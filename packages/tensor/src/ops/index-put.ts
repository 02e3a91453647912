// x[…] = values: through the very views and positions that x[…] reads.
import { DTypeError, formatShape, ShapeError, UnsupportedError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import { broadcastShapes, sameShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { copy_ } from "./copy.ts";
import { arange, newFull } from "./creation.ts";
import { applyOp } from "./dispatch.ts";
import { scatterOp } from "./gather.ts";
import type { IndexItem } from "./index-items.ts";
import { at } from "./indexing.ts";
import { maskedFill } from "./masked.ts";
import { broadcastTo, reshape, unsqueeze, view } from "./movement.ts";
import { pointwiseFunctions as pw } from "./pointwise.ts";

export interface IndexPutOptions {
  /** Add to what is there; a place named twice gets both. Default: false, and the last of them wins. */
  accumulate?: boolean;
}

const holdsPositions = (item: IndexItem): boolean => item instanceof Tensor || Array.isArray(item);

function asTensor(op: string, x: Tensor, values: Tensor | number | boolean): Tensor {
  if (!(values instanceof Tensor)) return newFull(x, [], values);
  if (values.dtype !== x.dtype) throw new DTypeError(op, `values are ${values.dtype}, the tensor ${x.dtype}. Convert one with .to(…)`);
  return values;
}

/** x[mask] = value: with one value the shape of what is selected does not matter. */
function singleMask(op: string, indices: readonly IndexItem[], values: Tensor, accumulate: boolean): Tensor | null {
  const mask = indices.find((item) => item instanceof Tensor && item.dtype === "bool");
  if (!(mask instanceof Tensor)) return null;
  if (indices.length === 1 && values.ndim === 0 && !accumulate) return mask;
  throw new UnsupportedError(
    op,
    `a mask takes one value and no other index (got values ${formatShape(values.shape)}). Use where(), or the positions of (await nonzero(mask, { asTuple: true }))`,
  );
}

/** The mask's dims are the first ones of x. */
function alignMask(op: string, x: Tensor, mask: Tensor): Tensor {
  if (!sameShape(mask.shape, x.shape.slice(0, mask.ndim))) {
    throw new ShapeError(op, `the mask ${formatShape(mask.shape)} does not match the first dims of ${formatShape(x.shape)}`);
  }
  let aligned = mask;
  while (aligned.ndim < x.ndim) aligned = unsqueeze(aligned, -1);
  return aligned;
}

function spread(op: string, values: Tensor, target: Tensor): Tensor {
  if (!sameShape(broadcastShapes(op, [values.shape, target.shape]), target.shape)) {
    throw new ShapeError(op, `values ${formatShape(values.shape)} do not broadcast to the indexed ${formatShape(target.shape)}`);
  }
  return broadcastTo(values, target.shape);
}

/** A copy of x with x[indices] = values, which broadcast to what is indexed. Indices are those of `at`; a mask takes a single value. */
export function indexPut(
  x: Tensor,
  indices: readonly IndexItem[],
  values: Tensor | number | boolean,
  options: IndexPutOptions = {},
): Tensor {
  return scope(() => put("indexPut", x, indices, values, options));
}

function put(
  op: string,
  x: Tensor,
  indices: readonly IndexItem[],
  values: Tensor | number | boolean,
  { accumulate = false }: IndexPutOptions,
): Tensor {
  const source = asTensor(op, x, values);
  const mask = singleMask(op, indices, source, accumulate);
  if (mask) return maskedFill(x, alignMask(op, x, mask), source);
  const positions = at(view(arange(x.numel, { device: x.device }), x.shape), ...indices); // where in the flattened x each value goes
  const flat = [x, positions, spread(op, source, positions)].map((part) => reshape(part, [part.numel]));
  const [out] = applyOp(scatterOp, flat, { dim: 0, mode: accumulate ? "add" : "set" }) as [Tensor];
  return view(out, x.shape);
}

/** Writes x[indices] = values. */
export function indexPut_(
  x: Tensor,
  indices: readonly IndexItem[],
  values: Tensor | number | boolean,
  options: IndexPutOptions = {},
): Tensor {
  return scope(() => {
    if (indices.some(holdsPositions)) return copy_(x, put("indexPut_", x, indices, values, options));
    const target = at(x, ...indices);
    const source = spread("indexPut_", asTensor("indexPut_", x, values), target);
    copy_(target, options.accumulate ? pw.add(target, source) : source);
    return x;
  });
}
