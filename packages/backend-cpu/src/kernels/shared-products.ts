// Products in several lanes: batches are shared where there are enough of them, else the parts of each product.
import { partStart } from "../lanes.ts";
import type { Memory } from "../memory.ts";
import type { MultiplyAll } from "./matmul.ts";
import { copies, type MatrixProduct, type ProductShape, packs } from "./matrix-product.ts";
import { createProductInSteps } from "./product-in-steps.ts";

/** One core's speed, to tell what work is worth sharing. */
const flopsPerNanosecond = 50;

export function createSharedProducts(memory: Memory, product: MatrixProduct): MultiplyAll {
  const { lanes } = memory;
  const inSteps = createProductInSteps(memory, product);
  const nanoseconds = ({ m, n, k }: ProductShape): number => (2 * m * n * k) / flopsPerNanosecond;

  const multiplyInParts = (shape: ProductShape, a: number, b: number, c: number): void => {
    const count = lanes.count(nanoseconds(shape), shape.m * shape.n);
    const whole = { shape, a: 0, b: 0, c: 0 };
    const parts = count === 1 ? [whole] : divide(product, shape, count);
    lanes.fork(parts.length, (lane) => {
      const part = parts[lane] as (typeof parts)[number];
      const starts = [a + part.a, b + part.b, c + part.c] as const;
      product.multiply(part.shape, 0, 1, (operand) => starts[operand]);
    });
  };

  return (shape, batches, address) => {
    if (batches > 1 || !copies(shape)) {
      const count = lanes.count(batches * nanoseconds(shape), batches * shape.m * shape.n);
      if (count === 1) {
        product.multiply(shape, 0, batches, address);
        return;
      }
      if (batches >= count) {
        lanes.fork(count, (lane) => product.multiply(shape, partStart(batches, lane, count), partStart(batches, lane + 1, count), address));
        return;
      }
    }
    for (let batch = 0; batch < batches; batch++) {
      const [a, b, c] = [address(0, batch), address(1, batch), address(2, batch)];
      if (copies(shape)) inSteps(shape, a, (step, copied, bOffset) => multiplyInParts(step, copied, b + bOffset, c));
      else multiplyInParts(shape, a, b, c);
    }
  };
}

/**
 * Divides a product into about so many parts of c, each a product of its own with where its operands begin. By columns or by rows: whichever
 * copies less of the other operand twice.
 */
function divide(
  { width, height }: MatrixProduct,
  shape: ProductShape,
  count: number,
): { shape: ProductShape; a: number; b: number; c: number }[] {
  const { m, n, k, a, b, cRow, bias } = shape;
  const twiceByColumns = copies(shape) ? m * k : 0;
  const twiceByRows = packs(shape) ? n * k : 0;
  const byColumns = n > width && (twiceByColumns < twiceByRows || (twiceByColumns === twiceByRows && n >= m));
  const [total, multiple] = byColumns ? [n, width] : [m, height];
  const parts = Math.min(count, Math.ceil(total / multiple));
  return Array.from({ length: parts }, (_, part) => {
    const first = partStart(total, part, parts, multiple);
    const size = partStart(total, part + 1, parts, multiple) - first;
    if (byColumns) return { shape: { ...shape, n: size, bias: bias && bias + 4 * first }, a: 0, b: first * b.columnStride, c: 4 * first };
    return { shape: { ...shape, m: size }, a: first * a.rowStride, b: 0, c: first * cRow };
  });
}
