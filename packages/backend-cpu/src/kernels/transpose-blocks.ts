// Transposes a large matrix of 32-bit elements in blocks of 16×16 through a scratch block: every cache line is read and written whole, once.
import { advance, forRange } from "../wasm/control.ts";
import { type Code, type Local, ModuleBuilder, type Target } from "../wasm/emitter.ts";
import { i32 } from "../wasm/scalar.ts";
import { v128 } from "../wasm/simd.ts";
import { transposeLanes } from "./transpose.ts";

/** Elements along each side of a block: a cache line. */
export const blockSide = 16;
export const blockByteLength = 4 * blockSide * blockSide;

/** to[c, r] = from[r, c], sizes in blocks. Row strides in bytes; the elements of a row are neighbours. `scratch` has room for a block. */
export type TransposeBlocks = (
  from: number,
  fromRow: number,
  to: number,
  toRow: number,
  rowBlocks: number,
  columnBlocks: number,
  scratch: number,
) => void;

export function compileTransposeBlocks(target: Target): TransposeBlocks {
  const module = new ModuleBuilder(target);
  const parameters = ["i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;
  module.func("transpose", parameters, null, (f, from, fromRow, to, toRow, rowBlocks, columnBlocks, scratch) => {
    const [row, column, source, target, at] = [f.i32(), f.i32(), f.i32(), f.i32(), f.i32()];
    const pointers = f.locals("i32", 4);
    const lanes = f.locals("v128", 4);
    const lineBytes = 4 * blockSide;
    const quarters = [0, 1, 2, 3];

    const fourRows = (first: number): Code => [
      pointers.map((pointer, r) => pointer.set(r > 0 ? i32.add(pointers[r - 1] as Local<"i32">, fromRow) : at)),
      at.set(i32.add(pointers[3] as Local<"i32">, fromRow)),
      quarters.map((q) => [
        lanes.map((lane, r) => lane.set(v128.load(pointers[r] as Local<"i32">, 16 * q))),
        transposeLanes(f, lanes, (c, value) => v128.store(scratch, value, (4 * q + c) * lineBytes + 4 * first)),
      ]),
    ];
    const block: Code = [
      at.set(source),
      quarters.map((q) => fourRows(4 * q)),
      at.set(target),
      Array.from({ length: blockSide }, (_, r) => [
        quarters.map((q) => v128.store(at, v128.load(scratch, r * lineBytes + 16 * q), 16 * q)),
        advance(at, toRow),
      ]),
    ];
    // down the rows of the source, so that lines of the target follow each other
    return forRange(column, 0, columnBlocks, 1, [
      source.set(from),
      target.set(to),
      forRange(row, 0, rowBlocks, 1, [block, advance(source, i32.shl(fromRow, 4)), advance(target, lineBytes)]),
      advance(from, lineBytes),
      advance(to, i32.shl(toRow, 4)),
    ]);
  });
  return module.kernel<TransposeBlocks>("transpose");
}
