// Convolution by Winograd's algorithm, block of tiles by block of tiles: pictures to points, a product for each point, points to pictures.
import type { CpuBuffer } from "../buffer.ts";
import type { Memory } from "../memory.ts";
import { type MatmulTiles, matmulTiles } from "./matmul-tile.ts";
import { tileShape } from "./tile.ts";
import type { WindowSizes } from "./window-geometry.ts";
import type { WindowKernels } from "./window-kernels.ts";
import { type Collect, compileCollect } from "./winograd-collect.ts";
import { compileSpread, type Spread } from "./winograd-spread.ts";
import { pointCount, tileSize } from "./winograd-transforms.ts";
import { type CollectWeights, compileCollectWeights, compileSpreadWeights, type SpreadWeights } from "./winograd-weights.ts";

/** Each has the points of a block in scratch memory: more lanes than this are slower. */
export const lanesPerThread = 2;
const blockTiles = 48; // the points of a block, in and out, stay in the second-level cache

/** The compiled parts. */
export class WinogradKernels {
  readonly #memory: Memory;
  #spreadInput: Spread | null = null;
  #spreadGradient: Spread | null = null;
  #spreadWeights: SpreadWeights | null = null;
  #collect: Collect | null = null;
  #collectWeights: CollectWeights | null = null;
  #product: ((m: number) => MatmulTiles) | null = null;
  #weightProduct: ((m: number) => MatmulTiles) | null = null;

  constructor(memory: Memory) {
    this.#memory = memory;
  }
  get spreadInput(): Spread {
    return (this.#spreadInput ??= compileSpread(this.#memory, "input"));
  }
  get spreadGradient(): Spread {
    return (this.#spreadGradient ??= compileSpread(this.#memory, "gradient"));
  }
  get spreadWeights(): SpreadWeights {
    return (this.#spreadWeights ??= compileSpreadWeights(this.#memory, 4 * tileShape(this.#memory.relaxedSimd).vectors));
  }
  get collect(): Collect {
    return (this.#collect ??= compileCollect(this.#memory));
  }
  get collectWeights(): CollectWeights {
    return (this.#collectWeights ??= compileCollectWeights(this.#memory));
  }
  get product(): (m: number) => MatmulTiles {
    return (this.#product ??= matmulTiles(this.#memory, { left: "rows", right: "packed", dtype: "float32" }));
  }
  get weightProduct(): (m: number) => MatmulTiles {
    return (this.#weightProduct ??= matmulTiles(this.#memory, { left: "columns", right: "strided", dtype: "float32" }));
  }
}

/** Several images, or some rows of tiles of one. */
export interface Block {
  readonly image: number;
  readonly images: number;
  readonly row: number;
  readonly rows: number;
}

export interface Blocks {
  readonly tilesY: number;
  readonly tilesX: number;
  readonly count: number;
  /** The most tiles, and rows of them, that a block has. */
  readonly tiles: number;
  readonly height: number;
  at(index: number): Block;
}

/** How all tiles of images are divided into blocks. */
export function winogradBlocks(images: number, outHeight: number, outWidth: number): Blocks {
  const [tilesY, tilesX] = [Math.ceil(outHeight / tileSize), Math.ceil(outWidth / tileSize)];
  const most = Math.max(1, Math.round(blockTiles / (tilesY * tilesX)));
  const height = Math.ceil(tilesY / Math.max(1, Math.round((tilesY * tilesX) / blockTiles)));
  const perImage = Math.ceil(tilesY / height);
  const at = (index: number): Block => {
    const [image, row] = [Math.floor(index / perImage) * most, (index % perImage) * height];
    return { image, images: Math.min(most, images - image), row, rows: Math.min(height, tilesY - row) };
  };
  return { tilesY, tilesX, count: Math.ceil(images / most) * perImage, tiles: most * height * tilesX, height, at };
}

/** One core's time for the products of a tile, from one channel to one output; and for a weight on its way to the points. */
export const pointNanoseconds = 2;
export const weightNanoseconds = 20;

/** Of the nine weights from a channel to an output. */
export const weightBytes = 36;

const fewestChannels = 8; // on either side: the transforms cost as much as eight products
const fewestTiles = 16; // of all images: the weights are transformed for them
const fewestResults = 8; // of a tile's sixteen, on average

/** The kernels if a convolution of that many images can be computed so, and faster. */
export function winogradFor({ winograd }: WindowKernels, images: number, sizes: WindowSizes): WinogradKernels | null {
  const { channels, outputs, kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX, outHeight, outWidth } = sizes;
  if (kernelHeight !== 3 || kernelWidth !== 3 || Math.max(strideY, strideX, dilationY, dilationX) > 1) return null;
  const tiles = Math.ceil(outHeight / tileSize) * Math.ceil(outWidth / tileSize);
  const enough = Math.min(channels, outputs) >= fewestChannels && images * tiles >= fewestTiles;
  return enough && outHeight * outWidth >= fewestResults * tiles ? winograd : null;
}

/** Points of one kind in a block: bytes from tile to tile and from point to point. */
export interface PointLayout {
  readonly tile: number;
  readonly point: number;
}

/** A cache line more than needed: points a power of two apart would evict each other. */
export const pointLayout = (tiles: number, channels: number): PointLayout => ({ tile: 4 * channels, point: 4 * channels * tiles + 64 });

export const allocatePoints = (memory: Memory, { point }: PointLayout): CpuBuffer => memory.allocate(pointCount * point);
