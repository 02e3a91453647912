// Sliding windows of pictures as columns, and back: the two steps of convolution as a matrix product.
import { formatShape, IndexError, indexAdd, pad, type Shape, ShapeError, scope, type Tensor, tensor } from "@gradkit/tensor";

export interface FoldOptions {
  /** Default: 1. */
  dilation?: number | Shape;
  /** Zeros on both sides. Default: 0. */
  padding?: number | Shape;
  /** Default: 1. */
  stride?: number | Shape;
}

interface Axis {
  readonly kernel: number;
  readonly dilation: number;
  readonly padding: number;
  readonly stride: number;
}

function axesOf(op: string, kernelSize: number | Shape, { dilation = 1, padding = 0, stride = 1 }: FoldOptions): [Axis, Axis] {
  const pair = (name: string, value: number | Shape, lowest: number): readonly [number, number] => {
    const [first = Number.NaN, second = first, ...rest] = typeof value === "number" ? [value] : value;
    if (rest.length > 0 || !(first >= lowest && second >= lowest))
      throw new IndexError(op, `${name} must be one number or 2, each at least ${lowest} (got ${JSON.stringify(value)})`);
    return [first, second];
  };
  const [k, d, p, s] = [
    pair("kernelSize", kernelSize, 1),
    pair("dilation", dilation, 1),
    pair("padding", padding, 0),
    pair("stride", stride, 1),
  ];
  return [
    { kernel: k[0], dilation: d[0], padding: p[0], stride: s[0] },
    { kernel: k[1], dilation: d[1], padding: p[1], stride: s[1] },
  ];
}

const reach = ({ kernel, dilation }: Axis): number => dilation * (kernel - 1) + 1;
const countOf = (axis: Axis, size: number): number => Math.floor((size + 2 * axis.padding - reach(axis)) / axis.stride) + 1;

/** x [N, C, H, W] (or [C, H, W]) → its windows as columns [N, C·KH·KW, windows]. */
export function unfold(x: Tensor, kernelSize: number | Shape, options: FoldOptions = {}): Tensor {
  const axes = axesOf("unfold", kernelSize, options);
  const [vertical, horizontal] = axes;
  if (x.ndim !== 3 && x.ndim !== 4) throw new ShapeError("unfold", `expected x [N, C, H, W] or [C, H, W] (got ${formatShape(x.shape)})`);
  const [h, w] = x.shape.slice(-2) as [number, number];
  if (countOf(vertical, h) < 1 || countOf(horizontal, w) < 1)
    throw new ShapeError("unfold", `windows are larger than the padded input (got ${formatShape(x.shape)})`);
  return scope(() => {
    const sides = [horizontal.padding, horizontal.padding, vertical.padding, vertical.padding];
    const padded = sides.some((size) => size > 0) ? pad(x, sides) : x;
    const rows = padded.unfold(-2, reach(vertical), vertical.stride).slice(-1, null, null, vertical.dilation); // [N, C, OH, W, KH]
    const windows = rows.unfold(-2, reach(horizontal), horizontal.stride).slice(-1, null, null, horizontal.dilation); // [N, C, OH, OW, KH, KW]
    const columns = windows.movedim([-2, -1], [-4, -3]); // [N, C, KH, KW, OH, OW]
    return columns.reshape([
      ...x.shape.slice(0, -3),
      (x.shape.at(-3) as number) * kernelElements(axes),
      countOf(vertical, h) * countOf(horizontal, w),
    ]);
  });
}

const kernelElements = ([vertical, horizontal]: readonly [Axis, Axis]): number => vertical.kernel * horizontal.kernel;

/** Along one axis: where each place of each window lies in the padded input. */
const positions = ({ kernel, dilation, stride }: Axis, count: number): number[][] =>
  Array.from({ length: kernel }, (_, place) => Array.from({ length: count }, (_, window) => window * stride + place * dilation));

/** Columns [N, C·KH·KW, windows] (or without N) → [N, C, …outputSize]: overlapping windows add up. */
export function fold(x: Tensor, outputSize: number | Shape, kernelSize: number | Shape, options: FoldOptions = {}): Tensor {
  const axes = axesOf("fold", kernelSize, options);
  const [vertical, horizontal] = axes;
  const [h, w = h] = typeof outputSize === "number" ? [outputSize] : (outputSize as readonly [number, number]);
  const counts = [countOf(vertical, h), countOf(horizontal, w)] as const;
  const channels = (x.shape.at(-2) ?? 0) / kernelElements(axes);
  if (x.ndim !== 2 && x.ndim !== 3) throw new ShapeError("fold", `expected x [N, C·KH·KW, windows] (got ${formatShape(x.shape)})`);
  if (!Number.isInteger(channels) || channels === 0)
    throw new ShapeError(
      "fold",
      `dim ${x.ndim - 2} must divide by the kernel's ${kernelElements(axes)} elements (got ${formatShape(x.shape)})`,
    );
  if (Math.min(...counts) < 1 || counts[0] * counts[1] !== x.shape.at(-1)) {
    throw new ShapeError(
      "fold",
      `an output of [${h}, ${w}] has ${counts[0]} × ${counts[1]} windows, x has ${x.shape.at(-1)} (got ${formatShape(x.shape)})`,
    );
  }
  return scope(() => {
    const [rows, columns] = [h + 2 * vertical.padding, w + 2 * horizontal.padding];
    const across = positions(horizontal, counts[1]);
    const places = positions(vertical, counts[0]).flatMap((down) =>
      across.flatMap((right) => down.flatMap((row) => right.map((column) => row * columns + column))),
    ); // KH, KW, OH, OW
    const lead = [...x.shape.slice(0, -2), channels];
    const parts = x.reshape([...lead, places.length]);
    const index = tensor(places, { dtype: "int32", device: x.device });
    const summed = indexAdd(x.newZeros([...lead, rows * columns]), -1, index, parts).reshape([...lead, rows, columns]);
    return summed.narrow(-2, vertical.padding, h).narrow(-1, horizontal.padding, w).contiguous();
  });
}
