// Products whose left operand must be copied, and would be in each of their parts: it is copied once for all of them, some of k at a time.
import { partStart } from "../lanes.ts";
import type { Memory } from "../memory.ts";
import { blockDepth, evenBlock, type MatrixProduct, type ProductShape, rowGap } from "./matrix-product.ts";

/** Calls `each` with the shape of every step along k, the address of its a, and where its b begins. */
export type ProductInSteps = (shape: ProductShape, a: number, each: (step: ProductShape, a: number, bOffset: number) => void) => void;

const stripRows = 64; // copied together: a cache line of each stays in the first-level cache
const copyNanoseconds = 0.5; // an element

export const createProductInSteps =
  (memory: Memory, product: MatrixProduct): ProductInSteps =>
  (shape, a, each) => {
    const { m, k } = shape;
    const depth = evenBlock(k, blockDepth, 4);
    const toRow = 4 * depth + rowGap;
    const buffer = memory.allocate(m * toRow);
    const strips = Math.ceil(m / stripRows);
    for (let step = 0; step < k; step += depth) {
      const k0 = Math.min(depth, k - step);
      const lanes = memory.lanes.count(m * k0 * copyNanoseconds, strips);
      memory.lanes.fork(lanes, (lane) => {
        const end = Math.min(m, partStart(strips, lane + 1, lanes) * stripRows);
        for (let row = partStart(strips, lane, lanes) * stripRows; row < end; row += stripRows) {
          const from = a + row * shape.a.rowStride + step * shape.a.columnStride;
          product.copyRows(from, shape.a, Math.min(stripRows, end - row), k0, buffer.pointer + row * toRow, toRow);
        }
      });
      each({ ...shape, k: k0, a: { rowStride: toRow, columnStride: 4 }, adds: step > 0 }, buffer.pointer, step * shape.b.rowStride);
    }
    memory.release(buffer);
  };
