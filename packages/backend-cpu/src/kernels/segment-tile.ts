// Products whose left rows are windows on an image, read where they lie: a row is a pointer, and k walks it in runs of equal steps.
// Between two runs every pointer moves by the same amount, so an unfolded matrix never exists.
import { advance, doWhile, forRange, when } from "../wasm/control.ts";
import { type Code, type Local, ModuleBuilder, type Target, type Value } from "../wasm/emitter.ts";
import { i32 } from "../wasm/scalar.ts";
import { v128 } from "../wasm/simd.ts";
import { balancedTiles, byHeight, eitherHeight, RegisterTile, type TileShape, tileShape } from "./tile.ts";

/** Steps of `step` bytes, `length` of them in each run; `any`: as many as the call says. */
export interface Run {
  readonly length: number | "any";
  readonly step: number;
}

/**
 * c[m, n] = start + rows[m, k] · b[k, n], k = runs × run steps, b packed by pack.ts. In bytes:
 * - row r begins at base + rowOffsets[r]; after run i, every row moves on by jumps[i] from where the run began (`any`: from where it ended)
 * - start: `startRow` from row to row, 0 to repeat one; `startPanel` from panel to panel; like c, of full panels
 */
export type SegmentTiles = (
  m: number,
  n: number,
  runs: number,
  runLength: number,
  rowOffsets: number,
  base: number,
  jumps: number,
  b: number,
  start: number,
  startRow: number,
  startPanel: number,
  c: number,
  cRow: number,
) => void;

const unroll = 4;

const tileParameters = ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;

function tileFunction(module: ModuleBuilder, { rows, vectors }: TileShape, { length, step }: Run) {
  return module.func(`tile${rows}`, tileParameters, null, (f, runs, runLength, rowOffsets, base, jumps, b, start, startRow, c, cRow) => {
    const tile = new RegisterTile(f, { rows, vectors }, "float32");
    const pointers = f.locals("i32", rows);
    const [count, jump] = [f.i32(), f.i32()];
    const panelBytes = 16 * vectors;
    const steps = (howMany: number): Code =>
      Array.from({ length: howMany }, (_, u) =>
        tile.update(
          (r) => v128.load32Splat(pointers[r] as Local<"i32">, u * step),
          (j) => v128.load(b, u * panelBytes + 16 * j),
        ),
      );
    const move = (howMany: number): Code => [pointers.map((pointer) => advance(pointer, howMany * step)), advance(b, howMany * panelBytes)];
    const repeat = (times: Value<"i32">, howMany: number): Code => [
      count.set(times),
      when(count, doWhile([steps(howMany), move(howMany), advance(count, -1)], count)),
    ];
    const run: Code =
      length === "any"
        ? [repeat(i32.shrU(runLength, Math.log2(unroll)), unroll), repeat(i32.and(runLength, unroll - 1), 1)]
        : [steps(length), advance(b, length * panelBytes)];
    return [
      tile.load(start, startRow),
      pointers.map((pointer, r) => pointer.set(i32.add(base, i32.load(rowOffsets, 4 * r)))),
      doWhile(
        [run, jump.set(i32.load(jumps)), advance(jumps, 4), pointers.map((pointer) => advance(pointer, jump)), advance(runs, -1)],
        runs,
      ),
      tile.store(c, cRow),
    ];
  });
}

const walkParameters = [...tileParameters, "i32", "i32", "i32"] as const;

/** The walk for `m` rows. */
export const segmentTiles = (target: Target, run: Run): ((m: number) => SegmentTiles) =>
  byHeight(tileShape(target.relaxedSimd).rows, (lower) => compileWalk(target, run, lower));

function compileWalk(target: Target, run: Run, lower: number): SegmentTiles {
  const module = new ModuleBuilder(target);
  const { rows: mostRows, vectors } = tileShape(target.relaxedSimd);
  const tiles = [0, 1].map((more) => tileFunction(module, { rows: lower + more, vectors }, run));
  const width = 4 * vectors;
  module.func(
    "walk",
    walkParameters,
    null,
    (f, m, n, runs, runLength, rowOffsets, base, jumps, b, start, startRow, startPanel, c, cRow) => {
      const [j, offsetsAt, startAt, cAt] = [f.i32(), f.i32(), f.i32(), f.i32()];
      const tile = (rows: Local<"i32">): Code => [
        eitherHeight(rows, lower, (count) =>
          tiles[count - lower]!(runs, runLength, offsetsAt, base, jumps, b, startAt, startRow, cAt, cRow),
        ),
        advance(offsetsAt, i32.shl(rows, 2)),
        advance(startAt, i32.mul(rows, startRow)),
        advance(cAt, i32.mul(rows, cRow)),
      ];
      const panels = balancedTiles(f, m, mostRows);
      return [
        panels.prepare,
        forRange(j, 0, n, width, [
          offsetsAt.set(rowOffsets),
          startAt.set(start),
          cAt.set(i32.add(c, i32.shl(j, 2))),
          panels.walk(tile),
          advance(b, i32.mul(i32.mul(runs, runLength), 4 * width)),
          advance(start, startPanel),
        ]),
      ];
    },
  );
  return module.kernel<SegmentTiles>("walk");
}
