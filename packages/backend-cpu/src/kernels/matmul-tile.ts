// Walks a block of a product in register tiles. The left operand is read in place, by rows or by columns; the right one in place or packed.
import { advance, doWhile, forRange, when } from "../wasm/control.ts";
import { type Code, type Local, ModuleBuilder, type Target, type Value } from "../wasm/emitter.ts";
import { i32 } from "../wasm/scalar.ts";
import { v128 } from "../wasm/simd.ts";
import { balancedTiles, byHeight, eitherHeight, type ProductType, RegisterTile, type TileShape, tileShape } from "./tile.ts";

export interface MatmulVariant {
  /** `rows`: neighbours along k are neighbours in memory; `columns`: neighbours along m are. */
  readonly left: "rows" | "columns";
  /** `strided`: rows of b in place, neighbours along n side by side; `packed`: the panels of pack.ts. */
  readonly right: "strided" | "packed";
  readonly dtype: ProductType;
}

/**
 * c[m, n] = start + a[m, k] · b[k, n], m ≥ 1. Addresses and strides in bytes:
 * - a: `aRow` from row to row, `aStep` from k to k (4 in `rows`)
 * - b: `bPanel` from one panel of columns to the next, `bStep` from k to k; a strided last panel is read to its full width
 * - start: `startRow` from row to row, 0 to repeat one row padded to full panels; `startPanel` from panel to panel
 * - edge: room for one tile
 */
export type MatmulTiles = (
  m: number,
  n: number,
  k: number,
  a: number,
  aRow: number,
  aStep: number,
  b: number,
  bPanel: number,
  bStep: number,
  start: number,
  startRow: number,
  startPanel: number,
  c: number,
  cRow: number,
  edge: number,
) => void;

const walkParameters = [
  ...(["i32", "i32", "i32", "i32", "i32"] as const),
  ...(["i32", "i32", "i32", "i32", "i32"] as const),
  ...(["i32", "i32", "i32", "i32", "i32"] as const),
] as const;

const unroll = 4;

/** One tile of `rows` rows, over all of k. */
function tileFunction(module: ModuleBuilder, { rows, vectors }: TileShape, { left, right, dtype }: MatmulVariant) {
  const parameters = ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;
  return module.func(`tile${rows}`, parameters, null, (f, k, a, aRow, aStep, b, bStep, start, startRow, c, cRow) => {
    const tile = new RegisterTile(f, { rows, vectors }, dtype);
    const count = f.i32();
    const pointers = left === "rows" ? [a, ...f.locals("i32", rows - 1)] : [];
    const panelBytes = 16 * vectors;

    const step = (u: number): Code => [
      tile.update(
        (r) => (left === "rows" ? v128.load32Splat(pointers[r] as Local<"i32">, 4 * u) : v128.load32Splat(a, 4 * r)),
        (j) => v128.load(b, (right === "packed" ? u * panelBytes : 0) + 16 * j),
      ),
      left === "columns" ? advance(a, aStep) : [],
      right === "strided" ? advance(b, bStep) : [],
    ];
    const steps = (howMany: number): Code => [
      Array.from({ length: howMany }, (_, u) => step(u)),
      pointers.map((pointer) => advance(pointer, 4 * howMany)),
      right === "packed" ? advance(b, howMany * panelBytes) : [],
    ];
    const repeat = (times: Value<"i32">, body: Code): Code => [count.set(times), when(count, doWhile([body, advance(count, -1)], count))];
    return [
      tile.load(start, startRow),
      pointers.slice(1).map((pointer, r) => pointer.set(i32.add(pointers[r] as Local<"i32">, aRow))),
      repeat(i32.shrU(k, Math.log2(unroll)), steps(unroll)),
      repeat(i32.and(k, unroll - 1), steps(1)),
      tile.store(c, cRow),
    ];
  });
}

/** Copies one tile's columns, 32 bits each, row by row. */
const edgeCopyFunction = (module: ModuleBuilder) =>
  module.func("copyEdge", ["i32", "i32", "i32", "i32", "i32", "i32"], null, (f, from, fromRow, to, toRow, rows, columns) => {
    const x = f.i32();
    return doWhile(
      [
        forRange(x, 0, columns, 1, i32.store(i32.add(to, i32.shl(x, 2)), i32.load(i32.add(from, i32.shl(x, 2))))),
        advance(from, fromRow),
        advance(to, toRow),
        advance(rows, -1),
      ],
      rows,
    );
  });

/** The walk for `m` rows. */
export const matmulTiles = (target: Target, variant: MatmulVariant): ((m: number) => MatmulTiles) =>
  byHeight(tileShape(target.relaxedSimd).rows, (lower) => compileWalk(target, variant, lower));

function compileWalk(target: Target, variant: MatmulVariant, lower: number): MatmulTiles {
  const module = new ModuleBuilder(target);
  const { rows: mostRows, vectors } = tileShape(target.relaxedSimd);
  const tiles = [0, 1].map((more) => tileFunction(module, { rows: lower + more, vectors }, variant));
  const copyEdge = edgeCopyFunction(module);
  const width = 4 * vectors;
  const edgeRow = i32.const(4 * width);

  module.func("walk", walkParameters, null, (f, m, n, k, a, aRow, aStep, b, bPanel, bStep, start, startRow, startPanel, c, cRow, edge) => {
    const [j, columns, aAt, cAt, startAt] = [f.i32(), f.i32(), f.i32(), f.i32(), f.i32()];
    const runTile = (rows: Local<"i32">, from: Value<"i32">, fromRow: Value<"i32">, to: Value<"i32">, toRow: Value<"i32">): Code =>
      eitherHeight(rows, lower, (count) => tiles[count - lower]!(k, aAt, aRow, aStep, b, bStep, from, fromRow, to, toRow));

    const wholeTile = (rows: Local<"i32">): Code => runTile(rows, startAt, startRow, cAt, cRow);
    /** Fewer columns than the tile has: computed beside c, then copied. */
    const partialTile = (rows: Local<"i32">): Code => [
      when(startRow, copyEdge(startAt, startRow, edge, edgeRow, rows, columns)),
      runTile(rows, i32.select(startRow, edge, startAt), i32.select(startRow, edgeRow, 0), edge, edgeRow),
      copyEdge(edge, edgeRow, cAt, cRow, rows, columns),
    ];
    const tile = (rows: Local<"i32">): Code => [
      when(i32.geS(columns, width), wholeTile(rows), partialTile(rows)),
      advance(aAt, i32.mul(rows, aRow)),
      advance(cAt, i32.mul(rows, cRow)),
      advance(startAt, i32.mul(rows, startRow)),
    ];
    const panels = balancedTiles(f, m, mostRows);
    return [
      panels.prepare,
      forRange(j, 0, n, width, [
        columns.set(i32.sub(n, j)),
        aAt.set(a),
        cAt.set(i32.add(c, i32.shl(j, 2))),
        startAt.set(start),
        panels.walk(tile),
        advance(b, bPanel),
        advance(start, startPanel),
      ]),
    ];
  });
  return module.kernel<MatmulTiles>("walk");
}
