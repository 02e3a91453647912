// A map shared between lanes: each has a call block of its own, which tells a part of the outermost loop.
import { dtypes, type View } from "@gradkit/tensor/backend";
import { partStart } from "../lanes.ts";
import type { Memory } from "../memory.ts";
import { CallBlock, firstWord, innerWord, outerWord, outerWords, rowsWord } from "./call-block.ts";
import type { Kernel } from "./map.ts";

/** What the outermost loop of a call walks. */
export interface OuterLoop {
  /** How often it runs: over rows, or over the elements of the only row. */
  readonly size: number;
  /** Of the loops around the row. */
  readonly rank: number;
  /** Elements each time. */
  readonly elements: number;
  /** From one time to the next, in elements of each operand. */
  readonly strides: readonly number[];
}

/** Lanes of one row begin at whole cache lines. */
const together = 16;

export class MapLanes {
  readonly #memory: Memory;
  readonly #blocks: CallBlock[] = [];

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** How many lanes to make, at most `most`, of what takes so long on one core. */
  count(nanoseconds: number, most: number): number {
    return this.#memory.lanes.count(nanoseconds, most);
  }

  /** `whole` describes the call. */
  run(kernel: Kernel, lanes: number, whole: CallBlock, operands: readonly View[], scalars: number, outer: OuterLoop): void {
    const { size, rank, elements } = outer;
    const count = operands.length;
    const wheel = outerWord(count, scalars) + (rank - 1) * outerWords(count); // of the outermost loop
    const words = rank === 0 ? outerWord(count, scalars) : wheel + outerWords(count);
    this.#memory.lanes.fork(lanes, (lane) => {
      const block = (this.#blocks[lane] ??= new CallBlock(this.#memory));
      block.copy(whole, words);
      const first = partStart(size, lane, lanes, rank === 0 ? together : 1);
      const length = partStart(size, lane + 1, lanes, rank === 0 ? together : 1) - first;
      for (let k = 0; k < count; k++)
        block.movePointer(k, first * (outer.strides[k] as number) * dtypes[(operands[k] as View).dtype].bytes);
      block.setWord(firstWord, first * elements);
      if (rank === 0) block.setWord(innerWord, length);
      else {
        block.setWord(wheel, length);
        block.setWord(rowsWord, (whole.word(rowsWord) / size) * length);
      }
      if (length > 0) kernel(block.address);
    });
  }
}

export const createMapLanes = (memory: Memory): MapLanes => new MapLanes(memory);
