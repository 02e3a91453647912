// How attention is walked: head by head, in lanes, and some queries at a time, so that their scores do not leave the second-level cache.
import type { Backend, View } from "@gradkit/tensor/backend";
import { partStart } from "../lanes.ts";
import type { Memory } from "../memory.ts";
import { addressOf } from "./elements.ts";
import { inOrder } from "./in-order.ts";
import { evenBlock, type MatrixLayout, type MatrixProduct, PreparedProduct, type ProductShape } from "./matrix-product.ts";

/** Scores of a block of queries: a quarter of the second-level cache, since gradients have two matrices of them. */
const blockScores = 65_536;
const fewestQueries = 32; // of a block: fewer read an operand that is not packed
const causalQueries = 64; // of a block at most: keys behind its last query are left out,
const keySteps = 8; // so many numbers of keys at most

/** One core's time, to tell what work is worth sharing. */
const flopsPerNanosecond = 45;
const nanosecondsPerScore = 0.8;

/** Queries first … first + count − 1 see some of the first `keys` keys. */
export interface QueryBlock {
  readonly first: number;
  readonly count: number;
  readonly keys: number;
}

export interface HeadSizes {
  readonly queries: number;
  readonly keys: number;
  readonly features: number;
  readonly valueFeatures: number;
}

export function queryBlocks({ queries, keys }: HeadSizes, causal: boolean): QueryBlock[] {
  const most = Math.max(fewestQueries, Math.min(causal ? causalQueries : queries, Math.floor(blockScores / keys)));
  const size = evenBlock(queries, most, 1);
  const step = Math.max(causalQueries, Math.ceil(keys / keySteps));
  return Array.from({ length: Math.ceil(queries / size) }, (_, block) => {
    const first = block * size;
    const count = Math.min(size, queries - first);
    return { first, count, keys: causal ? Math.min(keys, Math.ceil((first + count) / step) * step) : keys };
  });
}

/** Matrices of one head in a view [N, T, H, E]: where they begin, and how they lie. */
export class HeadMatrices {
  readonly layout: MatrixLayout;
  readonly #start: number;
  readonly #batch: number;
  readonly #head: number;

  /** With `dims` N, T, H, E of the view. */
  constructor(view: View, [n, t, h, e]: readonly [number, number, number, number] = [0, 1, 2, 3]) {
    const stride = (dim: number): number => 4 * (view.strides[dim] as number);
    this.layout = { rowStride: stride(t), columnStride: stride(e) };
    this.#start = addressOf(view);
    this.#batch = stride(n);
    this.#head = stride(h);
  }

  at(n: number, h: number): number {
    return this.#start + n * this.#batch + h * this.#head;
  }
}

/** A product c = a·b, or what is added to c. */
export const productShape = (
  [m, n, k]: readonly [number, number, number],
  a: MatrixLayout,
  b: MatrixLayout,
  cRow: number,
  adds = false,
): ProductShape => ({ dtype: "float32", m, n, k, a, b, cRow, bias: 0, adds });

/** The products of blocks, prepared once for each shape: for one lane, until `release`. */
export class BlockProducts<B extends QueryBlock> {
  readonly #memory: Memory;
  readonly #product: MatrixProduct;
  readonly #shapes: (block: B) => readonly ProductShape[];
  readonly #prepared = new Map<string, readonly PreparedProduct[]>();
  #last: B | null = null;
  #products: readonly PreparedProduct[] = [];

  constructor(memory: Memory, product: MatrixProduct, shapes: (block: B) => readonly ProductShape[]) {
    this.#memory = memory;
    this.#product = product;
    this.#shapes = shapes;
  }

  of(block: B): readonly PreparedProduct[] {
    if (block === this.#last) return this.#products;
    this.#last = block;
    const shapes = this.#shapes(block);
    const key = shapes.map(({ m, n, k, adds }) => [m, n, k, adds].join()).join(";");
    this.#products = this.#prepared.get(key) ?? shapes.map((shape) => new PreparedProduct(this.#memory, this.#product, shape));
    this.#prepared.set(key, this.#products);
    return this.#products;
  }

  release(): void {
    for (const products of this.#prepared.values()) for (const each of products) each.release();
  }
}

/** Calls the body once in each lane, with the heads that it owns. */
export function shareHeads(
  memory: Memory,
  batch: number,
  heads: number,
  { queries, keys, features, valueFeatures }: HeadSizes,
  products: number,
  body: (eachHead: (visit: (n: number, h: number) => void) => void) => void,
): void {
  const count = batch * heads;
  const nanoseconds = queries * keys * ((products * (features + valueFeatures)) / flopsPerNanosecond + nanosecondsPerScore);
  const lanes = memory.lanes.count(count * nanoseconds, count);
  memory.lanes.fork(lanes, (lane) =>
    body((visit) => {
      for (let index = partStart(count, lane, lanes); index < partStart(count, lane + 1, lanes); index++)
        visit(Math.floor(index / heads), index % heads);
    }),
  );
}

/** Masks are read along their keys: one that does not lie so is copied. Dims along which it repeats stay repeated. */
export function withMask(memory: Memory, map: Backend["map"], mask: View | null, body: (mask: View | null) => void): boolean {
  if (!mask || mask.strides[3] === 1 || mask.shape[3] === 1) {
    body(mask);
    return true;
  }
  const { buffer, dtype, strides, offset } = mask;
  const shape = mask.shape.map((size, d) => (d < 3 && strides[d] === 0 ? 1 : size));
  inOrder(memory, map, [{ buffer, dtype, shape, strides, offset }] as const, ([dense]) => {
    const repeated = dense.strides.map((stride, d) => (shape[d] === mask.shape[d] ? stride : 0));
    body({ ...dense, shape: mask.shape, strides: repeated });
  });
  return true;
}
