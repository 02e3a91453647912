// From the points of tiles to pictures, with the bias: the last step of a convolution by Winograd's algorithm.
import { advance, forRange, when } from "../wasm/control.ts";
import { type Code, ModuleBuilder, type Target } from "../wasm/emitter.ts";
import { i32 } from "../wasm/scalar.ts";
import { f32x4, v128 } from "../wasm/simd.ts";
import { transposeLanes } from "./transpose.ts";
import { outputLine, patchSize, tileSize, transformSquare } from "./winograd-transforms.ts";

/**
 * picture[output, y, x] = bias[output] + what points[p, tile, output] say; 4 ≤ outputs ≤ channelBlock, height and width at most 4 · tiles. In bytes:
 * `point` from point to point, `tile` from tile to tile; outputs are neighbours.
 */
export type Collect = (
  tilesY: number,
  tilesX: number,
  outputs: number,
  points: number,
  point: number,
  tile: number,
  bias: number,
  picture: number,
  plane: number,
  height: number,
  width: number,
) => void;

const parameters = ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;

export function compileCollect(target: Target): Collect {
  const module = new ModuleBuilder(target);
  module.func("collect", parameters, null, (f, tilesY, tilesX, outputs, points, point, tile, bias, picture, plane, height, width) => {
    const [y, x, output, first, row, corner, columnsLeft, at] = [
      f.i32(), f.i32(), f.i32(), f.i32(), f.i32(), f.i32(), f.i32(), f.i32(),
    ]; // biome-ignore format: a list
    const line = f.locals("v128", patchSize);
    const [start, value] = [f.v128(), f.v128()];
    const results = Array.from({ length: tileSize }, () => f.locals("v128", tileSize)); // [row][column], then [row][output]
    const square = transformSquare(
      f,
      patchSize,
      outputLine,
      () => ({ code: line.map((each) => [each.set(v128.load(at)), advance(at, point)]), line }),
      (column, values) => values.map((each, r) => results[r]![column]!.set(f32x4.add(each, start))),
    );
    const targets = f.locals("i32", 4); // the four outputs of a vector
    const storeRow = (store: (output: number) => Code): Code => [
      Array.from({ length: 4 }, (_, o) => store(o)),
      targets.map((each) => advance(each, row)),
    ];
    const whole = results.map((values) => storeRow((o) => v128.store(targets[o]!, values[o]!)));
    const cut = results.map((values, r) =>
      when(
        i32.gtS(height, r),
        storeRow((o) => [
          value.set(values[o]!),
          Array.from({ length: tileSize }, (_, c) => when(i32.gtS(columnsLeft, c), v128.store32Lane(targets[o]!, value, c, 4 * c))),
        ]),
      ),
    );
    const vector: Code = [
      first.set(i32.select(i32.ltS(output, i32.sub(outputs, 4)), output, i32.sub(outputs, 4))), // the last vector overlaps
      at.set(i32.add(points, i32.shl(first, 2))),
      start.set(v128.load(i32.add(bias, i32.shl(first, 2)))),
      square,
      results.map((values) => transposeLanes(f, values, (o, each) => values[o]!.set(each))),
      targets.map((each, o) => each.set(o === 0 ? i32.add(corner, i32.mul(first, plane)) : i32.add(targets[o - 1]!, plane))),
      when(i32.and(i32.geS(height, tileSize), i32.geS(columnsLeft, tileSize)), whole, cut),
    ];
    return [
      row.set(i32.shl(width, 2)),
      forRange(y, 0, tilesY, 1, [
        corner.set(picture),
        columnsLeft.set(width),
        forRange(x, 0, tilesX, 1, [
          forRange(output, 0, outputs, 4, vector),
          advance(corner, 4 * tileSize),
          advance(columnsLeft, -tileSize),
          advance(points, tile),
        ]),
        advance(picture, i32.mul(row, tileSize)),
        advance(height, -tileSize),
      ]),
    ];
  });
  return module.kernel<Collect>("collect");
}
