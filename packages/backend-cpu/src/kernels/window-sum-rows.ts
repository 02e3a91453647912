// Sums of windows, a row of them at a time: the rows under them are added up, then elements next to each other.
import { advance, doWhile, forRange, when } from "../wasm/control.ts";
import { type Code, type Local, ModuleBuilder, type Target } from "../wasm/emitter.ts";
import { type I32, i32, i32Value } from "../wasm/scalar.ts";
import { f32x4, i32x4, v128 } from "../wasm/simd.ts";

/**
 * y[i, j] = Σ x[r, c] over r and c in the windows i and j of each plane. Bytes, x and y contiguous:
 * - rows: for each i where its first row lies in the plane, and how many there are; −1: the same as before
 * - columns: for each vector of four j where their first elements lie in a row (four numbers), and how many there are (four); 0: each column by itself.
 *   The second number is −1 where windows begin side by side and have `longest` elements
 * - scratch: a row, and room for a vector and the longest window
 */
export type WindowSumRows = (
  planes: number,
  x: number,
  xPlane: number,
  width: number,
  rows: number,
  outHeight: number,
  columns: number,
  outWidth: number,
  scratch: number,
  y: number,
) => void;

const parameters = ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;

/** A row of x may be read so many elements beyond its end. */
const readable = 8;

/** `longest` is the most elements that a window has in a row. */
export function compileWindowSumRows(target: Target, longest: number): WindowSumRows {
  const module = new ModuleBuilder(target);
  module.func("sum", parameters, null, (f, planes, x, xPlane, width, rows, outHeight, columns, outWidth, scratch, y) => {
    const [plane, row, i, count, from, to, left, table] = [f.i32(), f.i32(), f.i32(), f.i32(), f.i32(), f.i32(), f.i32(), f.i32()];
    const [line, next, rowBytes, outBytes] = [f.i32(), f.i32(), f.i32(), f.i32()];
    const lanes = f.locals("i32", 4);
    const [lengths, taken, value, sum] = [f.v128(), f.v128(), f.v128(), f.v128()];

    /** Over the vectors of a row, beyond its end too: what is written is scratch. */
    const overVectors = (body: Code): Code => forRange(left, 0, rowBytes, 16, body);
    const at = (base: Local<"i32">): I32 => i32.add(base, left);
    const clearLine: Code = overVectors(v128.store(at(scratch), f32x4.const(0)));
    const copyLine: Code = overVectors(v128.store(at(scratch), v128.load(at(line))));
    const addRows: Code = [
      next.set(i32.add(line, rowBytes)),
      overVectors(v128.store(at(scratch), f32x4.add(v128.load(at(line)), v128.load(at(next))))),
      advance(count, -2),
      when(
        count,
        doWhile(
          [
            advance(next, rowBytes),
            overVectors(v128.store(at(scratch), f32x4.add(v128.load(at(scratch)), v128.load(at(next))))),
            advance(count, -1),
          ],
          count,
        ),
      ),
    ];
    const summedRows: Code = when(i32.eq(count, 1), longest > readable ? [copyLine, line.set(scratch)] : [], [
      when(count, addRows, clearLine),
      line.set(scratch),
    ]);

    const storeFirst = [0, 1, 2].map((lane) => when(i32.gtS(left, lane), v128.store32Lane(to, sum, lane, 4 * lane)));
    const storeVector: Code = [when(i32.geS(left, 4), v128.store(to, sum), storeFirst), advance(to, 16), advance(left, -4)];
    /** Over the vectors of a row of y. */
    const eachVector = (vector: Code): Code => [to.set(y), left.set(outWidth), doWhile([vector, storeVector], i32.gtS(left, 0))];
    /** Adds up the `place`-th elements of four windows. */
    type Add = (place: number) => Code;
    const addNeighbours: Add = (place) => sum.set(f32x4.add(sum, v128.load(lanes[0]!, 4 * place)));
    const addGathered: Add = (place) => [
      value.set(v128.load32Zero(lanes[0]!, 4 * place)),
      [1, 2, 3].map((lane) => value.set(v128.load32Lane(lanes[lane]!, value, lane, 4 * place))),
      sum.set(f32x4.add(sum, v128.and(value, i32x4.gtS(lengths, taken)))),
      taken.set(i32x4.add(taken, i32x4.const(1))),
    ];
    const unrolled = (add: Add): Code => Array.from({ length: longest }, (_, place) => add(place));
    const looped = (add: Add): Code => [
      count.set(i32.const(longest)),
      doWhile([add(0), lanes.map((lane) => advance(lane, 4)), advance(count, -1)], count),
    ];
    const sums = longest <= readable ? unrolled : looped;
    const windows: Code = [
      table.set(columns),
      eachVector([
        lanes.map((lane, l) => lane.set(i32.add(line, i32.load(table, 4 * l)))),
        sum.set(f32x4.const(0)),
        when(i32.ltS(i32.load(table, 4), 0), sums(addNeighbours), [
          lengths.set(v128.load(table, 16)),
          taken.set(i32x4.const(0)),
          sums(addGathered),
        ]),
        advance(table, 32),
      ]),
    ];
    const copyRow = (source: I32): Code => [from.set(i32Value(source)), eachVector([sum.set(v128.load(from)), advance(from, 16)])];
    return [
      rowBytes.set(i32.shl(width, 2)),
      outBytes.set(i32.shl(outWidth, 2)),
      forRange(plane, 0, planes, 1, [
        row.set(rows),
        forRange(i, 0, outHeight, 1, [
          count.set(i32.load(row, 4)),
          when(i32.ltS(count, 0), copyRow(i32.sub(y, outBytes)), [
            line.set(i32.add(x, i32.load(row))),
            summedRows,
            when(columns, windows, copyRow(line)),
          ]),
          advance(row, 8),
          advance(y, outBytes),
        ]),
        advance(x, xPlane),
      ]),
    ];
  });
  return module.kernel<WindowSumRows>("sum");
}
