// How the operands of one call are walked together: dims of size 1 dropped, walked in the order of the first output's memory, neighbours merged.
// Everything lives in arrays that are used again for each call: the smallest ops cost less than an allocation.
import { dtypes, type View } from "@gradkit/tensor/backend";
import { type Access, accessOf } from "./operand.ts";

export class Iteration {
  /** Merged dims, outermost first; the last is the inner loop. Rank 0 counts as one row of one element. */
  rank = 0;
  readonly sizes: number[] = [];
  /** strides[operand][dim], in elements. */
  readonly strides: number[][] = [];
  readonly #order: number[] = [];

  /** `ordered` keeps the dims' order: for whoever counts positions. */
  plan(shape: readonly number[], count: number, view: (operand: number) => View, ordered: boolean): void {
    const order = this.#order;
    let dims = 0;
    for (let d = 0; d < shape.length; d++) if (shape[d] !== 1) order[dims++] = d;
    if (!ordered) sortByStrides(order, dims, view(count - 1), view(0));
    this.#begin(count);
    for (let i = 0; i < dims; i++) this.#append(order[i] as number, shape, count, view);
  }

  /** Walks the given dims in the given order. */
  planInOrder(order: readonly number[], shape: readonly number[], count: number, view: (operand: number) => View): void {
    this.#begin(count);
    for (const d of order) this.#append(d, shape, count, view);
  }

  #begin(count: number): void {
    while (this.strides.length < count) this.strides.push([]);
    this.rank = 0;
  }

  /** Adds a dim inside the others, merged with the last one where every operand allows it. */
  #append(d: number, shape: readonly number[], count: number, view: (operand: number) => View): void {
    const size = shape[d] as number;
    const last = this.rank - 1;
    let mergeable = last >= 0;
    for (let k = 0; mergeable && k < count; k++) {
      mergeable = (this.strides[k] as number[])[last] === (view(k).strides[d] as number) * size;
    }
    const at = mergeable ? last : this.rank++;
    this.sizes[at] = mergeable ? (this.sizes[at] as number) * size : size;
    for (let k = 0; k < count; k++) (this.strides[k] as number[])[at] = view(k).strides[d] as number;
  }

  /** `fromInside` 0 is the inner loop, 1 the one around it. */
  size(fromInside = 0): number {
    return this.rank <= fromInside ? 1 : (this.sizes[this.rank - 1 - fromInside] as number);
  }
  stride(operand: number, fromInside = 0): number {
    return this.rank <= fromInside ? 1 : ((this.strides[operand] as number[])[this.rank - 1 - fromInside] as number);
  }
  byteStride(operand: number, { dtype }: View, fromInside: number): number {
    return this.stride(operand, fromInside) * dtypes[dtype].bytes;
  }
  access(operand: number): Access {
    return accessOf(this.stride(operand));
  }
}

/** By falling strides of the output, then of the first input; insertion, as there are few. */
function sortByStrides(order: number[], dims: number, output: View, input: View): void {
  for (let i = 1; i < dims; i++) {
    const d = order[i] as number;
    let j = i;
    while (j > 0 && outranks(d, order[j - 1] as number, output, input)) {
      order[j] = order[j - 1] as number;
      j--;
    }
    order[j] = d;
  }
}

const outranks = (a: number, b: number, output: View, input: View): boolean => {
  const difference = Math.abs(output.strides[a] as number) - Math.abs(output.strides[b] as number);
  return difference > 0 || (difference === 0 && Math.abs(input.strides[a] as number) > Math.abs(input.strides[b] as number));
};
