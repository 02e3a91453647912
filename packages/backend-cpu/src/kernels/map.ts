// Elementwise kernels, compiled from formulas when they are first called: one per formula, operand dtypes and way of walking.
import { type DType, type Formula, type Lower, numel, type View } from "@gradkit/tensor/backend";
import type { Memory } from "../memory.ts";
import { ModuleBuilder } from "../wasm/emitter.ts";
import { allContiguous } from "./all-contiguous.ts";
import { CallBlock, firstWord, outerWord, outerWords } from "./call-block.ts";
import { Iteration } from "./iteration.ts";
import { hasLayout, haveTypes, type Layout, layoutOf, remember } from "./layout.ts";
import type { MapLanes, OuterLoop } from "./map-lanes.ts";
import { emitMap } from "./map-loop.ts";
import type { MapTransposed } from "./map-transposed.ts";
import { contiguous, type OperandClass } from "./operand.ts";
import { prepareFormula, usesIndex } from "./prepare.ts";

export type Kernel = (block: number) => void;

/** About what an element takes, to tell what is worth sharing. */
const nodeNanoseconds = 0.015;
const operandNanoseconds = 0.05;

/** What calls whose operands are contiguous have in common. */
interface FlatPlan {
  readonly dtypes: readonly DType[];
  readonly kernel: Kernel;
}

/** What calls of one layout have in common. */
interface StridedPlan extends Layout {
  readonly kernel: Kernel;
  /** The call block, addresses and scalars aside. */
  readonly words: Int32Array;
  readonly outer: OuterLoop;
}

/** All that is known of one formula. */
class FormulaPlans {
  readonly formula: Formula;
  readonly usesIndex: boolean;
  readonly flat: FlatPlan[] = [];
  readonly strided: StridedPlan[] = [];
  readonly kernels = new Map<string, Kernel>();
  /** What one element takes on one core. */
  nanoseconds = 0;

  constructor(formula: Formula) {
    this.formula = formula;
    this.usesIndex = usesIndex(formula);
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
  readonly #plans: FormulaPlans[] = []; // by formula id

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
    const plans = (this.#plans[formula.id] ??= new FormulaPlans(formula));
    if (allContiguous(inputs) && allContiguous(outputs)) this.#mapFlat(plans, inputs, scalars, outputs, elements);
    else if (!this.#transposed?.(formula, inputs, scalars, outputs)) this.#mapStrided(plans, inputs, scalars, outputs, elements);
  }

  /** Everything is one row. */
  #mapFlat(plans: FormulaPlans, inputs: readonly View[], scalars: readonly number[], outputs: readonly View[], elements: number): void {
    const { kernel } = this.#flatPlan(plans, inputs, outputs);
    const { block } = this;
    block.setCounts(elements, 1);
    block.setWord(firstWord, 0);
    setPointers(block, inputs, outputs);
    block.setScalars(inputs.length + outputs.length, plans.formula.scalars, scalars);
    const lanes = this.#lanes?.count(elements * plans.nanoseconds, elements) ?? 1;
    if (lanes === 1) kernel(block.address);
    else {
      const operands = [...inputs, ...outputs];
      const row: OuterLoop = { size: elements, rank: 0, elements: 1, strides: operands.map(() => 1) };
      this.#lanes?.run(kernel, lanes, block, operands, scalars.length, row);
    }
  }

  #mapStrided(plans: FormulaPlans, inputs: readonly View[], scalars: readonly number[], outputs: readonly View[], elements: number): void {
    const { kernel, words, outer } = this.#stridedPlan(plans, inputs, outputs, elements);
    const { block } = this;
    block.restore(words);
    setPointers(block, inputs, outputs);
    block.setScalars(inputs.length + outputs.length, plans.formula.scalars, scalars);
    const lanes = this.#lanes?.count(elements * plans.nanoseconds, outer.size) ?? 1;
    if (lanes === 1) kernel(block.address);
    else this.#lanes?.run(kernel, lanes, block, [...inputs, ...outputs], scalars.length, outer);
  }

  #flatPlan(plans: FormulaPlans, inputs: readonly View[], outputs: readonly View[]): FlatPlan {
    const { flat } = plans;
    for (let i = 0; i < flat.length; i++) {
      const plan = flat[i] as FlatPlan;
      if (haveTypes(plan.dtypes, inputs, outputs)) return plan;
    }
    const dtypes = [...inputs, ...outputs].map(({ dtype }) => dtype);
    const classes = dtypes.map((dtype): OperandClass => ({ dtype, access: contiguous }));
    const plan = { dtypes, kernel: this.#kernel(plans, false, classes) };
    flat.push(plan);
    return plan;
  }

  #stridedPlan(plans: FormulaPlans, inputs: readonly View[], outputs: readonly View[], elements: number): StridedPlan {
    const { strided } = plans;
    const { shape } = outputs[0] as View;
    for (let i = 0; i < strided.length; i++) {
      const plan = strided[i] as StridedPlan;
      if (hasLayout(plan, shape, inputs, outputs)) return plan;
    }
    return remember(strided, this.#makePlan(plans, [...inputs, ...outputs], shape, elements));
  }

  #makePlan(plans: FormulaPlans, operands: readonly View[], shape: readonly number[], elements: number): StridedPlan {
    const [count, scalars] = [operands.length, plans.formula.scalars.length];
    const view = (k: number): View => operands[k] as View;
    const [block, iteration] = [this.block, this.#iteration];
    iteration.plan(shape, count, view, plans.usesIndex);
    const rank = Math.max(0, iteration.rank - 1);
    const inner = iteration.size();
    block.setCounts(inner, elements / inner);
    block.setWord(firstWord, 0);
    operands.forEach((operand, k) => {
      block.setOperand(k, operand, iteration.stride(k));
    });
    block.setOuter(count, scalars, iteration, 1, view);
    const classes = operands.map(({ dtype }, k) => ({ dtype, access: iteration.access(k) }));
    const size = iteration.size(rank);
    return {
      ...layoutOf(shape, operands),
      kernel: this.#kernel(plans, rank > 0, classes),
      words: block.save(outerWord(count, scalars) + rank * outerWords(count)),
      outer: { size, rank, elements: elements / size, strides: operands.map((_, k) => iteration.stride(k, rank)) },
    };
  }

  /** Compiled when it is first called. */
  #kernel(plans: FormulaPlans, rows: boolean, classes: readonly OperandClass[]): Kernel {
    const key = [rows, ...classes.flatMap(({ dtype, access }) => [dtype, access])].join();
    let kernel = plans.kernels.get(key);
    if (!kernel) {
      const dtypes = classes.map(({ dtype }) => dtype);
      const prepared = prepareFormula(this.#lower, plans.formula, dtypes);
      plans.nanoseconds = nodeNanoseconds * prepared.size + operandNanoseconds * classes.length;
      const module = new ModuleBuilder(this.#memory);
      module.func("map", ["i32"], null, (f, block) => emitMap(f, block, prepared, classes, rows));
      kernel = module.kernel<Kernel>("map");
      plans.kernels.set(key, kernel);
    }
    return kernel;
  }
}

function setPointers(block: CallBlock, inputs: readonly View[], outputs: readonly View[]): void {
  let operand = 0;
  for (let i = 0; i < inputs.length; i++) block.setPointer(operand++, inputs[i] as View);
  for (let k = 0; k < outputs.length; k++) block.setPointer(operand++, outputs[k] as View);
}
