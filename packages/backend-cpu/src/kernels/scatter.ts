// Backend.scatter: writing through indices, in row-major order.
import { type Backend, numel, type ScatterMode } from "@gradkit/tensor/backend";
import type { Memory } from "../memory.ts";
import { eachLine, elementsOf, pinned } from "./elements.ts";

type Join = (old: number, value: number) => number;

const joins: Record<ScatterMode, Join> = {
  set: (_, value) => value,
  add: (old, value) => old + value,
  mul: (old, value) => old * value,
  max: Math.max, // hands on NaN
  min: Math.min,
};

const integerJoins: Record<ScatterMode, Join> = { ...joins, mul: Math.imul };
/** On bools sum is or, product is and. */
const boolJoins: Record<ScatterMode, Join> = { ...joins, add: (old, value) => old | value };

export const createScatter =
  (memory: Memory): Backend["scatter"] =>
  (mode, out, dim, index, src) => {
    const { shape } = index;
    if (numel(shape) === 0) return;
    const [target, indices, source] = [elementsOf(memory, out), elementsOf(memory, index), elementsOf(memory, src)];
    const join = (out.dtype === "float32" ? joins : out.dtype === "bool" ? boolJoins : integerJoins)[mode];
    const step = out.strides[dim] ?? 0;
    const last = shape.length - 1;
    const outStrides = pinned(out.strides, dim);
    const [length, toStep, indexStep, fromStep] = [
      shape[last] ?? 1,
      outStrides[last] ?? 0,
      index.strides[last] ?? 0,
      src.strides[last] ?? 0,
    ];
    const { array: positions } = indices;
    const [to, from] = [target.array, source.array];
    const strides = [outStrides, index.strides, src.strides];
    eachLine(shape, last, strides, [target.start, indices.start, source.start], (offsets) => {
      const [start, at, sourceStart] = offsets as [number, number, number];
      for (let i = 0; i < length; i++) {
        const place = start + i * toStep + (positions[at + i * indexStep] as number) * step;
        to[place] = join(to[place] as number, from[sourceStart + i * fromStep] as number);
      }
    });
  };
