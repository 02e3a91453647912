// Backend.reduce: decides which dims form the inner loop and compiles the kernel for it.
import {
  type Backend, constant, contiguousStrides, type DType, dtypes, type Finish, type Formula, formula, input, type Lower, numel, type Reducer, transform, type View, withArgs,
} from "@gradkit/tensor/backend"; // biome-ignore format: a list
import type { Memory } from "../memory.ts";
import { ModuleBuilder } from "../wasm/emitter.ts";
import { arrange } from "./arrange.ts";
import {
  CallBlock, groupWord, innerWord, middleStrideWord, middleWord, outerWord, outerWords, scratchWord,
} from "./call-block.ts"; // biome-ignore format: a list
import { Iteration } from "./iteration.ts";
import type { Kernel } from "./map.ts";
import type { OperandClass } from "./operand.ts";
import { usesIndex } from "./prepare.ts";
import { emitReduceColumns, scratchByteLength, tileColumns } from "./reduce-columns.ts";
import { emitReducePositions, fromKey, toKey } from "./reduce-positions.ts";
import { emitReduceRows } from "./reduce-rows.ts";
import { prepareReduction } from "./reduction.ts";

type Kind = "rows" | "columns" | "positions";

/** Layouts that are remembered for each formula. */
const rememberedPlans = 16;

/** What a call of the same shapes and strides needs no second thought about. */
export interface ReducePlan {
  readonly reducer: Reducer;
  readonly finish: Formula | null;
  readonly dims: readonly number[];
  readonly shape: readonly number[];
  readonly operands: readonly { readonly dtype: DType; readonly strides: readonly number[] }[];
  readonly kernel: Kernel;
  /** The call block, addresses and scalars aside. */
  readonly words: Int32Array;
  readonly columns: number;
  /** From column to column, for each operand. */
  readonly columnStrides: readonly number[];
  /** The outermost loop, if it is over kept dims: how often it runs, where the block counts it, and the operands' elements from one time to the next. */
  readonly outer: { readonly size: number; readonly word: number; readonly strides: readonly number[] } | null;
}

/** What large reductions gain by, and a small device does without. */
export interface LargeReductions {
  /** Shares a call between lanes, if it is worth it: tells whether it did. `fill` describes the call on a tile of columns from `start` on. */
  share(
    plan: ReducePlan,
    elements: number,
    fill: (to: CallBlock, start: number, end: number) => void,
    view: (operand: number) => View,
  ): boolean;
  /** Strides of a copy whose positions are found faster, if it pays. */
  copyStrides(input: View, dims: readonly number[]): readonly number[] | null;
  /** Reduces values in two stages, by two calls of `reduce`, if that is faster: tells whether it did. */
  inStages(reduce: Backend["reduce"], ...call: Parameters<Backend["reduce"]>): boolean;
}

export function createReduce(memory: Memory, lower: Lower, map: Backend["map"], large?: LargeReductions): Backend["reduce"] {
  const block = new CallBlock(memory);
  const iteration = new Iteration();
  const kernels = new Map<string, Kernel>();
  const plans: ReducePlan[][] = []; // by formula
  const indexed: boolean[] = []; // by formula
  const scratch = memory.allocate(scratchByteLength).pointer;

  const find = (kind: Kind, reducer: Reducer, source: Formula, classes: readonly OperandClass[], finish: Finish | undefined): Kernel => {
    let key = `${kind},${reducer},${source.id},${finish ? finish.formula.id : ""}`;
    for (const { dtype, access } of classes) key += `,${dtype}${access}`;
    let kernel = kernels.get(key);
    if (!kernel) {
      kernel = compile(memory, lower, kind, reducer, source, classes, finish);
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
    const { order, columns } = arrange(shape, inputs, operands, dims, isArg(reducer));
    iteration.planInOrder(order, shape, operands.length, view);

    const classes = operands.map(({ dtype }, k): OperandClass => ({ dtype, access: iteration.access(k) }));
    const kernel = find(isArg(reducer) ? "positions" : columns ? "columns" : "rows", reducer, source, classes, finish);
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
    const outermost = operands.map((_, k) => (iteration.strides[k] as number[])[0] as number);
    const isKept = outerRank > 0 && outermost[inputs.length] !== 0;
    return {
      reducer,
      finish: finish?.formula ?? null,
      dims,
      shape,
      operands: [...inputs, ...outputs].map(({ dtype, strides }) => ({ dtype, strides })),
      kernel,
      words: block.save(words),
      columns: columns ? inner : 0,
      columnStrides: operands.map((_, k) => iteration.stride(k)),
      outer: isKept ? { size: iteration.sizes[0] as number, word: words - outerWords(operands.length), strides: outermost } : null,
    };
  };

  const findPlan: typeof makePlan = (reducer, source, inputs, outputs, dims, finish) => {
    const known = (plans[source.id] ??= []);
    for (const plan of known) if (fits(plan, reducer, inputs, outputs, dims, finish)) return plan;
    const plan = makePlan(reducer, source, inputs, outputs, dims, finish);
    known.unshift(plan);
    if (known.length > rememberedPlans) known.pop();
    return plan;
  };

  const reduce: Backend["reduce"] = (reducer, source, inputs, scalars, outputs, dims, finish) => {
    const { shape } = inputs[0] as View;
    if (numel((outputs[0] as View).shape) === 0) return;
    if (numel(shape) === 0) return map(nothing(reducer, source, finish), [], finish?.scalars ?? [], [outputs[0] as View]);
    const copied = isArg(reducer) ? large?.copyStrides(inputs[0] as View, dims) : null;
    if (copied || (indexed[source.id] ??= usesIndex(source)))
      return reduceMapped(copied ?? contiguousStrides(shape), reducer, source, inputs, scalars, outputs, dims, finish);

    if (!isArg(reducer) && large?.inStages(reduce, reducer, source, inputs, scalars, outputs, dims, finish)) return;
    const plan = findPlan(reducer, source, inputs, outputs, dims, finish);
    const { kernel, words, columns, columnStrides } = plan;
    const count = inputs.length + outputs.length;
    const viewOf = (k: number): View => (k < inputs.length ? inputs[k] : outputs[k - inputs.length]) as View;
    /** The call on a tile of columns from `start` on. */
    const fill = (to: CallBlock, start: number, end: number): void => {
      to.restore(words);
      if (columns > 0) to.setWord(innerWord, Math.min(tileColumns, end - start));
      for (let k = 0; k < count; k++) to.setPointer(k, viewOf(k), start * (columnStrides[k] as number));
      to.setScalars(count, source.scalars, scalars);
      if (finish) to.setScalars(count, finish.formula.scalars, finish.scalars, scalars.length);
    };

    if (large?.share(plan, numel(shape) * inputs.length, fill, viewOf)) return;
    for (let start = 0; start === 0 || start < columns; start += tileColumns) {
      fill(block, start, columns);
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
    const type = dtypes[dtype].scalar;
    const buffer = memory.allocate(4 * numel(shape));
    const values: View = { buffer, dtype, shape, strides, offset: 0 };
    map(source, inputs, scalars, [values]);
    reduce(reducer, formula([type], [], [input(0, type)]), [values], [], outputs, dims, finish);
    memory.release(buffer);
  };
  return reduce;
}

/** What a formula's values are kept in. */
export function mappedDType({ outputs: [root] }: Formula): DType {
  return root?.type === "float" ? "float32" : root?.type === "bool" ? "bool" : "int32";
}

const isArg = (reducer: Reducer): boolean => reducer === "argmax" || reducer === "argmin";

function same(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function fits(
  plan: ReducePlan,
  reducer: Reducer,
  inputs: readonly View[],
  outputs: readonly View[],
  dims: readonly number[],
  finish: Finish | undefined,
): boolean {
  if (plan.reducer !== reducer || plan.finish !== (finish?.formula ?? null) || plan.operands.length !== inputs.length + outputs.length)
    return false;
  if (!same(plan.dims, dims) || !same(plan.shape, (inputs[0] as View).shape)) return false;
  for (let k = 0; k < plan.operands.length; k++) {
    const { dtype, strides } = (k < inputs.length ? inputs[k] : outputs[k - inputs.length]) as View;
    const known = plan.operands[k] as ReducePlan["operands"][number];
    if (known.dtype !== dtype || !same(known.strides, strides)) return false;
  }
  return true;
}

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
  kind: Kind,
  reducer: Reducer,
  source: Formula,
  classes: readonly OperandClass[],
  finish: Finish | undefined,
): Kernel {
  const module = new ModuleBuilder(memory);
  const [root] = source.outputs;
  if (kind === "positions" && root) {
    const smallest = reducer === "argmin";
    const keys = formula(source.inputs, source.scalars, [toKey(root, smallest)]);
    const value = formula(["int"], [], [fromKey(input(0, "int"), root.type, smallest)]);
    const reduction = prepareReduction(lower, reducer, keys, classes, { formula: value, scalars: [] });
    const values = classes.length - source.inputs.length === 2;
    module.func("reduce", ["i32"], null, (f, block) => emitReducePositions(f, block, reduction, values));
  } else {
    const reduction = prepareReduction(lower, reducer, source, classes, finish);
    const emit = kind === "columns" ? emitReduceColumns : emitReduceRows;
    module.func("reduce", ["i32"], null, (f, block) => emit(f, block, reduction));
  }
  return module.kernel<Kernel>("reduce");
}
