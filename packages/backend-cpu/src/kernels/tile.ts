// The register tile that every product is made of: rows × vectors of accumulators, updated by a column of splats times a row of vectors.
import { forRange, when } from "../wasm/control.ts";
import type { Code, FunctionBuilder, Local } from "../wasm/emitter.ts";
import { type I32, i32, i32Value } from "../wasm/scalar.ts";
import { f32x4, i32x4, type V128, v128 } from "../wasm/simd.ts";

/** What products are computed in. */
export type ProductType = "float32" | "int32";

export interface TileShape {
  readonly rows: number;
  /** Vectors of four columns. */
  readonly vectors: number;
}

/** The fastest measured: 6×2 with fused multiply-add; without it, 4×3 (one register goes to the product). */
export const tileShape = (relaxedSimd: boolean): TileShape => (relaxedSimd ? { rows: 6, vectors: 2 } : { rows: 4, vectors: 3 });

const multiplyAdd: Record<ProductType, (a: V128, b: V128, c: V128) => V128> = {
  float32: f32x4.madd,
  int32: (a, b, c) => i32x4.add(i32x4.mul(a, b), c),
};

export class RegisterTile {
  readonly #accumulators: Local<"v128">[][]; // [rows][vectors]
  readonly #right: Local<"v128">[];
  readonly #left: Local<"v128">;
  readonly #cursor: Local<"i32">;
  readonly #dtype: ProductType;

  constructor(f: FunctionBuilder, { rows, vectors }: TileShape, dtype: ProductType) {
    this.#accumulators = Array.from({ length: rows }, () => f.locals("v128", vectors));
    this.#right = f.locals("v128", vectors);
    this.#left = f.v128();
    this.#cursor = f.i32();
    this.#dtype = dtype;
  }

  /** Reads the start values, one row each `stride` bytes; stride 0 repeats one row: a bias, or zeros. */
  load(start: I32, stride: I32): Code {
    return this.#eachRow(start, stride, (row) => row.map((accumulator, j) => accumulator.set(v128.load(this.#cursor, 16 * j))));
  }

  /** accumulators[r][j] = start(r) */
  fill(start: (row: number) => V128): Code {
    return this.#accumulators.map((row, r) => [this.#left.set(start(r)), row.map((accumulator) => accumulator.set(this.#left))]);
  }

  /** accumulators[r][j] += left(r) · right(j) */
  update(left: (row: number) => V128, right: (vector: number) => V128): Code {
    const madd = multiplyAdd[this.#dtype];
    return [
      this.#right.map((vector, j) => vector.set(right(j))),
      this.#accumulators.map((row, r) => [
        this.#left.set(left(r)),
        row.map((accumulator, j) => accumulator.set(madd(this.#left, this.#right[j] as V128, accumulator))),
      ]),
    ];
  }

  store(to: I32, stride: I32): Code {
    return this.#eachRow(to, stride, (row) => row.map((accumulator, j) => v128.store(this.#cursor, accumulator, 16 * j)));
  }

  /** Each vector of columns to its own place. */
  storeVectors(to: readonly Local<"i32">[], stride: I32): Code {
    return this.#accumulators.map((row, r) => [
      r > 0 ? to.map((pointer) => pointer.set(i32.add(pointer, stride))) : [],
      row.map((accumulator, j) => v128.store(to[j] as Local<"i32">, accumulator)),
    ]);
  }

  #eachRow(pointer: I32, stride: I32, code: (row: Local<"v128">[]) => Code): Code {
    return [
      this.#cursor.set(i32Value(pointer)),
      this.#accumulators.map((row, r) => [r > 0 ? this.#cursor.set(i32.add(this.#cursor, stride)) : [], code(row)]),
    ];
  }
}

export interface BalancedTiles {
  /** To run once, before. */
  readonly prepare: Code;
  /** Runs the body ⌈total / most⌉ times; it sees the tile's number of rows. */
  walk(body: (rows: Local<"i32">) => Code): Code;
}

/** The same number of rows in every tile, as nearly as can be: a tail of two rows would run at a third of the speed. total ≥ 1. */
export function balancedTiles(f: FunctionBuilder, total: I32, most: number): BalancedTiles {
  const [tiles, small, larger] = [f.i32(), f.i32(), f.i32()];
  const [tile, rows] = [f.i32(), f.i32()];
  return {
    prepare: [
      tiles.set(i32.divU(i32.add(total, most - 1), most)),
      small.set(i32.divU(total, tiles)),
      larger.set(i32.remU(total, tiles)), // so many tiles have one row more
    ],
    walk: (body) => forRange(tile, 0, tiles, 1, [rows.set(i32.add(small, i32.ltS(tile, larger))), body(rows)]),
  };
}

/** Calls what was made for the number of rows at hand: `lower` or one more. */
export const eitherHeight = (rows: Local<"i32">, lower: number, call: (rows: number) => Code): Code =>
  when(i32.eq(rows, lower), call(lower), call(lower + 1));

/**
 * What is compiled for balanced tiles, by their total of rows: they have two heights, so a module has no others. It gets the lower one, and takes
 * one row more.
 */
export function byHeight<T>(most: number, compile: (lower: number) => T): (total: number) => T {
  const compiled: T[] = [];
  return (total) => {
    const lower = Math.min(most - 1, Math.floor(total / Math.ceil(total / most)));
    return (compiled[lower] ??= compile(lower));
  };
}
