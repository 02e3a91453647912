// Movement ops are arithmetic on layouts: each row maps a strided layout to another one of the same memory.
import { formatShape, IndexError, ShapeError } from "../errors.ts";
import { broadcastStrides, normalizeDim, type Shape } from "../shape.ts";

export interface Layout {
  readonly shape: Shape;
  readonly strides: Shape;
  readonly offset: number;
}

export interface SliceAttrs {
  readonly dim: number;
  readonly start: number;
  readonly step: number;
  readonly length: number;
}

export interface DiagonalAttrs {
  readonly offset: number;
  readonly dim1: number;
  readonly dim2: number;
}

export interface UnfoldAttrs {
  readonly dim: number;
  readonly size: number;
  readonly step: number;
}

const replaceAt = (list: readonly number[], at: number, ...values: number[]): number[] => [
  ...list.slice(0, at),
  ...values,
  ...list.slice(at + 1),
];

/** Attributes are checked and dims are non-negative when they arrive here. */
export const views = {
  expand: ({ shape, strides, offset }: Layout, target: { shape: Shape }): Layout => ({
    shape: target.shape,
    strides: broadcastStrides(shape, strides, target.shape),
    offset,
  }),

  permute: ({ shape, strides, offset }: Layout, { dims }: { dims: readonly number[] }): Layout => ({
    shape: dims.map((d) => shape[d] as number),
    strides: dims.map((d) => strides[d] as number),
    offset,
  }),

  slice: ({ shape, strides, offset }: Layout, { dim, start, step, length }: SliceAttrs): Layout => ({
    shape: replaceAt(shape, dim, length),
    strides: replaceAt(strides, dim, (strides[dim] as number) * step),
    offset: offset + (length > 0 ? start * (strides[dim] as number) : 0),
  }),

  flip: ({ shape, strides, offset }: Layout, { dims }: { dims: readonly number[] }): Layout => ({
    shape,
    strides: strides.map((stride, d) => (dims.includes(d) ? -stride : stride)),
    offset: dims.reduce((at, d) => at + Math.max(0, (shape[d] as number) - 1) * (strides[d] as number), offset),
  }),

  /** The diagonal becomes the last dim. */
  diagonal: ({ shape, strides, offset }: Layout, { offset: shift, dim1, dim2 }: DiagonalAttrs): Layout => {
    const [rows, columns] = [shape[dim1] as number, shape[dim2] as number];
    const length = Math.max(0, shift >= 0 ? Math.min(rows, columns - shift) : Math.min(rows + shift, columns));
    const start = shift >= 0 ? shift * (strides[dim2] as number) : -shift * (strides[dim1] as number);
    const rest = (list: Shape): number[] => list.filter((_, d) => d !== dim1 && d !== dim2);
    return {
      shape: [...rest(shape), length],
      strides: [...rest(strides), (strides[dim1] as number) + (strides[dim2] as number)],
      offset: offset + (length > 0 ? start : 0),
    };
  },

  /** Windows along dim; the positions within a window become the last dim. */
  unfold: ({ shape, strides, offset }: Layout, { dim, size, step }: UnfoldAttrs): Layout => ({
    shape: [...replaceAt(shape, dim, Math.floor(((shape[dim] as number) - size) / step) + 1), size],
    strides: [...replaceAt(strides, dim, (strides[dim] as number) * step), strides[dim] as number],
    offset,
  }),
};

export type ViewName = keyof typeof views;

/** The layout that a view shows. */
export const viewLayout = (name: ViewName, layout: Layout, attrs: unknown): Layout =>
  (views[name] as (layout: Layout, attrs: unknown) => Layout)(layout, attrs);

/** Sizes of an expand, −1 kept from the input. */
export function expandSizes(shape: Shape, sizes: readonly number[]): number[] {
  const lead = sizes.length - shape.length;
  const fail = (): never => {
    throw new ShapeError(
      "expand",
      `${formatShape(shape)} does not expand to ${formatShape(sizes)}. Only sizes of 1, and new dims in front, can grow`,
    );
  };
  if (lead < 0) fail();
  return sizes.map((size, d) => {
    const from = shape[d - lead];
    if (size === -1) return from ?? fail();
    if (size < 0 || (from !== undefined && from !== 1 && from !== size)) fail();
    return size;
  });
}

/** Python's slice rules: bounds count from the end where negative, and are clipped. Steps are positive, as in torch. */
export function sliceAttrs(op: string, size: number, dim: number, start: number | null, end: number | null, step: number): SliceAttrs {
  if (!Number.isInteger(step) || step < 1)
    throw new IndexError(op, `step ${step} is not a positive whole number. Use flip() to go backwards`);
  const clip = (at: number): number => Math.min(Math.max(at < 0 ? at + size : at, 0), size);
  const [first, last] = [clip(start ?? 0), clip(end ?? size)];
  return { dim, start: first, step, length: Math.max(0, Math.ceil((last - first) / step)) };
}

/** The order of dims of a permute: each exactly once. */
export function permutation(rank: number, dims: readonly number[]): number[] {
  const order = dims.map((dim) => normalizeDim("permute", dim, rank));
  if (order.length !== rank || new Set(order).size !== rank) {
    throw new ShapeError("permute", `dims [${dims.join(", ")}] are not an order of the ${rank} dims`);
  }
  return order;
}
