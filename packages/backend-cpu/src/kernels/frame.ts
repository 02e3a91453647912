// What kernels over a call block have in common: their operands and scalars, read once a call, and what a formula sees of them.
import { when } from "../wasm/control.ts";
import type { Code, FunctionBuilder, Local } from "../wasm/emitter.ts";
import { i32 } from "../wasm/scalar.ts";
import { type V128, v128 } from "../wasm/simd.ts";
import { innerWord, scalarWord, strideWord } from "./call-block.ts";
import { type Expression, emitExpression } from "./expression.ts";
import { Operand, type OperandClass, strided } from "./operand.ts";
import type { PreparedFormula } from "./prepare.ts";

export class Frame {
  readonly f: FunctionBuilder;
  readonly block: Local<"i32">;
  readonly operands: readonly Operand[];
  readonly scalars: readonly Local<"v128">[];
  /** Elements of the inner loop. */
  readonly inner: Local<"i32">;
  /** Runs first. */
  readonly enter: Code;

  constructor(f: FunctionBuilder, block: Local<"i32">, classes: readonly OperandClass[], scalarCount: number) {
    this.f = f;
    this.block = block;
    this.operands = classes.map((each) => new Operand(f, each));
    this.scalars = f.locals("v128", scalarCount);
    this.inner = f.i32();
    this.enter = [
      this.inner.set(i32.load(block, 4 * innerWord)),
      this.operands.map((operand, k) => operand.enter(block, 4 * strideWord(k))),
      this.scalars.map((scalar, s) => scalar.set(v128.load32Splat(block, 4 * scalarWord(classes.length, s)))),
    ];
  }

  /** The formula on some of the inputs' vectors of four elements. */
  evaluate(
    formula: PreparedFormula,
    inputs: readonly Operand[],
    index: (vector: number) => V128,
    vectors: readonly number[] = [0],
  ): Expression {
    const leaves = vectors.map((vector) => ({
      input: (k: number) => (inputs[k] as Operand).load(vector),
      scalar: (s: number) => this.scalars[s] as V128,
      index: () => index(vector),
    }));
    return emitExpression(this.f, formula.outputs, ...leaves);
  }
}

/** Goes before a vector that may be the last, partial one. */
export const clampTail = (operands: readonly Operand[], left: Local<"i32">): Code =>
  operands.some(({ access }) => access === strided)
    ? when(
        i32.ltS(left, 4),
        operands.map((operand) => operand.clampLanes(left)),
      )
    : [];
