// Binary search in sorted sequences, one bit of the position at a time.
import { DTypeError, formatShape, IndexError, ShapeError } from "../errors.ts";
import { add, and, ge, gt, le, min, not, select, sub } from "../formula/build.ts";
import { scope } from "../lifetime.ts";
import { sameShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { applyOp } from "./dispatch.ts";
import { gather, gatherOp } from "./gather.ts";
import { ravel, reshape } from "./movement.ts";
import { pointwise } from "./pointwise.ts";

const probe = /* @__PURE__ */ pointwise("searchProbe", (position, step, size) => sub(min(add(position, step), size), 1));

/** Whether the element stands before the place that is looked for. */
const beforeLeft = /* @__PURE__ */ pointwise("beforeLeft", (element, value) => not(ge(element, value)));
const beforeRight = /* @__PURE__ */ pointwise("beforeRight", (element, value) => not(gt(element, value)));
const advance = /* @__PURE__ */ pointwise("searchAdvance", (position, isBefore, step, size) => {
  const next = add(position, step);
  return select(and(le(next, size), isBefore), next, position);
});

/** Both [..., n] and [..., m], with one shape but for the last dim. */
function search(sequence: Tensor, values: Tensor, right: boolean): Tensor {
  const size = sequence.shape.at(-1) as number;
  const dim = sequence.ndim - 1;
  let position = values.newFull(values.shape, 0, { dtype: "int32" });
  if (values.numel === 0 || size === 0) return position;
  for (let step = 2 ** Math.floor(Math.log2(size)); step >= 1; step /= 2) {
    const [element] = applyOp(gatherOp, [sequence, probe(position, step, size)], { dim }) as [Tensor];
    position = advance(position, (right ? beforeRight : beforeLeft)(element, values), step, size);
  }
  return position;
}

export interface SearchsortedOptions {
  /** Give the last place instead of the first one. Default: false. */
  right?: boolean;
  /** The same as a word: "right" or "left". */
  side?: "left" | "right" | null;
  /** The order that sorts the sequence, as argsort gives it. */
  sorter?: Tensor | null;
}

/**
 * Where along the last dim of a sorted sequence [..., n] (or [n], for any values) each value [..., m] would be inserted: before its equals, or behind them
 * (`right`). Positions are int32.
 */
export function searchsorted(
  sequence: Tensor,
  values: Tensor | number,
  { right = false, side = null, sorter = null }: SearchsortedOptions = {},
): Tensor {
  if (side === "left" && right) throw new IndexError("searchsorted", 'side is "left" but right is true. Pass one of them');
  if (side !== null && side !== "left" && side !== "right")
    throw new IndexError("searchsorted", `side must be "left" or "right" (got ${JSON.stringify(side)})`);
  if (sequence.ndim === 0) throw new ShapeError("searchsorted", "the sequence needs at least 1 dim (got [])");
  if (values instanceof Tensor && values.dtype !== sequence.dtype)
    throw new DTypeError("searchsorted", `the sequence is ${sequence.dtype}, the values are ${values.dtype}. Convert one with .to(…)`);
  if (sorter && !sameShape(sorter.shape, sequence.shape))
    throw new ShapeError(
      "searchsorted",
      `sorter must be ${formatShape(sequence.shape)}, as the sequence (got ${formatShape(sorter.shape)})`,
    );
  return scope(() => {
    const sorted = sorter ? gather(sequence.detach(), -1, sorter) : sequence.detach();
    const wanted = values instanceof Tensor ? values.detach() : sequence.newFull([], values);
    const toRight = right || side === "right";
    if (sorted.ndim === 1) return reshape(search(sorted, ravel(wanted), toRight), wanted.shape);
    if (!sameShape(sorted.shape.slice(0, -1), wanted.shape.slice(0, -1)))
      throw new ShapeError(
        "searchsorted",
        `all dims but the last must agree (got ${formatShape(sorted.shape)} and ${formatShape(wanted.shape)}). A vector serves values of any shape`,
      );
    return search(sorted, wanted, toRight);
  });
}

/** Which interval between ascending boundaries each value falls into; `right` puts a value on a boundary above it. Positions are int32. */
export function bucketize(values: Tensor | number, boundaries: Tensor, { right = false }: { right?: boolean } = {}): Tensor {
  if (boundaries.ndim !== 1) throw new ShapeError("bucketize", `boundaries must be a vector (got ${formatShape(boundaries.shape)})`);
  return searchsorted(boundaries, values, { right });
}
