// Elementwise kernels, compiled from formulas when they are first called: one per formula, operand dtypes and way of walking.
import { type DType, dtypes, type Formula, type Lower, numel, type View } from "@gradkit/tensor/backend";
import type { Memory } from "../memory.ts";
import { ModuleBuilder } from "../wasm/emitter.ts";
import { allContiguous } from "./all-contiguous.ts";
import { CallBlock, firstWord } from "./call-block.ts";
import { Iteration } from "./iteration.ts";
import type { MapLanes, OuterLoop } from "./map-lanes.ts";
import { emitMap } from "./map-loop.ts";
import type { MapTransposed } from "./map-transposed.ts";
import { type Access, contiguous, type OperandClass } from "./operand.ts";
import { prepareFormula, usesIndex } from "./prepare.ts";

export type Kernel = (block: number) => void;

/** Whether an operand's bits can follow without a number losing others: they are five. */
const roomForOne = 2 ** 48;
/** Numbers of long keys count from here, so that all keys of as many operands have as many bits. */
const firstNumber = 2 ** 20;

/** About what an element takes, to tell what is worth sharing. */
const nodeNanoseconds = 0.015;
const operandNanoseconds = 0.05;

/** The kernels of one formula, found by the operands' dtypes and ways of walking. */
class FormulaKernels {
  readonly usesIndex: boolean;
  /** What one element takes on one core. */
  nanoseconds = 0;
  readonly #memory: Memory;
  readonly #lower: Lower;
  readonly #formula: Formula;
  readonly #byKey = new Map<number, Kernel>();
  #lastKey = 0;
  #last: Kernel | undefined;
  readonly #longKeys: number[] = [];

  constructor(memory: Memory, lower: Lower, formula: Formula) {
    this.#memory = memory;
    this.#lower = lower;
    this.#formula = formula;
    this.usesIndex = usesIndex(formula);
  }

  /** The key of a call without operands yet. */
  key(rows: boolean): number {
    return rows ? 3 : 2;
  }

  extendKey(key: number, dtype: DType, access: Access): number {
    const short = key < roomForOne ? key : this.#shorten(key);
    return short * 32 + dtypes[dtype].code * 3 + access;
  }

  #shorten(key: number): number {
    const found = this.#longKeys.indexOf(key);
    return firstNumber + (found >= 0 ? found : this.#longKeys.push(key) - 1);
  }

  known(key: number): Kernel | undefined {
    if (key !== this.#lastKey) {
      this.#last = this.#byKey.get(key);
      this.#lastKey = key;
    }
    return this.#last;
  }

  compile(key: number, rows: boolean, classes: readonly OperandClass[]): Kernel {
    const prepared = prepareFormula(
      this.#lower,
      this.#formula,
      classes.map(({ dtype }) => dtype),
    );
    this.nanoseconds = nodeNanoseconds * prepared.size + operandNanoseconds * classes.length;
    const module = new ModuleBuilder(this.#memory);
    module.func("map", ["i32"], null, (f, block) => emitMap(f, block, prepared, classes, rows));
    const kernel = module.kernel<Kernel>("map");
    this.#byKey.set(key, kernel);
    this.#last = kernel;
    this.#lastKey = key;
    return kernel;
  }
}

/** The map op: `Backend.map` of the contract. */
export class MapKernels {
  /** Where the next call is written. */
  block: CallBlock;
  readonly #memory: Memory;
  readonly #lower: Lower;
  readonly #iteration = new Iteration();
  readonly #transposed: MapTransposed | null;
  readonly #lanes: MapLanes | null;
  readonly #formulas: FormulaKernels[] = []; // by formula id

  constructor(memory: Memory, lower: Lower, transposed: MapTransposed | null = null, lanes: MapLanes | null = null) {
    this.#memory = memory;
    this.#lower = lower;
    this.block = new CallBlock(memory);
    this.#transposed = transposed;
    this.#lanes = lanes;
  }

  map(formula: Formula, inputs: readonly View[], scalars: readonly number[], outputs: readonly View[]): void {
    const elements = numel((outputs[0] as View).shape);
    if (elements === 0) return;
    const kernels = (this.#formulas[formula.id] ??= new FormulaKernels(this.#memory, this.#lower, formula));
    this.block.setScalars(inputs.length + outputs.length, formula.scalars, scalars);
    if (allContiguous(inputs) && allContiguous(outputs)) this.#mapFlat(kernels, inputs, scalars, outputs, elements);
    else if (!this.#transposed?.(formula, inputs, scalars, outputs)) this.#mapStrided(kernels, inputs, scalars, outputs, elements);
  }

  /** Everything is one row. */
  #mapFlat(kernels: FormulaKernels, inputs: readonly View[], scalars: readonly number[], outputs: readonly View[], elements: number): void {
    const block = this.block;
    const count = inputs.length + outputs.length;
    let key = kernels.key(false);
    for (let k = 0; k < count; k++) {
      const view = (k < inputs.length ? inputs[k] : outputs[k - inputs.length]) as View;
      block.setPointer(k, view);
      key = kernels.extendKey(key, view.dtype, contiguous);
    }
    block.setCounts(elements, 1);
    block.setWord(firstWord, 0);
    const kernel =
      kernels.known(key) ??
      kernels.compile(
        key,
        false,
        [...inputs, ...outputs].map(({ dtype }) => ({ dtype, access: contiguous })),
      );
    const lanes = this.#lanes?.count(elements * kernels.nanoseconds, elements) ?? 1;
    if (lanes === 1) kernel(block.address);
    else {
      const row: OuterLoop = { size: elements, rank: 0, elements: 1, stride: () => 1 };
      this.#lanes?.run(kernel, lanes, block, [...inputs, ...outputs], scalars.length, row);
    }
  }

  #mapStrided(
    kernels: FormulaKernels,
    inputs: readonly View[],
    scalars: readonly number[],
    outputs: readonly View[],
    elements: number,
  ): void {
    const count = inputs.length + outputs.length;
    const view = (k: number): View => (k < inputs.length ? inputs[k] : outputs[k - inputs.length]) as View;
    const [block, iteration] = [this.block, this.#iteration];
    iteration.plan((outputs[0] as View).shape, count, view, kernels.usesIndex);
    const rows = iteration.rank > 1;
    let key = kernels.key(rows);

    for (let k = 0; k < count; k++) {
      key = kernels.extendKey(key, view(k).dtype, iteration.access(k));
      block.setOperand(k, view(k), iteration.stride(k));
    }
    const inner = iteration.size();
    block.setCounts(inner, elements / inner);
    block.setWord(firstWord, 0);
    if (rows) block.setOuter(count, scalars.length, iteration, 1, view);
    let kernel = kernels.known(key);
    if (!kernel) {
      const classes = Array.from({ length: count }, (_, k) => ({ dtype: view(k).dtype, access: iteration.access(k) }));
      kernel = kernels.compile(key, rows, classes);
    }
    const rank = Math.max(0, iteration.rank - 1);
    const size = iteration.size(rank);
    const lanes = this.#lanes?.count(elements * kernels.nanoseconds, size) ?? 1;
    if (lanes === 1) kernel(block.address);
    else {
      const outer: OuterLoop = { size, rank, elements: elements / size, stride: (k) => iteration.stride(k, rank) };
      this.#lanes?.run(kernel, lanes, block, [...inputs, ...outputs], scalars.length, outer);
    }
  }
}
