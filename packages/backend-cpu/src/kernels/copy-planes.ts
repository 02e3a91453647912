// Copies 32-bit elements between two strided boxes: what a product kernel calls when it cannot read a view in place.
import { advance, doWhile, forRange, when } from "../wasm/control.ts";
import { type Code, ModuleBuilder, type Target } from "../wasm/emitter.ts";
import { i32 } from "../wasm/scalar.ts";
import { v128 } from "../wasm/simd.ts";

/** to[p, r, c] = from[p, r, c]. Strides in bytes; nothing happens where planes, rows or columns are 0. */
export type CopyPlanes = (
  planes: number,
  rows: number,
  columns: number,
  from: number,
  fromPlane: number,
  fromRow: number,
  fromColumn: number,
  to: number,
  toPlane: number,
  toRow: number,
  toColumn: number,
) => void;

const parameters = ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;

export function compileCopyPlanes(target: Target): CopyPlanes {
  const module = new ModuleBuilder(target);
  module.func("copy", parameters, null, (f, planes, rows, columns, from, fromPlane, fromRow, fromColumn, to, toPlane, toRow, toColumn) => {
    const [plane, row, left, source, goal, sourceAt, goalAt] = [f.i32(), f.i32(), f.i32(), f.i32(), f.i32(), f.i32(), f.i32()];
    /** As long as there are so many vectors left. */
    const copyVectors = (howMany: number): Code => {
      const enough = i32.geS(left, 4 * howMany);
      const copies = Array.from({ length: howMany }, (_, i) => v128.store(goalAt, v128.load(sourceAt, 16 * i), 16 * i));
      return when(
        enough,
        doWhile([copies, advance(sourceAt, 16 * howMany), advance(goalAt, 16 * howMany), advance(left, -4 * howMany)], enough),
      );
    };
    const one: Code = [i32.store(goalAt, i32.load(sourceAt)), advance(sourceAt, fromColumn), advance(goalAt, toColumn)];
    const adjacent = i32.and(i32.eq(fromColumn, 4), i32.eq(toColumn, 4));
    const copyRow: Code = [
      sourceAt.set(source),
      goalAt.set(goal),
      left.set(columns),
      when(adjacent, [copyVectors(4), copyVectors(1)]),
      when(left, doWhile([one, advance(left, -1)], left)),
      advance(source, fromRow),
      advance(goal, toRow),
    ];
    return forRange(plane, 0, planes, 1, [
      source.set(from),
      goal.set(to),
      forRange(row, 0, rows, 1, copyRow),
      advance(from, fromPlane),
      advance(to, toPlane),
    ]);
  });
  return module.kernel<CopyPlanes>("copy");
}
