// Backend.gather: reading through indices.
import { type Backend, dtypes, numel } from "@gradkit/tensor/backend";
import type { Memory } from "../memory.ts";
import { eachLine, elementsOf, pinned } from "./elements.ts";

/** Rows at least this long are copied as bytes. */
const copiedLength = 16;

export const createGather =
  (memory: Memory): Backend["gather"] =>
  (input, dim, index, out) => {
    const { shape } = index;
    if (numel(shape) === 0) return;
    const [source, indices, target] = [elementsOf(memory, input), elementsOf(memory, index), elementsOf(memory, out)];
    const { bytes } = dtypes[input.dtype];
    const words = bytes === 4 ? memory.i32 : memory.u8; // bits are copied, whatever they mean
    const step = input.strides[dim] ?? 0;
    const last = shape.length - 1;
    const inputStrides = pinned(input.strides, dim);
    const [length, fromStep, indexStep, outStep] = [
      shape[last] ?? 1,
      inputStrides[last] ?? 0,
      index.strides[last] ?? 0,
      out.strides[last] ?? 0,
    ];
    const { array: positions } = indices;
    const wholeRows = indexStep === 0 && fromStep === 1 && outStep === 1 && length >= copiedLength;
    eachLine(shape, last, [inputStrides, index.strides, out.strides], [source.start, indices.start, target.start], (offsets) => {
      const [from, at, to] = offsets as [number, number, number];
      if (wholeRows) {
        const start = from + (positions[at] as number) * step;
        words.copyWithin(to, start, start + length);
        return;
      }
      for (let i = 0; i < length; i++) {
        words[to + i * outStep] = words[from + i * fromStep + (positions[at + i * indexStep] as number) * step] as number;
      }
    });
  };
