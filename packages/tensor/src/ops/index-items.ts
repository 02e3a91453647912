// What may stand between the brackets of x[…], and what each item does to the layout before any element is moved.
import { DTypeError, formatShape, IndexError, UnsupportedError } from "../errors.ts";
import { Tensor } from "../tensor.ts";
import { type NestedData, tensor } from "./creation.ts";
import { select, sliceBy, unsqueeze } from "./movement.ts";
import { sliceAttrs } from "./views.ts";

/** As Python's start:stop:step; what is missing or null reaches to the end. */
export interface SliceRange {
  readonly start?: number | null;
  readonly stop?: number | null;
  readonly step?: number | null;
}

/**
 * One index of x[…]: a position (the dim goes away), a slice as text ("1:5:2", ":") or as a SliceRange, "..." for the dims between, null for a
 * new dim, or an int32 tensor or nested lists of positions.
 */
export type IndexItem = number | string | null | SliceRange | Tensor | readonly NestedData[];

type Step = number | "..." | null | SliceRange | Tensor;

const sliceText = /^\s*(-?\d+)?\s*:\s*(-?\d+)?\s*(?::\s*(-?\d+)?\s*)?$/;

function parseText(op: string, text: string): "..." | SliceRange {
  if (text === "...") return text;
  const match = sliceText.exec(text);
  if (!match)
    throw new IndexError(op, `${JSON.stringify(text)} is no index. Write a slice as "start:stop:step", the dims between as "..."`);
  const [start, stop, step] = match.slice(1).map((number) => (number === undefined ? null : Number(number)));
  return { start: start ?? null, stop: stop ?? null, step: step ?? null };
}

function fromList(op: string, x: Tensor, list: readonly NestedData[]): Tensor {
  const leaves = (list as readonly unknown[]).flat(Number.POSITIVE_INFINITY);
  const wrong = leaves.find((leaf) => typeof leaf !== "boolean" && !Number.isInteger(leaf));
  if (wrong !== undefined) throw new IndexError(op, `indices must be whole numbers (got ${wrong})`);
  return tensor(list, { dtype: typeof leaves[0] === "boolean" ? "bool" : "int32", device: x.device });
}

function checkedTensor(op: string, index: Tensor): Tensor {
  if (index.dtype === "bool") {
    throw new UnsupportedError(
      op,
      "the shape of what a mask selects depends on its values. Use await maskedSelect(x, mask), x.at(...(await nonzero(mask, { asTuple: true }))), or where() and maskedFill()",
    );
  }
  if (index.dtype !== "int32") throw new DTypeError(op, `indices must be int32 (got ${index.dtype}). Convert with .to("int32")`);
  return index;
}

function parse(op: string, x: Tensor, items: readonly IndexItem[]): Step[] {
  const steps = items.map((item): Step => {
    if (typeof item === "string") return parseText(op, item);
    if (Array.isArray(item)) return checkedTensor(op, fromList(op, x, item));
    return item instanceof Tensor ? checkedTensor(op, item) : (item as Step);
  });
  if (steps.filter((step) => step === "...").length > 1) throw new IndexError(op, 'only one "..." can stand for the dims between');
  return steps;
}

/** An index tensor and the dim of the view that it picks from. */
export interface DimIndex {
  readonly dim: number;
  /** The same dim of the tensor that was indexed. */
  readonly axis: number;
  readonly index: Tensor;
}

export interface IndexedView {
  /** The tensor after all items that are no tensors. */
  readonly view: Tensor;
  readonly indices: readonly DimIndex[];
}

function checkedPosition(op: string, x: Tensor, axis: number, position: number): number {
  const size = x.shape[axis] as number;
  if (Number.isInteger(position) && position >= -size && position < size) return position;
  throw new IndexError(op, `index ${position} is out of range for dim ${axis} of size ${size} (got ${formatShape(x.shape)})`);
}

function slicePart(op: string, view: Tensor, dim: number, { start = null, stop = null, step }: SliceRange): Tensor {
  const size = view.shape[dim] as number;
  const attrs = sliceAttrs(op, size, dim, start, stop, step ?? 1);
  return attrs.length === size ? view : sliceBy(view, attrs);
}

/** Applies positions, slices and new dims at once, as torch does, and hands on the index tensors with the dims they are left with. */
export function indexedView(op: string, x: Tensor, items: readonly IndexItem[]): IndexedView {
  const steps = parse(op, x, items);
  const named = steps.filter((step) => step !== null && step !== "...").length;
  if (named > x.ndim) throw new IndexError(op, `${named} indices are too many for ${x.ndim} dims (got ${formatShape(x.shape)})`);
  const indices: DimIndex[] = [];
  let view = x;
  let dim = 0; // of the view
  let axis = 0; // of x
  for (const step of steps) {
    if (step === "...") {
      dim += x.ndim - named;
      axis += x.ndim - named;
    } else if (step === null) view = unsqueeze(view, dim++);
    else if (typeof step === "number") view = select(view, dim, checkedPosition(op, x, axis++, step));
    else if (step instanceof Tensor) indices.push({ dim: dim++, axis: axis++, index: step });
    else {
      view = slicePart(op, view, dim++, step);
      axis++;
    }
  }
  return { view, indices };
}
