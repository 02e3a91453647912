// From pictures to the points of their tiles: the patches under each tile of 4×4 outputs, or the tiles of an output's gradient themselves.
import { advance, forRange } from "../wasm/control.ts";
import { type Local, ModuleBuilder, type Target } from "../wasm/emitter.ts";
import { i32 } from "../wasm/scalar.ts";
import { v128 } from "../wasm/simd.ts";
import { transposeLanes } from "./transpose.ts";
import { channelBlock, gradientLine, inputLine, patchSize, tileSize, transformSquare } from "./winograd-transforms.ts";

/**
 * points[p, tile, channel] of a picture [channels ≥ 4, 4 · tilesY + …, 4 · tilesX + …]: in bytes, `toPoint` from point to point and `toTile` from
 * tile to tile; channels are neighbours.
 */
export type Spread = (
  tilesY: number,
  tilesX: number,
  channels: number,
  picture: number,
  plane: number,
  row: number,
  to: number,
  toPoint: number,
  toTile: number,
) => void;

const variants = { input: { size: patchSize, line: inputLine }, gradient: { size: tileSize, line: gradientLine } };

const parameters = ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;

export function compileSpread(target: Target, variant: keyof typeof variants): Spread {
  const { size, line } = variants[variant];
  const module = new ModuleBuilder(target);
  module.func("spread", parameters, null, (f, tilesY, tilesX, channels, picture, plane, row, to, toPoint, toTile) => {
    const [begin, end, y, x, channel] = [f.i32(), f.i32(), f.i32(), f.i32(), f.i32()];
    const [patches, patch, tile] = [f.i32(), f.i32(), f.i32()];
    const planes = f.locals("i32", 4); // of the four channels in a vector
    const targets = f.locals("i32", patchSize); // the points of one column
    const lanes = f.locals("v128", 4);
    const elements = f.locals("v128", size);
    const square = transformSquare(
      f,
      size,
      line,
      () => ({
        code: [
          lanes.map((lane, c) => lane.set(v128.load(planes[c] as Local<"i32">))),
          transposeLanes(f, lanes, (i, value) => (elements[i] as Local<"v128">).set(value)),
          size > 4
            ? [
                lanes.map((lane, c) => lane.set(v128.load(planes[c] as Local<"i32">, 8))), // the last two again, and the two that follow
                transposeLanes(f, lanes, (i, value) => (i < 2 ? [] : (elements[2 + i] as Local<"v128">).set(value))),
              ]
            : [],
          planes.map((each) => advance(each, row)),
        ],
        line: elements,
      }),
      (_, results) =>
        results.map((value, r) => [v128.store(targets[r] as Local<"i32">, value), advance(targets[r] as Local<"i32">, toPoint)]),
    );
    const first = f.i32();
    const vector = [
      first.set(i32.select(i32.ltS(channel, i32.sub(channels, 4)), channel, i32.sub(channels, 4))), // the last vector overlaps
      planes.map((each, c) => each.set(c === 0 ? i32.add(patch, i32.mul(first, plane)) : i32.add(planes[c - 1] as Local<"i32">, plane))),
      targets.map((each, r) =>
        each.set(r === 0 ? i32.add(tile, i32.shl(first, 2)) : i32.add(targets[r - 1] as Local<"i32">, i32.mul(toPoint, patchSize))),
      ),
      square,
    ];
    return forRange(begin, 0, channels, channelBlock, [
      end.set(i32.add(begin, channelBlock)),
      end.set(i32.select(i32.ltS(end, channels), end, channels)),
      patches.set(picture),
      tile.set(to),
      forRange(y, 0, tilesY, 1, [
        patch.set(patches),
        forRange(x, 0, tilesX, 1, [forRange(channel, begin, end, 4, vector), advance(patch, 4 * tileSize), advance(tile, toTile)]),
        advance(patches, i32.mul(row, tileSize)),
      ]),
    ]);
  });
  return module.kernel<Spread>("spread");
}
