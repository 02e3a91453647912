// Convolution with output channels on the splat side and vectors of four neighbouring positions: for few channels, and stride 1 along x.
import { advance, doWhile, forRange } from "../wasm/control.ts";
import { type Code, type Local, ModuleBuilder, type Target } from "../wasm/emitter.ts";
import { i32 } from "../wasm/scalar.ts";
import { v128 } from "../wasm/simd.ts";
import { balancedTiles, byHeight, eitherHeight, RegisterTile, type TileShape } from "./tile.ts";

/**
 * c[o, p] = bias[o] + Σ weight[o, k] · image[p, k], k = runs × run length. In bytes:
 * - weights: for each tile of balanced rows [1 + k][rows], the bias first
 * - positions: for each group the offsets of its vectors in the image, then those in c, then its first run and how many it takes
 * - after run i, every vector moves on by jumps[i] from where the run began
 */
export type PositionTiles = (
  outputs: number,
  groups: number,
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

const tileParameters = ["i32", "i32", "i32", "i32", "i32", "i32"] as const;

function tileFunction(module: ModuleBuilder, { rows, vectors }: TileShape, { length, step }: FixedRun) {
  return module.func(`tile${rows}`, tileParameters, null, (f, positions, image, weights, jumps, c, cRow) => {
    const [sources, targets] = [f.locals("i32", vectors), f.locals("i32", vectors)];
    const tile = new RegisterTile(f, { rows, vectors }, "float32");
    const [first, runs, jump] = [f.i32(), f.i32(), f.i32()];
    return [
      sources.map((source, j) => source.set(i32.add(image, i32.load(positions, 4 * j)))),
      targets.map((target, j) => target.set(i32.add(c, i32.load(positions, 4 * (vectors + j))))),
      first.set(i32.load(positions, 8 * vectors)),
      runs.set(i32.load(positions, 8 * vectors + 4)),
      tile.fill((r) => v128.load32Splat(weights, 4 * r)),
      advance(weights, i32.add(i32.mul(first, 4 * length * rows), 4 * rows)),
      advance(jumps, i32.shl(first, 2)),
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

const walkParameters = ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;

/** The walk for `outputs` rows. */
export const positionTiles = (target: Target, shape: TileShape, run: FixedRun): ((outputs: number) => PositionTiles) =>
  byHeight(shape.rows, (lower) => compileWalk(target, shape, run, lower));

function compileWalk(target: Target, { rows: mostRows, vectors }: TileShape, run: FixedRun, lower: number): PositionTiles {
  const module = new ModuleBuilder(target);
  const tiles = [0, 1].map((more) => tileFunction(module, { rows: lower + more, vectors }, run));
  module.func("walk", walkParameters, null, (f, outputs, groups, weights, weightBytes, image, jumps, positions, c, cRow) => {
    const [group, weightsAt, cAt] = [f.i32(), f.i32(), f.i32()];
    const tile = (rows: Local<"i32">): Code => [
      eitherHeight(rows, lower, (count) => tiles[count - lower]!(positions, image, weightsAt, jumps, cAt, cRow)),
      advance(weightsAt, i32.mul(rows, weightBytes)),
      advance(cAt, i32.mul(rows, cRow)),
    ];
    const panels = balancedTiles(f, outputs, mostRows);
    return [
      panels.prepare,
      forRange(group, 0, groups, 1, [weightsAt.set(weights), cAt.set(c), panels.walk(tile), advance(positions, 8 * vectors + 8)]),
    ];
  });
  return module.kernel<PositionTiles>("walk");
}
