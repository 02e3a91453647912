// The compiled parts that convolution and its gradients are put together from, each compiled when it is first needed.
import type { Memory } from "../memory.ts";
import { type CopyPlanes, compileCopyPlanes } from "./copy-planes.ts";
import { compilePackPanels, type PackPanels } from "./pack.ts";
import { compilePositionTiles, type PositionTiles } from "./position-tile.ts";
import { compileSegmentTiles, type Run, type SegmentTiles } from "./segment-tile.ts";
import { type TileShape, tileShape } from "./tile.ts";
import { compileTranspose, type Transpose } from "./transpose.ts";

const longestStep = 2 ** 20;

export class ConvKernels {
  readonly memory: Memory;
  readonly #segment = new Map<number, SegmentTiles>();
  readonly #position = new Map<number, PositionTiles>();
  #packPanels: PackPanels | null = null;
  #transpose: Transpose | null = null;
  #copyPlanes: CopyPlanes | null = null;

  constructor(memory: Memory) {
    this.memory = memory;
  }

  /** Columns of a packed panel. */
  get width(): number {
    return 4 * tileShape(this.memory.relaxedSimd).vectors;
  }
  get packPanels(): PackPanels {
    this.#packPanels ??= compilePackPanels(this.memory, this.width);
    return this.#packPanels;
  }
  get transpose(): Transpose {
    this.#transpose ??= compileTranspose(this.memory);
    return this.#transpose;
  }
  get copyPlanes(): CopyPlanes {
    this.#copyPlanes ??= compileCopyPlanes(this.memory);
    return this.#copyPlanes;
  }

  segmentTiles(run: Run): SegmentTiles {
    const key = (run.length === "any" ? 0 : run.length) * longestStep + run.step;
    let found = this.#segment.get(key);
    if (!found) {
      found = compileSegmentTiles(this.memory, run);
      this.#segment.set(key, found);
    }
    return found;
  }

  positionTiles(shape: TileShape, run: { length: number; step: number }): PositionTiles {
    const key = (run.length * longestStep + run.step) * 8 + shape.vectors;
    let found = this.#position.get(key);
    if (!found) {
      found = compilePositionTiles(this.memory, shape, run);
      this.#position.set(key, found);
    }
    return found;
  }
}
