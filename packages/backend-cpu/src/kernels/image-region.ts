// A rectangle of each image, as window kernels read it: where the image lies so that it can be, in place; else copied, one group of channels at a
// time, onto a ground that says what padding is.
import type { View } from "@gradkit/tensor/backend";
import { addressOf } from "./contiguous.ts";
import type { WindowKernels } from "./window-kernels.ts";

/** In coordinates of the image; it may reach beyond every edge. */
export interface Region {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

export interface RegionOptions {
  /** What lies beyond the edges. Default: 0. */
  fill?: number;
  /** Rows must follow each other without a gap. */
  adjacentRows?: boolean;
  /** Copied even where it could be read in place: kernels that jump about in it then find it in the cache. */
  copied?: boolean;
  /** Padding need not be there: kernels read nothing, or something else, in its place. */
  masked?: boolean;
}

/** Columns beside an image whose place may be read: other rows, or other memory. */
const mostMasked = 8;

type Rank4 = [number, number, number, number];

/** The part of 0 … size that the region covers, and where in the region it begins. */
function overlap(size: number, first: number, extent: number): { from: number; count: number; at: number } {
  const from = Math.max(0, first);
  return { from, count: Math.max(0, Math.min(size, first + extent) - from), at: from - first };
}

export interface OpenRegion {
  /** The address of one image's region, in one group of channels; valid until the next call. */
  at(image: number, group: number): number;
  release(): void;
}

export class ImageRegion {
  /** Bytes between channels and between rows; the elements of a row are neighbours. */
  readonly planeStride: number;
  readonly rowStride: number;
  /** The rows and columns of the region that are not padding. */
  readonly firstRow: number;
  readonly endRow: number;
  readonly firstColumn: number;
  readonly endColumn: number;
  /** Read in place though it has padding, which is then not there to be read. */
  readonly masked: boolean;
  readonly #kernels: WindowKernels;
  readonly #view: View;
  readonly #channels: number;
  readonly #region: Region;
  readonly #strides: Rank4; // of the view, in bytes
  readonly #copies: boolean;
  readonly #fill: number;

  /** Of a view [N, C, H, W]; `channels` are those of one group. */
  constructor(
    kernels: WindowKernels,
    view: View,
    channels: number,
    region: Region,
    { fill = 0, adjacentRows = false, copied = false, masked = false }: RegionOptions = {},
  ) {
    const [, , imageHeight, imageWidth] = view.shape as Rank4;
    const { top, left, height, width } = region;
    this.#kernels = kernels;
    this.#view = view;
    this.#channels = channels;
    this.#region = region;
    this.#fill = fill;
    this.#strides = view.strides.map((stride) => 4 * stride) as Rank4;
    const [, planeStride, rowStride, columnStride] = this.#strides;
    const rows = overlap(imageHeight, top, height);
    this.firstRow = rows.at;
    this.endRow = rows.at + rows.count;
    const columns = overlap(imageWidth, left, width);
    this.firstColumn = columns.at;
    this.endColumn = columns.at + columns.count;
    const inside = top >= 0 && left >= 0 && top + height <= imageHeight && left + width <= imageWidth;
    const maskable = masked && left >= -mostMasked && left + width <= imageWidth + mostMasked;
    const inPlace = !copied && (inside || maskable) && columnStride === 4 && (!adjacentRows || height === 1 || rowStride === 4 * width);
    this.masked = inPlace && !inside;
    if (inPlace) {
      this.planeStride = planeStride;
      this.rowStride = rowStride;
      this.#copies = false;
      return;
    }
    this.#copies = true;
    this.planeStride = 4 * height * width;
    this.rowStride = 4 * width;
  }

  /** Room for one image's region at a time: one for each lane. */
  open(): OpenRegion {
    const { memory } = this.#kernels;
    if (!this.#copies) return { at: (image, group) => this.#inPlace(image, group), release: () => {} };
    const copy = memory.allocate(this.#channels * this.planeStride);
    const [first, byteLength] = [copy.pointer >>> 2, this.#channels * this.planeStride];
    if (this.#fill === 0) this.#kernels.clear(copy.pointer, byteLength);
    else memory.f32.fill(this.#fill, first, first + byteLength / 4);
    return {
      at: (image, group) => {
        this.#copy(image, group, copy.pointer);
        return copy.pointer;
      },
      release: () => memory.release(copy),
    };
  }

  #channelAddress(image: number, group: number): number {
    const [imageStride, planeStride] = this.#strides;
    return addressOf(this.#view) + image * imageStride + group * this.#channels * planeStride;
  }

  #inPlace(image: number, group: number): number {
    const [, , rowStride, columnStride] = this.#strides;
    return this.#channelAddress(image, group) + this.#region.top * rowStride + this.#region.left * columnStride;
  }

  #copy(image: number, group: number, to: number): void {
    const { top, left, height, width } = this.#region;
    const [, planeStride, rowStride, columnStride] = this.#strides;
    const [, , imageHeight, imageWidth] = this.#view.shape as Rank4;
    const rows = overlap(imageHeight, top, height);
    const columns = overlap(imageWidth, left, width);
    this.#kernels.copyPlanes(
      this.#channels,
      rows.count,
      columns.count,
      this.#channelAddress(image, group) + rows.from * rowStride + columns.from * columnStride,
      planeStride,
      rowStride,
      columnStride,
      to + 4 * (rows.at * width + columns.at),
      this.planeStride,
      this.rowStride,
      4,
    );
  }
}
