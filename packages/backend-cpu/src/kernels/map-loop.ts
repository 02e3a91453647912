// The code of an elementwise kernel: a formula in a loop over vectors of four, a partial one at the end, around it the rows.
import { doWhile, when } from "../wasm/control.ts";
import type { Code, FunctionBuilder, Local } from "../wasm/emitter.ts";
import { i32 } from "../wasm/scalar.ts";
import { i32x4, type V128, v128 } from "../wasm/simd.ts";
import { firstWord, pointerWord } from "./call-block.ts";
import { clampTail, Frame } from "./frame.ts";
import { type Operand, type OperandClass, strided } from "./operand.ts";
import type { PreparedFormula } from "./prepare.ts";
import { emitRows } from "./rows.ts";

/** Cheap formulas are bound by the loop around them; of others one copy is enough. */
export const unrolledNodes = 12;
const unroll = 4;

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
  const position = formula.usesIndex ? f.v128() : null;
  const first = f.i32(); // position of the row's first element

  const vector = (n: number): { code: Code; values: Local<"v128">[] } => {
    const { code, results } = frame.evaluate(formula, inputs, () => (n === 0 ? position! : i32x4.add(position!, 4 * n)), n);
    const values = results.map(() => f.v128());
    return { code: [code, values.map((value, k) => value.set((outputs[k] as Operand).narrow(results[k] as V128)))], values };
  };
  const step = (vectors: number): Code => [
    operands.map((operand) => operand.advance(vectors)),
    position ? position.set(i32x4.add(position, 4 * vectors)) : [],
    left.set(i32.sub(left, 4 * vectors)),
  ];
  const several = (): Code => [
    Array.from({ length: unroll }, (_, n) => {
      const { code, values } = vector(n);
      return [code, outputs.map((output, k) => output.store(values[k] as Local<"v128">, n))];
    }),
    step(unroll),
  ];
  const single = vector(0);
  const store = (how: (output: Operand, value: Local<"v128">) => Code): Code =>
    outputs.map((output, k) => how(output, single.values[k] as Local<"v128">));
  const unrolls = formula.size <= unrolledNodes && !operands.some(({ access }) => access === strided);

  const row: Code = [
    operands.map((operand) => operand.startRow()),
    position ? position.set(i32x4.add(i32x4.splat(first), v128.const(new Int32Array([0, 1, 2, 3])))) : [],
    left.set(inner),
    unrolls ? when(i32.geS(left, 4 * unroll), doWhile(several(), i32.geS(left, 4 * unroll))) : [],
    when(
      left,
      doWhile(
        [
          clampTail(operands, left),
          single.code,
          when(
            i32.geS(left, 4),
            [store((output, value) => output.store(value)), step(1)],
            [store((output, value) => output.storePartial(value, left)), left.set(i32.const(0))],
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
