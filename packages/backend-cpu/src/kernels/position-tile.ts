// Convolution with output channels on the splat side and vectors of four neighbouring positions: for few channels, and stride 1 along x.
import { advance, doWhile, forRange } from "../wasm/control.ts";
import { type Code, type Local, ModuleBuilder, type Target, type Value } from "../wasm/emitter.ts";
import { i32 } from "../wasm/scalar.ts";
import { v128 } from "../wasm/simd.ts";
import { balancedTiles, dispatchRows, RegisterTile, type TileShape } from "./tile.ts";

/**
 * c[o, p] = bias[o] + Σ weight[o, k] · image[p, k], k = runs × run length. In bytes:
 * - weights: for each tile of balanced rows [1 + k][rows], the bias first
 * - positions: for each group the offsets of its vectors in the image, then those in c
 * - after run i, every vector moves on by jumps[i] from where the run began
 */
export type PositionTiles = (
  outputs: number,
  groups: number,
  runs: number,
  weights: number,
  weightBytes: number, // of one row: 4 · (1 + k)
  image: number,
  jumps: number,
  positions: number,
  c: number,
  cRow: number,
) => void;

interface FixedRun {
  readonly length: number;
  readonly step: number;
}

function tileFunction(module: ModuleBuilder, { rows, vectors }: TileShape, { length, step }: FixedRun) {
  const places = Array.from({ length: 2 * vectors }, () => "i32" as const);
  return module.func(`tile${rows}`, ["i32", "i32", "i32", "i32", ...places], null, (f, ...all) => {
    const [runs, weights, jumps, cRow, ...pointers] = all as [Local<"i32">, Local<"i32">, Local<"i32">, Local<"i32">, ...Local<"i32">[]];
    const [sources, targets] = [pointers.slice(0, vectors), pointers.slice(vectors)];
    const tile = new RegisterTile(f, { rows, vectors }, "float32");
    const jump = f.i32();
    return [
      tile.fill((r) => v128.load32Splat(weights, 4 * r)),
      advance(weights, 4 * rows),
      doWhile(
        [
          Array.from({ length }, (_, u) =>
            tile.update(
              (r) => v128.load32Splat(weights, 4 * (u * rows + r)),
              (j) => v128.load(sources[j] as Local<"i32">, u * step),
            ),
          ),
          advance(weights, 4 * length * rows),
          jump.set(i32.load(jumps)),
          advance(jumps, 4),
          sources.map((source) => advance(source, jump)),
          advance(runs, -1),
        ],
        runs,
      ),
      tile.storeVectors(targets, cRow),
    ];
  });
}

const walkParameters = ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;

export function compilePositionTiles(target: Target, shape: TileShape, run: FixedRun): PositionTiles {
  const module = new ModuleBuilder(target);
  const { rows: mostRows, vectors } = shape;
  const tiles = Array.from({ length: mostRows }, (_, r) => tileFunction(module, { rows: r + 1, vectors }, run));
  module.func("walk", walkParameters, null, (f, outputs, groups, runs, weights, weightBytes, image, jumps, positions, c, cRow) => {
    const [group, weightsAt, cAt] = [f.i32(), f.i32(), f.i32()];
    const sources = f.locals("i32", vectors);
    const offsets = f.locals("i32", vectors);
    const tile = (rows: Local<"i32">): Code => [
      dispatchRows(rows, mostRows, (count) => {
        const targets: Value<"i32">[] = offsets.map((offset) => i32.add(cAt, offset));
        return (tiles[count - 1] as (typeof tiles)[number])(runs, weightsAt, jumps, cRow, ...sources, ...targets);
      }),
      advance(weightsAt, i32.mul(rows, weightBytes)),
      advance(cAt, i32.mul(rows, cRow)),
    ];
    const panels = balancedTiles(f, outputs, mostRows);
    return [
      panels.prepare,
      forRange(group, 0, groups, 1, [
        sources.map((source, j) => source.set(i32.add(image, i32.load(positions, 4 * j)))),
        offsets.map((offset, j) => offset.set(i32.load(positions, 4 * (vectors + j)))),
        weightsAt.set(weights),
        cAt.set(c),
        panels.walk(tile),
        advance(positions, 8 * vectors),
      ]),
    ];
  });
  return module.kernel<PositionTiles>("walk");
}
