// What large reductions gain by. Lanes take parts of the outermost kept dim, or of the columns: no sum is divided. Where what is reduced lies far
// apart, positions are found in a transposed copy, and values reduced in two stages.
import { contiguousStrides, dtypes, numel, type View } from "@gradkit/tensor/backend";
import { partStart } from "../lanes.ts";
import type { Memory } from "../memory.ts";
import { arrangeColumns } from "./arrange.ts";
import { CallBlock, outerWords, rowsWord, scratchWord } from "./call-block.ts";
import { identity } from "./identity.ts";
import { fillBlock, type LargeReductions, mappedDType, operandOf, type ReduceCall } from "./reduce.ts";
import { emitReduceColumns, scratchByteLength, tileColumns } from "./reduce-columns.ts";

/** One core's time, to tell what work is worth sharing. */
const nanosecondsPerElement = 0.12;
/** Lanes take so many columns at least, and whole cache lines of them. */
const fewestColumns = 64;

/** Elements for which a copy in another order pays, and how many of them should be neighbours. */
const worthCopying = 4096;
const neighbours = 16;

/** How often the outermost loop runs, if it is over a kept dim and around those that the kernel knows; else 1. */
function outerSize({ plan: { columns, sizes, strides }, inputs }: ReduceCall): number {
  const isOuter = sizes.length > (columns > 0 ? 2 : 1) && strides[inputs.length]?.[0] !== 0;
  return isOuter ? (sizes[0] as number) : 1;
}

const createLanes =
  (memory: Memory): LargeReductions["lanes"] =>
  (call) => {
    const { shape, columns } = call.plan;
    const most = Math.max(outerSize(call), Math.floor(columns / fewestColumns));
    return memory.lanes.count(numel(shape) * call.inputs.length * nanosecondsPerElement, most);
  };

const createShare =
  (memory: Memory): LargeReductions["share"] =>
  (lanes, call) => {
    const { kernel, words, columns, strides, operands } = call.plan;
    const outer = outerSize(call);
    const byOuter = outer >= lanes;
    const outerWord = words.length - outerWords(operands.length);
    memory.lanes.fork(lanes, (lane) => {
      const [total, multiple] = byOuter ? [outer, 1] : [columns, fewestColumns];
      const [first, end] = [partStart(total, lane, lanes, multiple), partStart(total, lane + 1, lanes, multiple)];
      const [from, to] = byOuter ? [0, columns] : [first, end];
      const scratch = memory.allocate(scratchByteLength);
      for (let start = from; start === from || start < to; start += tileColumns) {
        const buffer = memory.allocate(4 * words.length); // a call that is written down keeps its words
        const block = new CallBlock(memory, buffer.pointer);
        fillBlock(block, call, start, to);
        block.setWord(scratchWord, scratch.pointer);
        if (byOuter) {
          for (let k = 0; k < operands.length; k++)
            block.movePointer(k, first * (strides[k]?.[0] as number) * dtypes[operandOf(call, k).dtype].bytes);
          block.setWord(rowsWord, (block.word(rowsWord) / total) * (end - first));
          block.setWord(outerWord, end - first);
        }
        kernel(block.address);
        memory.release(buffer);
      }
      memory.release(scratch);
    });
  };

/** Dense strides with the reduced dims innermost, where they lie far apart and neighbours are kept. */
function copyStrides({ shape, strides }: View, dims: readonly number[]): readonly number[] | null {
  const adjacent = shape.findIndex((size, d) => size >= neighbours && strides[d] === 1);
  const reduced = dims.filter((d) => shape[d] !== 1);
  if (adjacent < 0 || reduced.length === 0 || dims.includes(adjacent) || numel(shape) < worthCopying) return null;
  if (reduced.some((d) => strides[d] === 1)) return null;
  const order = [...shape.keys()].sort((a, b) => Number(dims.includes(a)) - Number(dims.includes(b)) || a - b);
  const dense = contiguousStrides(order.map((d) => shape[d] as number));
  return shape.map((_, d) => dense[order.indexOf(d)] as number);
}

/** Elements that leave the second-level cache, for which it pays to read memory in its order, and how many of them should become one. */
const worthStages = 2 ** 19;
const worthOne = 16;

/** The reduced dims inside of all kept ones in memory, if there are others outside: jumping from one to the other for each result would be slow. */
function innerDims({ shape, strides }: View, dims: readonly number[]): readonly number[] | null {
  const distance = (d: number): number => Math.abs(strides[d] as number);
  const long = [...shape.keys()].filter((d) => shape[d] !== 1);
  const innermostKept = Math.min(...long.filter((d) => !dims.includes(d)).map(distance));
  const reduced = long.filter((d) => dims.includes(d));
  const inner = reduced.filter((d) => distance(d) < innermostKept);
  const together = inner.reduce((count, d) => count * (shape[d] as number), 1);
  return together >= worthOne && inner.length < reduced.length && innermostKept < Number.POSITIVE_INFINITY ? inner : null;
}

const createStages =
  (memory: Memory): LargeReductions["inStages"] =>
  (reduce, reducer, source, inputs, scalars, outputs, dims, finish) => {
    const [first] = inputs as [View];
    if (numel(first.shape) < worthStages) return false;
    const inner = innerDims(first, dims);
    if (!inner) return false;
    const shape = first.shape.map((size, d) => (inner.includes(d) ? 1 : size));
    const buffer = memory.allocate(4 * numel(shape));
    const between: View = { buffer, dtype: mappedDType(source), shape, strides: contiguousStrides(shape), offset: 0 };
    reduce(reducer, source, inputs, scalars, [between], inner);
    reduce(reducer, identity(dtypes[between.dtype].scalar), [between], [], outputs, dims, finish);
    memory.release(buffer);
    return true;
  };

export const createLargeReductions = (memory: Memory): LargeReductions => ({
  arrangeColumns,
  emitColumns: emitReduceColumns,
  lanes: createLanes(memory),
  share: createShare(memory),
  copyStrides,
  inStages: createStages(memory),
});
