// The code of an elementwise kernel: a formula in a loop over vectors of four, a partial one at the end, around it the rows.
import { doWhile, when } from "../wasm/control.ts";
import type { Code, FunctionBuilder, Local } from "../wasm/emitter.ts";
import { i32 } from "../wasm/scalar.ts";
import { i32x4, lanePositions, type V128 } from "../wasm/simd.ts";
import { firstWord, pointerWord } from "./call-block.ts";
import { clampTail, Frame } from "./frame.ts";
import { type Operand, type OperandClass, strided } from "./operand.ts";
import type { PreparedFormula } from "./prepare.ts";
import { emitRows } from "./rows.ts";

/**
 * Vectors that are computed in turns. Cheap formulas are bound by the loop around them, others wait for their own results. Long ones have more constants than
 * there are registers: what is loaded once then serves more vectors; the longest (random numbers, powers) gain little by it and take milliseconds more to compile.
 * With many operands, values would take the place of pointers.
 */
const together = ({ size }: PreparedFormula, operands: number): readonly number[] =>
  [0, 1, 2, 3, 4, 5].slice(0, operands > 8 ? 2 : size > 24 && size < 110 ? 6 : 4);

type StoreOne = (output: Operand, value: Local<"v128">, vector: number) => Code;

/** Code that walks `block`'s operands: inputs first, outputs last. */
export function emitMap(
  f: FunctionBuilder,
  block: Local<"i32">,
  formula: PreparedFormula,
  classes: readonly OperandClass[],
  rows: boolean,
): Code {
  const frame = new Frame(f, block, classes, formula.scalars.length);
  const { operands, inner } = frame;
  const inputs = operands.slice(0, formula.inputs.length);
  const outputs = operands.slice(formula.inputs.length);
  const left = f.i32();
  const vectors = together(formula, classes.length);
  const position = formula.usesIndex ? f.v128() : null;
  const first = f.i32(); // position of the row's first element

  const evaluate = (which: readonly number[]): { code: Code; store: (how: StoreOne) => Code } => {
    const { code, results } = frame.evaluate(formula, inputs, (n) => i32x4.add(position!, 4 * n), which);
    const values = results.map(() => f.v128());
    const output = (i: number): Operand => outputs[i % outputs.length] as Operand;
    return {
      code: [code, values.map((value, i) => value.set(output(i).narrow(results[i] as V128)))],
      store: (how) => values.map((value, i) => how(output(i), value, Math.floor(i / outputs.length))),
    };
  };
  const step = (count: number): Code => [
    operands.map((operand) => operand.advance(count)),
    position ? position.set(i32x4.add(position, 4 * count)) : [],
    left.set(i32.sub(left, 4 * count)),
  ];
  const several = (): Code => {
    const { code, store } = evaluate(vectors);
    return [code, store((output, value, n) => output.store(value, n)), step(vectors.length)];
  };
  const single = evaluate([0]);
  const enough = i32.geS(left, 4 * vectors.length);
  const unrolls = !operands.some(({ access }) => access === strided);

  const row: Code = [
    operands.map((operand) => operand.startRow()),
    position ? position.set(i32x4.add(i32x4.splat(first), lanePositions)) : [],
    left.set(inner),
    unrolls ? when(enough, doWhile(several(), enough)) : [],
    when(
      left,
      doWhile(
        [
          clampTail(operands, left),
          single.code,
          when(
            i32.geS(left, 4),
            [single.store((output, value) => output.store(value)), step(1)],
            [single.store((output, value) => output.storePartial(value, left)), left.set(i32.const(0))],
          ),
        ],
        left,
      ),
    ),
    position ? first.set(i32.add(first, inner)) : [],
  ];
  return [
    frame.enter,
    position ? first.set(i32.load(block, 4 * firstWord)) : [],
    rows ? emitRows(frame, row) : [operands.map((operand, k) => operand.pointer.set(i32.load(block, 4 * pointerWord(k)))), row],
  ];
}
