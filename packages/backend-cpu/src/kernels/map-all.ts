// Many calls of one formula as one call of a kernel, or one for each lane: an optimizer's step over all parameters. Their blocks stand one behind
// the other; large calls are cut into pieces, so that lanes get equal shares of whatever there is.
import { type Backend, type DType, type Formula, type Lower, numel, type View } from "@gradkit/tensor/backend";
import type { Memory } from "../memory.ts";
import { advance, doWhile, when } from "../wasm/control.ts";
import { ModuleBuilder } from "../wasm/emitter.ts";
import { i32 } from "../wasm/scalar.ts";
import { allContiguous } from "./all-contiguous.ts";
import { CallBlock, outerWord } from "./call-block.ts";
import { haveTypes } from "./layout.ts";
import { emitMap } from "./map-loop.ts";
import { contiguous, type OperandClass } from "./operand.ts";
import { prepareFormula, usesIndex } from "./prepare.ts";

/** Calls whose blocks begin at `address`. */
type ListKernel = (address: number, count: number) => void;

const blockWords = 0x4000;
const pieceElements = 8192;
/** About what it takes to bring an element of one operand through the memory. */
const nanosecondsPerElement = 0.15;

/** `Backend.mapAll`, with `map` for calls whose operands are not contiguous. */
export function createMapAll(memory: Memory, lower: Lower, map: Backend["map"]): NonNullable<Backend["mapAll"]> {
  const kernels = new ListKernels(memory, lower);
  const pieces = new Pieces(memory);
  return (formula, calls) => {
    const joins = !usesIndex(formula);
    for (const call of calls) {
      const operands = [...call.inputs, ...call.outputs];
      if (joins && allContiguous(operands)) pieces.add(kernels.get(formula, operands), formula, operands, call.scalars);
      else map(formula, call.inputs, call.scalars, call.outputs);
    }
    pieces.run();
  };
}

/** The blocks of calls that wait for one kernel. */
class Pieces {
  readonly #memory: Memory;
  readonly #block: CallBlock;
  readonly #ends: number[] = []; // for each piece: how many elements there are up to its end
  #kernel: ListKernel | null = null;
  #operands = 0;
  #words = 0; // of one piece

  constructor(memory: Memory) {
    this.#memory = memory;
    this.#block = new CallBlock(memory, memory.reserve(4 * blockWords));
  }

  add(kernel: ListKernel, formula: Formula, operands: readonly View[], scalars: readonly number[]): void {
    if (kernel !== this.#kernel) {
      this.run();
      this.#kernel = kernel;
      this.#operands = operands.length;
      this.#words = outerWord(operands.length, scalars.length);
    }
    const [block, ends] = [this.#block, this.#ends];
    const elements = numel((operands[0] as View).shape);
    for (let first = 0; first < elements; first += pieceElements) {
      if ((ends.length + 1) * this.#words > blockWords) this.run();
      const count = Math.min(pieceElements, elements - first);
      block.begin(ends.length * this.#words);
      block.setCounts(count, 1);
      for (let k = 0; k < operands.length; k++) block.setPointer(k, operands[k] as View, first);
      block.setScalars(operands.length, formula.scalars, scalars);
      ends.push((ends[ends.length - 1] ?? 0) + count);
    }
  }

  run(): void {
    const [kernel, ends, { lanes }] = [this.#kernel, this.#ends, this.#memory];
    const total = ends.at(-1);
    if (!kernel || !total) return;
    const count = lanes.count(total * this.#operands * nanosecondsPerElement, ends.length);
    const firstOf = (lane: number): number => ends.filter((end) => end <= (total / count) * lane).length;
    lanes.fork(count, (lane) => {
      const first = firstOf(lane);
      kernel(this.#block.address + 4 * first * this.#words, firstOf(lane + 1) - first);
    });
    ends.length = 0;
  }
}

/** By formula and the operands' dtypes. */
class ListKernels {
  readonly #memory: Memory;
  readonly #lower: Lower;
  readonly #byFormula: { readonly dtypes: readonly DType[]; readonly kernel: ListKernel }[][] = [];

  constructor(memory: Memory, lower: Lower) {
    this.#memory = memory;
    this.#lower = lower;
  }

  get(formula: Formula, operands: readonly View[]): ListKernel {
    const known = (this.#byFormula[formula.id] ??= []);
    for (const { dtypes, kernel } of known) if (haveTypes(dtypes, operands, [])) return kernel;
    const dtypes = operands.map(({ dtype }) => dtype);
    const kernel = compile(this.#memory, this.#lower, formula, dtypes);
    known.push({ dtypes, kernel });
    return kernel;
  }
}

function compile(memory: Memory, lower: Lower, formula: Formula, dtypes: readonly DType[]): ListKernel {
  const prepared = prepareFormula(lower, formula, dtypes);
  const classes = dtypes.map((dtype): OperandClass => ({ dtype, access: contiguous }));
  const step = 4 * outerWord(dtypes.length, formula.scalars.length);
  const module = new ModuleBuilder(memory);
  const one = module.func("map", ["i32"], null, (f, at) => emitMap(f, at, prepared, classes, false));
  module.func("list", ["i32", "i32"], null, (_f, at, count) =>
    when(count, doWhile([one(at), advance(at, step), count.set(i32.sub(count, 1))], count)),
  );
  return module.kernel<ListKernel>("list");
}
