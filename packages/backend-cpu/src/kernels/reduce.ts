// Backend.reduce: decides which dims form the inner loop and compiles the kernel for it.
import {
  type Backend, constant, contiguousStrides, type DType, dtypes, type Finish, type Formula, formula, input, type Lower, numel, type Reducer, sameShape, transform, type View, withArgs,
} from "@gradkit/tensor/backend"; // biome-ignore format: a list
import type { Memory } from "../memory.ts";
import { ModuleBuilder } from "../wasm/emitter.ts";
import { arrange, type arrangeColumns } from "./arrange.ts";
import {
  CallBlock, groupWord, innerWord, middleStrideWord, middleWord, outerWord, outerWords, scratchWord,
} from "./call-block.ts"; // biome-ignore format: a list
import type { ColumnSums } from "./column-sums.ts";
import { identity } from "./identity.ts";
import { Iteration } from "./iteration.ts";
import { hasLayout, type Layout, layoutOf, remember } from "./layout.ts";
import type { Kernel } from "./map.ts";
import type { OperandClass } from "./operand.ts";
import { usesIndex } from "./prepare.ts";
import { type emitReduceColumns, scratchByteLength, tileColumns } from "./reduce-columns.ts";
import { emitReducePositions, fromKey, toKey } from "./reduce-positions.ts";
import { emitReduceRows } from "./reduce-rows.ts";
import { prepareReduction } from "./reduction.ts";

/** What calls of one layout have in common. */
export interface ReducePlan extends Layout {
  readonly reducer: Reducer;
  readonly finish: Formula | null;
  readonly dims: readonly number[];
  readonly kernel: Kernel;
  /** The call block, addresses and scalars aside. */
  readonly words: Int32Array;
  readonly columns: number;
  /** The loops, the inner one last: how often they run, and the elements of each operand from one time to the next. */
  readonly sizes: readonly number[];
  readonly strides: readonly (readonly number[])[];
}

/** What large reductions gain by, and a small device does without. */
export interface LargeReductions {
  /** In which order a kernel whose inner loop is over kept dims walks, if it is better, and such a kernel. */
  readonly arrangeColumns: typeof arrangeColumns;
  readonly emitColumns: typeof emitReduceColumns;
  /** In how many lanes to divide a call. */
  lanes(call: ReduceCall): number;
  /** Shares a call between lanes. */
  share(lanes: number, call: ReduceCall): void;
  /** Strides of a copy whose positions are found faster, if it pays. */
  copyStrides(input: View, dims: readonly number[]): readonly number[] | null;
  /** Reduces values in two stages, by two calls of `reduce`, if that is faster: tells whether it did. */
  inStages(reduce: Backend["reduce"], ...call: Parameters<Backend["reduce"]>): boolean;
}

export function createReduce(
  memory: Memory,
  lower: Lower,
  map: Backend["map"],
  large?: LargeReductions,
  columnSums?: ColumnSums,
): Backend["reduce"] {
  const block = new CallBlock(memory);
  const iteration = new Iteration();
  const kernels = new Map<string, Kernel>();
  const plans: ReducePlan[][] = []; // by formula
  const scratch = memory.allocate(scratchByteLength).pointer;

  const find = (
    columns: boolean,
    reducer: Reducer,
    source: Formula,
    classes: readonly OperandClass[],
    finish: Finish | undefined,
  ): Kernel => {
    let key = `${columns},${reducer},${source.id},${finish ? finish.formula.id : ""}`;
    for (const { dtype, access } of classes) key += `,${dtype}${access}`;
    let kernel = kernels.get(key);
    if (!kernel) {
      kernel = compile(memory, lower, (columns ? large?.emitColumns : null) ?? emitReduceRows, reducer, source, classes, finish);
      kernels.set(key, kernel);
    }
    return kernel;
  };

  const makePlan = (
    reducer: Reducer,
    source: Formula,
    inputs: readonly View[],
    outputs: readonly View[],
    dims: readonly number[],
    finish?: Finish,
  ): ReducePlan => {
    const { shape } = inputs[0] as View;
    const targets = outputs.map(({ buffer, dtype, shape: kept, strides, offset }) => {
      return { buffer, dtype, shape: kept, strides: strides.map((stride, d) => (dims.includes(d) ? 0 : stride)), offset };
    });
    const operands = [...inputs, ...targets];
    const view = (k: number): View => operands[k] as View;
    const arrangement = arrange(shape, inputs, dims, isArg(reducer));
    const byColumns = isArg(reducer) ? null : large?.arrangeColumns(arrangement, shape, operands);
    const columns = !!byColumns;
    iteration.planInOrder(byColumns ?? [...arrangement.kept, ...arrangement.reduced], shape, operands.length, view);

    const classes = operands.map(({ dtype }, k): OperandClass => ({ dtype, access: iteration.access(k) }));
    const kernel = find(columns, reducer, source, classes, finish);
    const [inner, middle] = [iteration.size(0), columns ? iteration.size(1) : 1];
    const reducedCount = numel(shape) / numel((outputs[0] as View).shape);
    block.setCounts(inner, numel(shape) / (inner * middle));
    block.setWord(groupWord, reducedCount / (columns ? middle : inner));
    block.setWord(middleWord, middle);
    block.setWord(scratchWord, scratch);
    operands.forEach((operand, k) => {
      block.setOperand(k, operand, iteration.stride(k));
      block.setWord(middleStrideWord(k), iteration.byteStride(k, operand, 1));
    });
    const scalars = source.scalars.length + (finish?.scalars.length ?? 0);
    block.setOuter(operands.length, scalars, iteration, columns ? 2 : 1, view);
    const outerRank = Math.max(0, iteration.rank - (columns ? 2 : 1));
    const words = outerWord(operands.length, scalars) + outerRank * outerWords(operands.length);
    return {
      reducer,
      finish: finish?.formula ?? null,
      dims,
      ...layoutOf(shape, [...inputs, ...outputs]),
      kernel,
      words: block.save(words),
      columns: columns ? inner : 0,
      sizes: iteration.sizes.slice(0, iteration.rank),
      strides: operands.map((_, k) => (iteration.strides[k] as number[]).slice(0, iteration.rank)),
    };
  };

  const findPlan: typeof makePlan = (reducer, source, inputs, outputs, dims, finish) => {
    const known = (plans[source.id] ??= []);
    for (let i = 0; i < known.length; i++) {
      const plan = known[i] as ReducePlan;
      if (plan.reducer !== reducer || plan.finish !== (finish?.formula ?? null) || !sameShape(plan.dims, dims)) continue;
      if (hasLayout(plan, (inputs[0] as View).shape, inputs, outputs)) return plan;
    }
    return remember(known, makePlan(reducer, source, inputs, outputs, dims, finish));
  };

  const reduce: Backend["reduce"] = (reducer, source, inputs, scalars, outputs, dims, finish) => {
    const { shape } = inputs[0] as View;
    if (numel((outputs[0] as View).shape) === 0) return;
    if (numel(shape) === 0) return map(nothing(reducer, source, finish), [], finish?.scalars ?? [], [outputs[0] as View]);
    const copied = isArg(reducer) ? large?.copyStrides(inputs[0] as View, dims) : null;
    if (copied || usesIndex(source))
      return reduceMapped(copied ?? contiguousStrides(shape), reducer, source, inputs, scalars, outputs, dims, finish);

    if (columnSums?.(reducer, source, inputs, scalars, outputs, dims, finish)) return;
    if (!isArg(reducer) && large?.inStages(reduce, reducer, source, inputs, scalars, outputs, dims, finish)) return;
    const plan = findPlan(reducer, source, inputs, outputs, dims, finish);
    const call: ReduceCall = { plan, source, inputs, scalars, outputs, finish };
    const lanes = large?.lanes(call) ?? 1;
    if (lanes > 1) return large?.share(lanes, call);
    const { kernel, columns } = plan;
    for (let start = 0; start === 0 || start < columns; start += tileColumns) {
      fillBlock(block, call, start, columns);
      kernel(block.address);
    }
  };

  /** Through values in memory. Positions in the whole shape are only known to a map. */
  const reduceMapped = (
    strides: readonly number[],
    ...[reducer, source, inputs, scalars, outputs, dims, finish]: Parameters<Backend["reduce"]>
  ): void => {
    const { shape } = inputs[0] as View;
    const dtype = mappedDType(source);
    const buffer = memory.allocate(4 * numel(shape));
    const values: View = { buffer, dtype, shape, strides, offset: 0 };
    map(source, inputs, scalars, [values]);
    reduce(reducer, identity(dtypes[dtype].scalar), [values], [], outputs, dims, finish);
    memory.release(buffer);
  };
  return reduce;
}

/** What a formula's values are kept in. */
export function mappedDType({ outputs: [root] }: Formula): DType {
  return root?.type === "float" ? "float32" : root?.type === "bool" ? "bool" : "int32";
}

export interface ReduceCall {
  readonly plan: ReducePlan;
  readonly source: Formula;
  readonly inputs: readonly View[];
  readonly scalars: readonly number[];
  readonly outputs: readonly View[];
  readonly finish: Finish | undefined;
}

export const operandOf = ({ inputs, outputs }: ReduceCall, k: number): View =>
  (k < inputs.length ? inputs[k] : outputs[k - inputs.length]) as View;

/** The call on a tile of columns from `start` on. */
export function fillBlock(to: CallBlock, call: ReduceCall, start: number, end: number): void {
  const { plan, source, scalars, finish } = call;
  const count = plan.operands.length;
  to.restore(plan.words);
  if (plan.columns > 0) to.setWord(innerWord, Math.min(tileColumns, end - start));
  for (let k = 0; k < count; k++) to.setPointer(k, operandOf(call, k), start * ((plan.strides[k] as number[]).at(-1) ?? 1));
  to.setScalars(count, source.scalars, scalars);
  if (finish) to.setScalars(count, finish.formula.scalars, finish.scalars, scalars.length);
}

const isArg = (reducer: Reducer): boolean => reducer === "argmax" || reducer === "argmin";

/** What a reduction of nothing gives. */
function nothing(reducer: Reducer, source: Formula, finish: Finish | undefined): Formula {
  const type = source.outputs[0]?.type ?? "float";
  const identity = constant(reducer === "prod" ? 1 : 0, type);
  if (!finish) return formula([], [], [identity]);
  const outputs = transform(finish.formula.outputs, (n, args) => (n.op === "input" ? identity : withArgs(n, args)));
  return formula([], finish.formula.scalars, outputs);
}

function compile(
  memory: Memory,
  lower: Lower,
  emit: typeof emitReduceRows,
  reducer: Reducer,
  source: Formula,
  classes: readonly OperandClass[],
  finish: Finish | undefined,
): Kernel {
  const module = new ModuleBuilder(memory);
  const [root] = source.outputs;
  if (isArg(reducer) && root) {
    const smallest = reducer === "argmin";
    const keys = formula(source.inputs, source.scalars, [toKey(root, smallest)]);
    const value = formula(["int"], [], [fromKey(input(0, "int"), root.type, smallest)]);
    const reduction = prepareReduction(lower, reducer, keys, classes, { formula: value, scalars: [] });
    const values = classes.length - source.inputs.length === 2;
    module.func("reduce", ["i32"], null, (f, block) => emitReducePositions(f, block, reduction, values));
  } else {
    const reduction = prepareReduction(lower, reducer, source, classes, finish);
    module.func("reduce", ["i32"], null, (f, block) => emit(f, block, reduction));
  }
  return module.kernel<Kernel>("reduce");
}
