// Views for kernel tests: any strides over random numbers, read and written element by element, and a map that needs no kernel.
import { type Backend, type DType, numel, type View } from "@gradkit/tensor/backend";
import { evaluate } from "@gradkit/tensor/testing";
import type { CpuBuffer } from "../src/buffer.ts";
import type { Memory } from "../src/memory.ts";

/** Repeatable multiples of 1/16 in [−1, 1): sums of up to 65,536 products of two are exact in float32, whatever their order. */
export function randomNumbers(count: number, seed: number): number[] {
  let state = (seed * 0x9e3779b1) | 0 || 1;
  return Array.from({ length: count }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 8) & 31) / 16 - 1;
  });
}

const elements = (memory: Memory, dtype: DType): Float32Array | Int32Array => (dtype === "float32" ? memory.f32 : memory.i32);

const start = ({ buffer, offset }: View): number => ((buffer as CpuBuffer).pointer >>> 2) + offset;

/** Positions of a view's elements, row-major. */
function positions(view: View): number[] {
  let found = [start(view)];
  view.shape.forEach((size, dim) => {
    found = found.flatMap((at) => Array.from({ length: size }, (_, i) => at + i * (view.strides[dim] as number)));
  });
  return found;
}

export const readView = (memory: Memory, view: View): number[] => {
  const from = elements(memory, view.dtype);
  return positions(view).map((at) => from[at] as number);
};

export function writeView(memory: Memory, view: View, values: ArrayLike<number>): void {
  const to = elements(memory, view.dtype);
  positions(view).forEach((at, i) => {
    to[at] = values[i] as number;
  });
}

/** A view of a fresh buffer that just holds it, the gaps filled with NaN: a kernel that reads or keeps them shows. */
export function viewOf(memory: Memory, shape: number[], strides: number[], dtype: DType = "float32"): View {
  let [low, high] = [0, 0];
  shape.forEach((size, dim) => {
    const reach = Math.max(0, size - 1) * (strides[dim] as number);
    if (reach < 0) low += reach;
    else high += reach;
  });
  const buffer = memory.allocate(4 * (high - low + 1));
  memory.i32.fill(-1, buffer.pointer >>> 2, (buffer.pointer >>> 2) + high - low + 1);
  return { buffer, dtype, shape, strides, offset: -low };
}

/** As `viewOf`, with random contents. */
export function randomView(memory: Memory, shape: number[], strides: number[], seed: number, dtype: DType = "float32"): View {
  const view = viewOf(memory, shape, strides, dtype);
  const values = randomNumbers(numel(shape), seed);
  writeView(memory, view, dtype === "float32" ? values : values.map((value) => Math.round(value * 1000)));
  return view;
}

/** Backend.map by evaluation in float64. */
export const naiveMap =
  (memory: Memory): Backend["map"] =>
  (formula, inputs, scalars, outputs) => {
    const columns = inputs.map((view) => readView(memory, view));
    const run = evaluate(formula);
    const results = Array.from({ length: numel((outputs[0] as View).shape) }, (_, i) =>
      run(
        columns.map((column) => column[i] as number),
        scalars,
        i,
      ),
    );
    outputs.forEach((view, k) => {
      writeView(
        memory,
        view,
        results.map((result) => result[k] as number),
      );
    });
  };
