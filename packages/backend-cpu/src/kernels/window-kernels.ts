// The compiled parts that convolution, pooling and their gradients are put together from, each compiled when it is first needed.
import type { Memory } from "../memory.ts";
import { type Clear, compileClear } from "./clear.ts";
import { type CopyPlanes, compileCopyPlanes } from "./copy-planes.ts";
import { compileDots, type DotShape, type Dots } from "./dots.ts";
import { compilePackPanels, type PackPanels } from "./pack.ts";
import { type PlaneShape, type PlaneTiles, planeTiles } from "./plane-tile.ts";
import { type PositionTiles, positionTiles } from "./position-tile.ts";
import { type Run, type SegmentTiles, segmentTiles } from "./segment-tile.ts";
import { type AddParts, compileAddParts } from "./sum-parts.ts";
import { type TileShape, tileShape } from "./tile.ts";
import { compileTranspose, type Transpose } from "./transpose.ts";
import { WinogradKernels } from "./winograd.ts";

const longestStep = 2 ** 20;

export interface WindowOptions {
  /** Whether convolutions may be computed by Winograd's algorithm. Default: true. */
  readonly winograd?: boolean;
}

export class WindowKernels {
  readonly memory: Memory;
  /** Unless sums of the products themselves are asked for. */
  readonly winograd: WinogradKernels | null;
  readonly #segment = new Map<number, (total: number) => SegmentTiles>();
  readonly #position = new Map<number, (total: number) => PositionTiles>();
  readonly #plane = new Map<string, (total: number) => PlaneTiles>();
  readonly #dots = new Map<string, Dots>();
  #packPanels: PackPanels | null = null;
  #transpose: Transpose | null = null;
  #copyPlanes: CopyPlanes | null = null;
  #clear: Clear | null = null;
  #addParts: AddParts | null = null;

  constructor(memory: Memory, { winograd = true }: WindowOptions = {}) {
    this.memory = memory;
    this.winograd = winograd ? new WinogradKernels(memory) : null;
  }

  /** Columns of a packed panel. */
  get width(): number {
    return 4 * tileShape(this.memory.relaxedSimd).vectors;
  }
  /** Room for one tile of a product. */
  get edgeBytes(): number {
    return 4 * tileShape(this.memory.relaxedSimd).rows * this.width;
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

  get clear(): Clear {
    this.#clear ??= compileClear(this.memory);
    return this.#clear;
  }

  get addParts(): AddParts {
    this.#addParts ??= compileAddParts(this.memory);
    return this.#addParts;
  }

  /** By the total of rows, as the next two. */
  segmentTiles(run: Run): (m: number) => SegmentTiles {
    const key = (run.length === "any" ? 0 : run.length) * longestStep + run.step;
    return kept(this.#segment, key, () => segmentTiles(this.memory, run));
  }
  positionTiles(shape: TileShape, run: { length: number; step: number }): (outputs: number) => PositionTiles {
    const key = (run.length * longestStep + run.step) * 8 + shape.vectors;
    return kept(this.#position, key, () => positionTiles(this.memory, shape, run));
  }
  planeTiles(shape: PlaneShape): (height: number) => PlaneTiles {
    const { kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX, masked } = shape;
    const given = { kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX, masked };
    return kept(this.#plane, Object.values(given).join(), () => planeTiles(this.memory, given));
  }
  dots(shape: DotShape): Dots {
    return kept(this.#dots, Object.values(shape).join(), () => compileDots(this.memory, shape));
  }
}

function kept<K, T>(made: Map<K, T>, key: K, make: () => T): T {
  let found = made.get(key);
  if (found === undefined) {
    found = make();
    made.set(key, found);
  }
  return found;
}
