// The loop over rows around a kernel's inner loop: an odometer over the outer dims, its wheels in the call block.
import { advance, doWhile, when } from "../wasm/control.ts";
import type { Code, Local } from "../wasm/emitter.ts";
import { i32 } from "../wasm/scalar.ts";
import { outerWord, outerWords, pointerWord, rowsWord } from "./call-block.ts";
import type { Frame } from "./frame.ts";

/** Runs `row` once per row, every operand's pointer at the row's start. */
export function emitRows({ f, block, operands, scalars }: Frame, row: Code): Code {
  const [rows, wheel, count] = [f.i32(), f.i32(), f.i32()];
  const starts = operands.map(() => f.i32());
  const step = 4 * outerWords(operands.length);
  return [
    rows.set(i32.load(block, 4 * rowsWord)),
    starts.map((start, k) => start.set(i32.load(block, 4 * pointerWord(k)))),
    doWhile(
      [
        operands.map((operand, k) => operand.pointer.set(starts[k] as Local<"i32">)),
        row,
        rows.set(i32.sub(rows, 1)),
        when(rows, [
          wheel.set(i32.add(block, 4 * outerWord(operands.length, scalars.length))),
          count.set(i32.add(i32.load(wheel, 4), 1)),
          // a full wheel goes back to 0 and moves the next
          when(
            i32.eq(count, i32.load(wheel)),
            doWhile(
              [i32.store(wheel, 0, 4), advance(wheel, step), count.set(i32.add(i32.load(wheel, 4), 1))],
              i32.eq(count, i32.load(wheel)),
            ),
          ),
          i32.store(wheel, count, 4),
          starts.map((start, k) => start.set(i32.add(start, i32.load(wheel, 8 + 4 * k)))),
        ]),
      ],
      rows,
    ),
  ];
}
