// The same logical values in memory in different ways: each layout says what is stored and how to look at it.
import { expand, flip, narrow, permute, slice, transpose, unfold } from "../../ops/movement.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";

interface Layout {
  /** Of the memory under a view of `shape`. */
  stored(shape: Shape): Shape;
  view(base: Tensor, shape: Shape): Tensor;
}

const reversed = (shape: Shape): number[] => [...shape].reverse();
const last = (shape: Shape): number => shape.length - 1;
const withSize = (shape: Shape, dim: number, size: number): number[] => shape.map((old, d) => (d === dim ? size : old));
const dimsOf = (shape: Shape): number[] => shape.map((_, d) => d);

export const layouts = {
  contiguous: { stored: (shape) => shape, view: (base) => base },
  /** The last two dims swapped in memory. */
  transposed: {
    stored: (shape) => (shape.length < 2 ? shape : [...shape.slice(0, -2), shape.at(-1) as number, shape.at(-2) as number]),
    view: (base) => (base.ndim < 2 ? base : transpose(base, -1, -2)),
  },
  /** All dims in the opposite order in memory. */
  permuted: { stored: reversed, view: (base, shape) => permute(base, reversed(dimsOf(shape))) },
  /** Every second element of the last dim, and not from the start. */
  stepped: {
    stored: (shape) => withSize(shape, last(shape), 2 * (shape.at(-1) ?? 1) + 1),
    view: (base, shape) => (base.ndim === 0 ? base : narrow(slice(base, -1, 1, null, 2), -1, 0, shape.at(-1) as number)),
  },
  /** Rows with a gap between them. */
  windowed: {
    stored: (shape) => withSize(shape, last(shape), (shape.at(-1) ?? 1) + 3),
    view: (base, shape) => (base.ndim === 0 ? base : narrow(base, -1, 2, shape.at(-1) as number)),
  },
  /** Backwards along every dim. */
  flipped: { stored: (shape) => shape, view: (base, shape) => flip(base, dimsOf(shape)) },
  /** One row for all: stride 0 along the first dim. */
  expanded: { stored: (shape) => withSize(shape, 0, Math.min(1, shape[0] ?? 1)), view: (base, shape) => expand(base, shape) },
  /** One column for all: stride 0 along the last dim. */
  spread: { stored: (shape) => withSize(shape, last(shape), Math.min(1, shape.at(-1) ?? 1)), view: (base, shape) => expand(base, shape) },
  /** Each row is the one before, moved by one element: rows share memory. */
  overlapping: {
    stored: (shape) => (shape.length < 2 ? shape : [...shape.slice(0, -2), (shape.at(-2) as number) + (shape.at(-1) as number) - 1]),
    view: (base, shape) => (shape.length < 2 ? base : unfold(base, -1, shape.at(-1) as number, 1)),
  },
} satisfies Record<string, Layout>;

export type LayoutName = keyof typeof layouts;
export const layoutNames = Object.keys(layouts) as LayoutName[];

export const layoutOf = (name: LayoutName): Layout => layouts[name];
