// Copies between layouts whose neighbours lie along different dims: through register transposes, block by block, as element by element every
// access would touch another cache line.
import { dtypes, numel, type View } from "@gradkit/tensor/backend";
import type { CpuBuffer } from "../buffer.ts";
import { partStart } from "../lanes.ts";
import type { Memory } from "../memory.ts";
import { eachLine } from "./elements.ts";
import { compileTranspose, type Transpose } from "./transpose.ts";
import { blockByteLength, blockSide, compileTransposeBlocks, type TransposeBlocks } from "./transpose-blocks.ts";

/** One core's time, to tell what work is worth sharing. */
const nanosecondsPerElement = 0.6;
/** Rows that are walked down before going right: one memory page each, so many as the processor remembers. */
const rowsTogether = 256;
/** Elements for which it pays. */
export const fewestTransposed = 4096;
const shortest = 16;

/** The dim along which 32-bit neighbours lie, if it is long enough to matter. */
function adjacentDim({ dtype, shape, strides }: View): number {
  return dtypes[dtype].bytes === 4 ? strides.findIndex((stride, d) => stride === 1 && (shape[d] as number) >= shortest) : -1;
}

/** Whether copying from one view to the other by transposing pays, if they are large. */
export function transposes(from: View, to: View): boolean {
  const [inner, outer] = [adjacentDim(to), adjacentDim(from)];
  return inner >= 0 && outer >= 0 && inner !== outer && (from.strides[inner] as number) !== 0 && (to.strides[outer] as number) !== 0;
}

export class TransposedCopy {
  readonly #memory: Memory;
  #blocks: TransposeBlocks | null = null;
  #edges: Transpose | null = null;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** Views of one shape for which `transposes` holds. */
  copy(from: View, to: View): void {
    const memory = this.#memory;
    const transposeBlocks = (this.#blocks ??= compileTransposeBlocks(memory));
    const transposeEdge = (this.#edges ??= compileTranspose(memory));
    const [rowDim, columnDim] = [adjacentDim(to), adjacentDim(from)];
    const [rows, columns] = [from.shape[rowDim] as number, from.shape[columnDim] as number];
    const [fromRow, toRow] = [4 * (from.strides[rowDim] as number), 4 * (to.strides[columnDim] as number)];
    const rest = from.shape.map((n, d) => (d === rowDim || d === columnDim ? 1 : n));
    const starts = [from, to].map(({ buffer, offset }) => (buffer as CpuBuffer).pointer + 4 * offset);
    const strides = [from, to].map((view) => view.strides.map((stride) => 4 * stride));
    const wholeRows = rows - (rows % blockSide);
    // lanes divide the target's rows, at whole blocks
    const lanes = memory.lanes.count(numel(from.shape) * nanosecondsPerElement, Math.ceil(columns / blockSide));
    memory.lanes.fork(lanes, (lane) => {
      const first = partStart(columns, lane, lanes, blockSide);
      const own = partStart(columns, lane + 1, lanes, blockSide) - first;
      const wholeColumns = own - (own % blockSide);
      const [right, below] = [own - wholeColumns, rows - wholeRows];
      const scratch = memory.allocate(blockByteLength);
      eachLine(rest, rowDim, strides, starts, (offsets) => {
        const [source, target] = [(offsets[0] as number) + 4 * first, (offsets[1] as number) + first * toRow];
        for (let r = 0; r < wholeRows; r += rowsTogether) {
          const rowBlocks = Math.min(rowsTogether, wholeRows - r) / blockSide;
          transposeBlocks(source + r * fromRow, fromRow, target + 4 * r, toRow, rowBlocks, wholeColumns / blockSide, scratch.pointer);
        }
        if (right > 0) transposeEdge(source + 4 * wholeColumns, fromRow, target + wholeColumns * toRow, toRow, rows, right);
        if (below > 0) transposeEdge(source + wholeRows * fromRow, fromRow, target + 4 * wholeRows, toRow, below, wholeColumns);
      });
      memory.release(scratch);
    });
  }
}

/** Strides without gaps that rank the dims as the view's do. */
export function denseStrides({ shape, strides }: View): number[] {
  const order = shape.map((_, d) => d).sort((a, b) => Math.abs(strides[a] as number) - Math.abs(strides[b] as number));
  const dense = new Array<number>(shape.length).fill(1);
  let step = 1;
  for (const d of order) {
    dense[d] = step;
    step *= shape[d] as number;
  }
  return dense;
}
