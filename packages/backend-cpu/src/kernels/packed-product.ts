// Products with a right operand that was packed before, all of it: for a matrix that many products read.
import type { CpuBuffer } from "../buffer.ts";
import type { Memory } from "../memory.ts";
import type { MatmulTiles } from "./matmul-tile.ts";
import { depthOf, filledUp, type MatrixProduct, type ProductShape, roundUp } from "./matrix-product.ts";

/** b in panels, those of a step along k behind those of the one before: for products of the same k and n but any number of rows. */
export function packRight(memory: Memory, product: MatrixProduct, { n, k, b }: ProductShape, from: number): CpuBuffer {
  const [depth, columns] = [depthOf(k), roundUp(n, product.width)];
  const buffer = memory.allocate(4 * k * columns);
  for (let step = 0; step < k; step += depth)
    product.pack(from + step * b.rowStride, b, n, Math.min(depth, k - step), buffer.pointer + 4 * step * columns);
  return buffer;
}

/** Products of one float32 shape, until `release`; the elements of a row of a are neighbours. Sums are those of PreparedProduct. */
export class PackedProduct {
  readonly #memory: Memory;
  readonly #product: MatrixProduct;
  readonly #shape: ProductShape;
  readonly #tiles: MatmulTiles;
  readonly #edge: CpuBuffer | null; // room for a tile that is wider than c
  readonly #bias: CpuBuffer | null; // filled up to whole panels

  constructor(memory: Memory, product: MatrixProduct, shape: ProductShape) {
    const { n, bias, dtype } = shape;
    const { width, height } = product;
    this.#memory = memory;
    this.#product = product;
    this.#shape = shape;
    this.#tiles = product.tiles({ left: "rows", right: "packed", dtype })(shape.m);
    this.#edge = n % width ? memory.allocate(4 * height * width) : null;
    this.#bias = bias ? filledUp(memory, bias, n, width) : null;
  }

  run(a: number, packed: number, c: number): void {
    const { m, n, k, a: left, cRow } = this.#shape;
    const { width, zeros } = this.#product;
    const depth = depthOf(k);
    for (let step = 0; step === 0 || step < k; step += depth) {
      const k0 = Math.min(depth, k - step);
      const start = this.#bias ? this.#bias.pointer : zeros;
      this.#tiles(
        m,
        n,
        k0,
        a + 4 * step,
        left.rowStride,
        4,
        packed + 4 * step * roundUp(n, width),
        4 * k0 * width,
        0,
        step > 0 ? c : start,
        step > 0 ? cRow : 0,
        step > 0 || this.#bias ? 4 * width : 0,
        c,
        cRow,
        this.#edge ? this.#edge.pointer : 0,
      );
    }
  }

  release(): void {
    if (this.#edge) this.#memory.release(this.#edge);
    if (this.#bias) this.#memory.release(this.#bias);
  }
}
