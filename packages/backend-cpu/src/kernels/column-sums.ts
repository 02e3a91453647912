// Large sums over leading dims as products with ones: what a small device has in place of kernels whose inner loop runs over kept dims.
import { type Backend, isContiguous, numel, type View } from "@gradkit/tensor/backend";
import type { Memory } from "../memory.ts";

/** Reduces by a product, if it can: tells whether it did. */
export type ColumnSums = (...call: Parameters<Backend["reduce"]>) => boolean;

const worthProduct = 4096; // elements
const fewestColumns = 16;

export function createColumnSums(memory: Memory, matmul: Backend["matmul"]): ColumnSums {
  const one = memory.allocate(4);
  memory.f32[one.pointer >>> 2] = 1;
  return (reducer, { outputs: [root] }, [input], _scalars, [output], dims, finish) => {
    const [x, out] = [input as View, output as View];
    const { dtype, shape } = x;
    const elements = numel(shape);
    const columns = numel(out.shape);
    if (elements < worthProduct || columns < fewestColumns || reducer !== "sum" || root?.op !== "input" || dtype !== "float32")
      return false;
    if (!dims.every((d, i) => d === i) || !isContiguous(x) || !isContiguous(out)) return false;
    const rows = elements / columns;
    const strides = [columns, 1];
    matmul(
      { buffer: one, dtype, shape: [1, rows], strides: [0, 0], offset: 0 },
      { buffer: x.buffer, dtype, shape: [rows, columns], strides, offset: x.offset },
      { buffer: out.buffer, dtype: out.dtype, shape: [1, columns], strides, offset: out.offset },
      finish && { formula: finish.formula, inputs: [], scalars: finish.scalars },
    );
    return true;
  };
}
