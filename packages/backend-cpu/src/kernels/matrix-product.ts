// One product of two matrices in memory: chooses what is read in place and what is packed, and walks it in blocks that fit the caches.
import type { CpuBuffer } from "../buffer.ts";
import type { Memory } from "../memory.ts";
import { type CopyPlanes, compileCopyPlanes } from "./copy-planes.ts";
import { compileMatmulTiles, type MatmulTiles, type MatmulVariant } from "./matmul-tile.ts";
import { compilePackPanels, type PackPanels } from "./pack.ts";
import { type ProductType, tileShape } from "./tile.ts";
import { compileTranspose, type Transpose } from "./transpose.ts";

/** A matrix of 32-bit elements: address and strides in bytes. Strides of dims of size 1 may be anything. */
export interface Matrix {
  readonly address: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

const blockRows = 96; // a block of a in the second-level cache, together with
const blockColumns = 256; // a packed block of b
const blockDepth = 1024; // one packed panel in the first-level cache
const packedFrom = 128 * 128; // elements of b: smaller ones stay in the cache as they are

/** The size of the fewest equal blocks of at most about `most`: a short last block would run slower. */
const evenBlock = (total: number, most: number, multiple: number): number =>
  total <= most ? total : Math.ceil(total / Math.ceil(total / most) / multiple) * multiple;

const roundUp = (size: number, multiple: number): number => Math.ceil(size / multiple) * multiple;

const transposed = ({ address, rowStride, columnStride }: Matrix): Matrix => ({
  address,
  rowStride: columnStride,
  columnStride: rowStride,
});

export class MatrixProduct {
  readonly #memory: Memory;
  readonly #width: number; // of a tile, in columns
  readonly #edgeBytes: number;
  readonly #tiles: MatmulTiles[] = [];
  #packPanels: PackPanels | null = null;
  #transpose: Transpose | null = null;
  #copyPlanes: CopyPlanes | null = null;

  constructor(memory: Memory) {
    this.#memory = memory;
    const { rows, vectors } = tileShape(memory.relaxedSimd);
    this.#width = 4 * vectors;
    this.#edgeBytes = 4 * rows * this.#width;
  }

  /**
   * c = bias + a·b; the bias is a row of n neighbouring elements, given by its address, 0 where there is none. m, n ≥ 1; k may be 0.
   * In c, the elements of a row must be neighbours, or, without a bias, those of a column.
   */
  multiply(dtype: ProductType, m: number, n: number, k: number, a: Matrix, b: Matrix, c: Matrix, bias = 0): void {
    if (c.columnStride !== 4 && n > 1) {
      this.multiply(dtype, n, m, k, transposed(b), transposed(a), transposed(c));
      return;
    }
    const memory = this.#memory;
    const width = this.#width;
    const byRows = a.columnStride === 4 || k <= 1;
    const byColumns = a.rowStride === 4 || m === 1;
    const strided = b.columnStride === 4 || n === 1;
    const packs = k > 0 && (!strided || (n * k > packedFrom && m >= 32));
    const copies = k > 0 && !byRows && (!byColumns || (m * k > packedFrom && n >= 32));
    const tiles = this.#variant({ left: byRows || copies ? "rows" : "columns", right: packs ? "packed" : "strided", dtype });

    const depth = evenBlock(k, blockDepth, 4);
    const passes = k > depth ? Math.ceil(k / depth) : 1; // with k = 0 too: c is still to be written
    const rows = packs || copies ? evenBlock(m, blockRows, 1) : m;
    const columns = packs || copies ? evenBlock(n, blockColumns, width) : n;
    const packed = packs ? memory.allocate(4 * depth * roundUp(columns, width)) : null;
    const copied = copies ? memory.allocate(4 * rows * depth) : null;
    const edge = memory.allocate(this.#edgeBytes);
    const start = this.#startRow(bias, n);

    for (let column = 0; column < n; column += columns) {
      const n0 = Math.min(columns, n - column);
      for (let pass = 0; pass < passes; pass++) {
        const step = pass * depth;
        const k0 = Math.min(depth, k - step);
        const bAt = b.address + column * b.columnStride + step * b.rowStride;
        if (packed) this.#pack(bAt, b, n0, k0, packed.pointer);
        for (let row = 0; row < m; row += rows) {
          const m0 = Math.min(rows, m - row);
          const aAt = a.address + row * a.rowStride + step * a.columnStride;
          if (copied) this.#copyRows(aAt, a, m0, k0, copied.pointer);
          const cAt = c.address + row * c.rowStride + column * 4;
          tiles(
            m0,
            n0,
            k0,
            copied ? copied.pointer : aAt,
            copied ? 4 * k0 : a.rowStride,
            a.columnStride,
            packed ? packed.pointer : bAt,
            packed ? 4 * k0 * width : 4 * width,
            b.rowStride,
            pass > 0 ? cAt : start.pointer + (bias ? 4 * column : 0),
            pass > 0 ? c.rowStride : 0,
            pass > 0 || bias ? 4 * width : 0,
            cAt,
            c.rowStride,
            edge.pointer,
          );
        }
      }
    }
    for (const buffer of [packed, copied, edge, start]) if (buffer) memory.release(buffer);
  }

  /** The bias, filled up to whole panels; without one, zeros for a single panel. */
  #startRow(bias: number, n: number): CpuBuffer {
    const memory = this.#memory;
    const elements = bias ? roundUp(n, this.#width) : this.#width;
    const buffer = memory.allocate(4 * elements);
    const first = buffer.pointer >>> 2;
    memory.i32.fill(0, first, first + elements);
    if (bias) memory.i32.copyWithin(first, bias >>> 2, (bias >>> 2) + n);
    return buffer;
  }

  #variant(variant: MatmulVariant): MatmulTiles {
    const index = (variant.left === "rows" ? 0 : 1) + (variant.right === "packed" ? 0 : 2) + (variant.dtype === "float32" ? 0 : 4);
    this.#tiles[index] ??= compileMatmulTiles(this.#memory, variant);
    return this.#tiles[index];
  }

  #pack(from: number, b: Matrix, n: number, k: number, to: number): void {
    this.#packPanels ??= compilePackPanels(this.#memory, this.#width);
    this.#packPanels(from, b.columnStride, b.rowStride, n, k, to);
  }

  /** Rows of a with their elements side by side. */
  #copyRows(from: number, a: Matrix, m: number, k: number, to: number): void {
    if (a.rowStride === 4) {
      this.#transpose ??= compileTranspose(this.#memory);
      this.#transpose(from, a.columnStride, to, 4 * k, k, m);
    } else {
      this.#copyPlanes ??= compileCopyPlanes(this.#memory);
      this.#copyPlanes(1, m, k, from, 0, a.rowStride, a.columnStride, to, 0, 4 * k, 4);
    }
  }
}
