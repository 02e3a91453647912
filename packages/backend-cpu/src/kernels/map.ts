// Elementwise kernels, compiled from formulas when they are first called: one per formula, operand dtypes and way of walking.
import { dtypes, type Formula, isContiguous, numel, type View } from "@gradkit/tensor/backend";
import type { Memory } from "../memory.ts";
import { doWhile, when } from "../wasm/control.ts";
import { type Code, type FunctionBuilder, type Local, ModuleBuilder } from "../wasm/emitter.ts";
import { i32 } from "../wasm/scalar.ts";
import { i32x4, type V128, v128 } from "../wasm/simd.ts";
import { CallBlock, innerWord, pointerWord, scalarWord, strideWord } from "./call-block.ts";
import { emitExpression } from "./expression.ts";
import { Iteration } from "./iteration.ts";
import { contiguous, Operand, type OperandClass, strided } from "./operand.ts";
import { type PreparedFormula, prepareFormula, usesIndex } from "./prepare.ts";
import { emitRows } from "./rows.ts";
import { TransposedCopy, transposes } from "./transposed-copy.ts";

export type Kernel = (block: number) => void;

/** Cheap formulas are bound by the loop around them; of others one copy is enough. */
export const unrolledNodes = 12;
const unroll = 4;

/** Code that walks `block`'s operands: inputs first, outputs last. */
function emitMap(f: FunctionBuilder, block: Local<"i32">, formula: PreparedFormula, classes: readonly OperandClass[], rows: boolean): Code {
  const operands = classes.map((each) => new Operand(f, each));
  const inputs = operands.slice(0, formula.inputs.length);
  const outputs = operands.slice(formula.inputs.length);
  const [inner, left] = [f.i32(), f.i32()];
  const scalars = formula.scalars.map(() => f.v128());
  const position = formula.usesIndex ? f.v128() : null;
  const first = f.i32(); // position of the row's first element

  const vector = (n: number): { code: Code; values: Local<"v128">[] } => {
    const { code, results } = emitExpression(f, formula.outputs, {
      input: (k) => (inputs[k] as Operand).load(n),
      scalar: (s) => scalars[s] as V128,
      index: () => (n === 0 ? position! : i32x4.add(position!, 4 * n)),
    });
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
  const isStrided = operands.some(({ access }) => access === strided);
  const unrolls = !isStrided && formula.size <= unrolledNodes;

  const row: Code = [
    operands.map((operand) => operand.startRow()),
    position ? position.set(i32x4.add(i32x4.splat(first), v128.const(new Int32Array([0, 1, 2, 3])))) : [],
    left.set(inner),
    unrolls ? when(i32.geS(left, 4 * unroll), doWhile(several(), i32.geS(left, 4 * unroll))) : [],
    when(
      left,
      doWhile(
        [
          isStrided
            ? when(
                i32.ltS(left, 4),
                operands.map((operand) => operand.clampLanes(left)),
              )
            : [],
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
    inner.set(i32.load(block, 4 * innerWord)),
    operands.map((operand, k) => operand.enter(block, 4 * strideWord(k))),
    scalars.map((scalar, s) => scalar.set(v128.load32Splat(block, 4 * scalarWord(operands.length, s)))),
    rows
      ? emitRows(f, block, operands, scalars.length, row)
      : [operands.map((operand, k) => operand.pointer.set(i32.load(block, 4 * pointerWord(k)))), row],
  ];
}

/** The kernels of one formula, found by the operands' dtypes and ways of walking: five bits each. */
class FormulaKernels {
  readonly usesIndex: boolean;
  readonly #memory: Memory;
  readonly #formula: Formula;
  readonly #byKey = new Map<number | string, Kernel>();
  #lastKey: number | string = -1;
  #last: Kernel | null = null;

  constructor(memory: Memory, formula: Formula) {
    this.#memory = memory;
    this.#formula = formula;
    this.usesIndex = usesIndex(formula);
  }

  find(key: number | string, rows: boolean, classes: () => OperandClass[]): Kernel {
    if (key === this.#lastKey) return this.#last as Kernel;
    let kernel = this.#byKey.get(key);
    if (!kernel) {
      kernel = compile(this.#memory, this.#formula, classes(), rows);
      this.#byKey.set(key, kernel);
    }
    this.#lastKey = key;
    this.#last = kernel;
    return kernel;
  }
}

function compile(memory: Memory, formula: Formula, classes: readonly OperandClass[], rows: boolean): Kernel {
  const prepared = prepareFormula(
    formula,
    classes.map(({ dtype }) => dtype),
  );
  const module = new ModuleBuilder(memory);
  module.func("map", ["i32"], null, (f, block) => emitMap(f, block, prepared, classes, rows));
  return module.instantiate().map as unknown as Kernel;
}

/** Beyond this many operands of five bits a number would lose bits, and a string is the key. */
const numericKeyOperands = 10;

/** The map op: `Backend.map` of the contract. */
export class MapKernels {
  readonly #memory: Memory;
  readonly #block: CallBlock;
  readonly #iteration = new Iteration();
  readonly #transposed: TransposedCopy;
  readonly #formulas: FormulaKernels[] = []; // by formula id

  constructor(memory: Memory) {
    this.#memory = memory;
    this.#block = new CallBlock(memory);
    this.#transposed = new TransposedCopy(memory);
  }

  map(formula: Formula, inputs: readonly View[], scalars: readonly number[], outputs: readonly View[]): void {
    const kernels = (this.#formulas[formula.id] ??= new FormulaKernels(this.#memory, formula));
    const count = inputs.length + outputs.length;
    const { shape } = outputs[0] as View;
    const view = (k: number): View => (k < inputs.length ? inputs[k] : outputs[k - inputs.length]) as View;
    const elements = numel(shape);
    if (elements === 0) return;

    let flat = true;
    for (let k = 0; flat && k < count; k++) flat = isContiguous(view(k));
    if (!flat && this.#mapTransposed(formula, inputs, scalars, outputs, elements)) return;
    const iteration = this.#iteration;
    if (!flat) iteration.plan(shape, count, view, kernels.usesIndex);
    const rows = !flat && iteration.rank > 1;

    let key: number | string = rows ? 1 : 0;
    if (count > numericKeyOperands) key = String(key);
    const block = this.#block;
    for (let k = 0; k < count; k++) {
      const operand = view(k);
      const access = flat ? contiguous : iteration.access(k);
      const code = dtypes[operand.dtype].code * 3 + access;
      key = typeof key === "number" ? key * 32 + code : `${key},${code}`;
      block.setOperand(k, operand, access === strided ? iteration.stride(k) : 0);
    }
    const inner = flat ? elements : iteration.size();
    block.setCounts(inner, elements / inner);
    block.setScalars(count, formula.scalars, scalars);
    if (rows) block.setOuter(count, scalars.length, iteration, 1, view);
    const classes = (): OperandClass[] =>
      Array.from({ length: count }, (_, k) => ({ dtype: view(k).dtype, access: flat ? contiguous : iteration.access(k) }));
    kernels.find(key, rows, classes)(block.address);
  }

  /** Inputs whose neighbours lie along another dim than the output's are brought into its order first. */
  #mapTransposed(
    formula: Formula,
    inputs: readonly View[],
    scalars: readonly number[],
    outputs: readonly View[],
    elements: number,
  ): boolean {
    const [output] = outputs as [View];
    let found = -1;
    for (let k = 0; found < 0 && k < inputs.length; k++) if (transposes(inputs[k] as View, output, elements)) found = k;
    if (found < 0) return false;
    const from = inputs[found] as View;
    if (outputs.length === 1 && formula.outputs[0]?.op === "input" && inputs.length === 1 && from.dtype === output.dtype) {
      this.#transposed.copy(from, output);
      return true;
    }
    const buffer = this.#memory.allocate(4 * elements);
    const ordered: View = { buffer, dtype: from.dtype, shape: output.shape, strides: denseStrides(output), offset: 0 };
    this.#transposed.copy(from, ordered);
    this.map(formula, inputs.with(found, ordered), scalars, outputs);
    this.#memory.release(buffer);
    return true;
  }
}

/** Strides without gaps that rank the dims as the view's do. */
function denseStrides({ shape, strides }: View): number[] {
  const order = shape.map((_, d) => d).sort((a, b) => Math.abs(strides[a] as number) - Math.abs(strides[b] as number));
  const dense = new Array<number>(shape.length).fill(1);
  let step = 1;
  for (const d of order) {
    dense[d] = step;
    step *= shape[d] as number;
  }
  return dense;
}
