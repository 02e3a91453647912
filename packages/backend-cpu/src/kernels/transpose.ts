// Transposes a matrix of 32-bit elements, four by four in registers.
import { advance, forRange } from "../wasm/control.ts";
import { type Code, type FunctionBuilder, type Local, ModuleBuilder, type Target } from "../wasm/emitter.ts";
import { i32 } from "../wasm/scalar.ts";
import { type V128, v128 } from "../wasm/simd.ts";

/** Four rows in, four columns out; `store` is called once for each column. */
export function transposeLanes(f: FunctionBuilder, rows: readonly V128[], store: (index: number, column: V128) => Code): Code {
  const [a, b, c, d] = rows as [V128, V128, V128, V128];
  const [abLow, cdLow, abHigh, cdHigh] = [f.v128(), f.v128(), f.v128(), f.v128()];
  return [
    abLow.set(v128.shuffle(a, b, [0, 4, 1, 5])),
    cdLow.set(v128.shuffle(c, d, [0, 4, 1, 5])),
    abHigh.set(v128.shuffle(a, b, [2, 6, 3, 7])),
    cdHigh.set(v128.shuffle(c, d, [2, 6, 3, 7])),
    store(0, v128.shuffle(abLow, cdLow, [0, 1, 4, 5])),
    store(1, v128.shuffle(abLow, cdLow, [2, 3, 6, 7])),
    store(2, v128.shuffle(abHigh, cdHigh, [0, 1, 4, 5])),
    store(3, v128.shuffle(abHigh, cdHigh, [2, 3, 6, 7])),
  ];
}

/** to[c, r] = from[r, c]. Row strides in bytes; the elements of a row are neighbours. */
export type Transpose = (from: number, fromRow: number, to: number, toRow: number, rows: number, columns: number) => void;

export function compileTranspose(target: Target): Transpose {
  const module = new ModuleBuilder(target);
  module.func("transpose", ["i32", "i32", "i32", "i32", "i32", "i32"], null, (f, from, fromRow, to, toRow, rows, columns) => {
    const [row, column, at] = [f.i32(), f.i32(), f.i32()];
    const pointers = f.locals("i32", 4);
    const lanes = f.locals("v128", 4);
    const fourRows = [
      pointers.map((pointer, r) => pointer.set(r === 0 ? from : i32.add(pointers[r - 1] as Local<"i32">, fromRow))),
      at.set(to),
      forRange(column, 3, columns, 4, [
        lanes.map((lane, r) => [lane.set(v128.load(pointers[r] as Local<"i32">)), advance(pointers[r] as Local<"i32">, 16)]),
        transposeLanes(f, lanes, (_, value) => [v128.store(at, value), advance(at, toRow)]),
      ]),
      forRange(column, i32.and(columns, -4), columns, 1, [
        pointers.map((pointer, r) => [i32.store(at, i32.load(pointer), 4 * r), advance(pointer, 4)]),
        advance(at, toRow),
      ]),
      advance(from, i32.shl(fromRow, 2)),
      advance(to, 16),
    ];
    const oneRow = [
      at.set(to),
      (pointers[0] as Local<"i32">).set(from),
      forRange(column, 0, columns, 1, [
        i32.store(at, i32.load(pointers[0] as Local<"i32">)),
        advance(pointers[0] as Local<"i32">, 4),
        advance(at, toRow),
      ]),
      advance(from, fromRow),
      advance(to, 4),
    ];
    return [forRange(row, 3, rows, 4, fourRows), forRange(row, i32.and(rows, -4), rows, 1, oneRow)];
  });
  return module.kernel<Transpose>("transpose");
}
