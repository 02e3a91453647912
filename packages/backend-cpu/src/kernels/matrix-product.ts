// One product of two matrices in memory: chooses what is read in place and what is packed, and walks it in blocks that fit the caches.
import type { CpuBuffer } from "../buffer.ts";
import type { Memory } from "../memory.ts";
import { type CopyPlanes, compileCopyPlanes } from "./copy-planes.ts";
import { type MatmulTiles, type MatmulVariant, matmulTiles } from "./matmul-tile.ts";
import { compilePackPanels, type PackPanels } from "./pack.ts";
import { type ProductType, tileShape } from "./tile.ts";
import { compileTranspose, type Transpose } from "./transpose.ts";

/** How a matrix of 32-bit elements lies in memory: strides in bytes. Those of dims of size 1 may be anything. */
export interface MatrixLayout {
  readonly rowStride: number;
  readonly columnStride: number;
}

export const transposed = ({ rowStride, columnStride }: MatrixLayout): MatrixLayout => ({
  rowStride: columnStride,
  columnStride: rowStride,
});

/**
 * Products c = bias + a·b of one shape, a [m, k] and b [k, n], or what is added to c. m, n ≥ 1; k may be 0. The elements of c's rows are neighbours.
 * The bias is a row of n neighbouring elements, given by its address; 0: none.
 */
export interface ProductShape {
  readonly dtype: ProductType;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: MatrixLayout;
  readonly b: MatrixLayout;
  readonly cRow: number;
  readonly bias: number;
  readonly adds: boolean;
}

/** Where the left (0), the right (1) operand and the product (2) of a batch begin. */
export type BatchAddress = (operand: 0 | 1 | 2, batch: number) => number;

const blockRows = 96; // a block of a in the second-level cache, together with
const blockColumns = 256; // a packed block of b
export const blockDepth = 1024; // one packed panel in the first-level cache
export const rowGap = 64; // bytes between copied rows of a: at distances of 4096 all of them would share a few lines of the cache
const packedFrom = 128 * 128; // elements of b: smaller ones stay in the cache as they are,
const distantRows = 1024; // bytes, unless its rows are so far apart
const distantPackedFrom = 2048;

/** The size of the fewest equal blocks of at most about `most`: a short last block would run slower. */
export const evenBlock = (total: number, most: number, multiple: number): number =>
  total <= most ? total : Math.ceil(total / Math.ceil(total / most) / multiple) * multiple;

/** Of a step along k: it decides the order of sums, so nothing but k does. */
export const depthOf = (k: number): number => Math.max(1, evenBlock(k, blockDepth, 4));

export const roundUp = (size: number, multiple: number): number => Math.ceil(size / multiple) * multiple;

const strided = ({ columnStride }: MatrixLayout, columns: number): boolean => columnStride === 4 || columns <= 1;

/** Whether b is copied into panels: where its rows cannot be read in place, or are read so often that it pays. */
export const packs = ({ m, n, k, b }: ProductShape): boolean =>
  k > 0 && (!strided(b, n) || (m >= 32 && n * k > (b.rowStride < distantRows ? packedFrom : distantPackedFrom)));

/** Whether a is copied by rows: where neither they nor its columns can be read in place, or columns are far apart. */
export const copies = ({ m, n, k, a }: ProductShape): boolean =>
  k > 0 && !strided(a, k) && ((a.rowStride !== 4 && m > 1) || (m * k > packedFrom && n >= 32));

export class MatrixProduct {
  readonly #memory: Memory;
  readonly width: number; // of a tile, in columns
  readonly height: number; // in rows
  readonly #tiles: ((m: number) => MatmulTiles)[] = [];
  #packPanels: PackPanels | null = null;
  #transpose: Transpose | null = null;
  #copyPlanes: CopyPlanes | null = null;
  #zeros = 0;

  constructor(memory: Memory) {
    this.#memory = memory;
    const { rows, vectors } = tileShape(memory.relaxedSimd);
    this.height = rows;
    this.width = 4 * vectors;
  }

  /** The products of the batches from `first` to `end`. */
  multiply(shape: ProductShape, first: number, end: number, address: BatchAddress): void {
    const prepared = new PreparedProduct(this.#memory, this, shape);
    for (let batch = first; batch < end; batch++) prepared.run(address(0, batch), address(1, batch), address(2, batch));
    prepared.release();
  }

  /** The address of zeros for one panel. */
  get zeros(): number {
    if (this.#zeros === 0) {
      this.#zeros = this.#memory.reserve(4 * this.width);
      this.#memory.i32.fill(0, this.#zeros >>> 2, (this.#zeros >>> 2) + this.width);
    }
    return this.#zeros;
  }

  tiles(variant: MatmulVariant): (m: number) => MatmulTiles {
    const index = (variant.left === "rows" ? 0 : 1) + (variant.right === "packed" ? 0 : 2) + (variant.dtype === "float32" ? 0 : 4);
    this.#tiles[index] ??= matmulTiles(this.#memory, variant);
    return this.#tiles[index];
  }

  pack(from: number, b: MatrixLayout, n: number, k: number, to: number): void {
    this.#packPanels ??= compilePackPanels(this.#memory, this.width);
    this.#packPanels(from, b.columnStride, b.rowStride, n, k, to);
  }

  /** Rows of a with their elements side by side. */
  copyRows(from: number, a: MatrixLayout, m: number, k: number, to: number, toRow: number): void {
    if (a.rowStride === 4) {
      this.#transpose ??= compileTranspose(this.#memory);
      this.#transpose(from, a.columnStride, to, toRow, k, m);
    } else {
      this.#copyPlanes ??= compileCopyPlanes(this.#memory);
      this.#copyPlanes(1, m, k, from, 0, a.rowStride, a.columnStride, to, 0, toRow, 4);
    }
  }
}

/** Products of one shape at several places. They share scratch memory, until `release`. */
export class PreparedProduct {
  readonly #memory: Memory;
  readonly #parts: MatrixProduct;
  readonly #shape: ProductShape;
  readonly #tiles: (m: number) => MatmulTiles;
  readonly #depth: number; // of a step along k
  readonly #rows: number; // of a block
  readonly #columns: number;
  readonly #packed: CpuBuffer | null;
  readonly #copied: CpuBuffer | null;
  readonly #edge: CpuBuffer | null; // room for a tile that is wider than c
  readonly #bias: CpuBuffer | null; // filled up to whole panels

  constructor(memory: Memory, parts: MatrixProduct, shape: ProductShape) {
    const { dtype, m, n, k, a, bias } = shape;
    const { width, height } = parts;
    const [packing, copying] = [packs(shape), copies(shape)];
    this.#memory = memory;
    this.#parts = parts;
    this.#shape = shape;
    this.#tiles = parts.tiles({ left: strided(a, k) || copying ? "rows" : "columns", right: packing ? "packed" : "strided", dtype });
    this.#depth = depthOf(k);
    this.#rows = packing || copying ? evenBlock(m, blockRows, 1) : m;
    this.#columns = packing || copying ? evenBlock(n, blockColumns, width) : n;
    this.#packed = packing ? memory.allocate(4 * this.#depth * roundUp(this.#columns, width)) : null;
    this.#copied = copying ? memory.allocate(this.#rows * (4 * this.#depth + rowGap)) : null;
    this.#edge = n % width ? memory.allocate(4 * height * width) : null;
    this.#bias = bias ? filledUp(memory, bias, n, width) : null;
  }

  /** From addresses of the whole matrices. */
  run(aStart: number, bStart: number, cStart: number): void {
    const { m, n, k, a, b, cRow, adds } = this.#shape;
    const [depth, rows, columns] = [this.#depth, this.#rows, this.#columns];
    const [packed, copied, bias] = [this.#packed, this.#copied, this.#bias];
    const { width } = this.#parts;
    for (let column = 0; column < n; column += columns) {
      const n0 = Math.min(columns, n - column);
      for (let step = 0; step === 0 || step < k; step += depth) {
        // with k = 0 too: c is still to be written
        const onTop = adds || step > 0;
        const k0 = Math.min(depth, k - step);
        const bAt = bStart + column * b.columnStride + step * b.rowStride;
        if (packed) this.#parts.pack(bAt, b, n0, k0, packed.pointer);
        for (let row = 0; row < m; row += rows) {
          const m0 = Math.min(rows, m - row);
          const aAt = aStart + row * a.rowStride + step * a.columnStride;
          if (copied) this.#parts.copyRows(aAt, a, m0, k0, copied.pointer, 4 * k0 + rowGap);
          const cAt = cStart + row * cRow + column * 4;
          this.#tiles(m0)(
            m0,
            n0,
            k0,
            copied ? copied.pointer : aAt,
            copied ? 4 * k0 + rowGap : a.rowStride,
            a.columnStride,
            packed ? packed.pointer : bAt,
            packed ? 4 * k0 * width : 4 * width,
            b.rowStride,
            onTop ? cAt : bias ? bias.pointer + 4 * column : this.#parts.zeros,
            onTop ? cRow : 0,
            onTop || bias ? 4 * width : 0,
            cAt,
            cRow,
            this.#edge ? this.#edge.pointer : 0,
          );
        }
      }
    }
  }

  release(): void {
    const memory = this.#memory;
    if (this.#packed) memory.release(this.#packed);
    if (this.#copied) memory.release(this.#copied);
    if (this.#edge) memory.release(this.#edge);
    if (this.#bias) memory.release(this.#bias);
  }
}

/** A bias, filled up with zeros to whole panels. */
export function filledUp(memory: Memory, bias: number, n: number, width: number): CpuBuffer {
  const elements = roundUp(n, width);
  const buffer = memory.allocate(4 * elements);
  const first = buffer.pointer >>> 2;
  memory.i32.copyWithin(first, bias >>> 2, (bias >>> 2) + n);
  memory.i32.fill(0, first + n, first + elements);
  return buffer;
}
