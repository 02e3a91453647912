// Tensors as text, exactly as PyTorch prints them with its default options (torch/_tensor_str.py).
import type { DType } from "./dtype.ts";
import { formatShape } from "./errors.ts";
import { type NumberFormat, numberFormat } from "./number-format.ts";
import { readDataSync } from "./read.ts";
import type { Tensor } from "./tensor.ts";
import { contiguousStrides, numel } from "./view.ts";

const EDGE_ITEMS = 3;
const THRESHOLD = 1000; // elements beyond which only the edges are shown
const LINE_WIDTH = 80;
const PREFIX = "tensor(";

interface Picture {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly summarized: boolean;
}

const isCut = ({ shape, summarized }: Picture, dim: number): boolean => summarized && (shape[dim] as number) > 2 * EDGE_ITEMS;

/** Offsets of the parts along a dim that are shown. */
function partsAlong(picture: Picture, dim: number, offset: number): number[] {
  const [size, stride] = [picture.shape[dim] as number, picture.strides[dim] as number];
  const count = isCut(picture, dim) ? 2 * EDGE_ITEMS : size;
  return Array.from({ length: count }, (_, i) => offset + stride * (count < size && i >= EDGE_ITEMS ? size - count + i : i));
}

function shownValues(picture: Picture, dim = 0, offset = 0): number[] {
  if (dim === picture.shape.length) return [picture.data[offset] as number];
  return partsAlong(picture, dim, offset).flatMap((at) => shownValues(picture, dim + 1, at));
}

function withEllipsis(picture: Picture, dim: number, parts: string[], dots: string): string[] {
  return isCut(picture, dim) ? [...parts.slice(0, EDGE_ITEMS), dots, ...parts.slice(EDGE_ITEMS)] : parts;
}

function writeRow(picture: Picture, format: NumberFormat, dim: number, offset: number, indent: number): string {
  const numbers = partsAlong(picture, dim, offset).map((at) => format.write(picture.data[at] as number));
  const items = withEllipsis(picture, dim, numbers, " ...");
  const perLine = Math.max(1, Math.floor((LINE_WIDTH - indent) / (format.width + 2)));
  const lines = [];
  for (let i = 0; i < items.length; i += perLine) lines.push(items.slice(i, i + perLine).join(", "));
  return `[${lines.join(`,\n${" ".repeat(indent + 1)}`)}]`;
}

function writeDims(picture: Picture, format: NumberFormat, dim: number, offset: number, indent: number): string {
  const inner = picture.shape.length - dim;
  if (inner === 0) return format.write(picture.data[offset] as number);
  if (inner === 1) return writeRow(picture, format, dim, offset, indent);
  const parts = partsAlong(picture, dim, offset).map((at) => writeDims(picture, format, dim + 1, at, indent + 1));
  return `[${withEllipsis(picture, dim, parts, "...").join(`,${"\n".repeat(inner - 1)}${" ".repeat(indent + 1)}`)}]`;
}

function writeValues({ shape, dtype }: Tensor, data: ArrayLike<number>): string {
  const count = numel(shape);
  if (count === 0) return "[]";
  const picture: Picture = { data, shape, strides: contiguousStrides(shape), summarized: count > THRESHOLD };
  return writeDims(picture, numberFormat(dtype, shownValues(picture)), 0, 0, PREFIX.length);
}

/** What goes without saying: values tell float32, bool and the default integers apart, unless there are none. */
const isEvident = (dtype: DType, empty: boolean): boolean => dtype === "float32" || (!empty && (dtype === "int32" || dtype === "bool"));

function suffixes({ device, dtype, shape, gradFn, requiresGrad }: Tensor, hasValues: boolean): string[] {
  const list = [];
  const empty = numel(shape) === 0;
  if (device.name !== "cpu" && device.name !== "reference") list.push(`device='${device.name}'`);
  if (!hasValues || (empty && shape.length !== 1)) list.push(`size=(${shape.join(", ")}${shape.length === 1 ? "," : ""})`);
  if (!isEvident(dtype, !hasValues || empty)) list.push(`dtype=${dtype}`);
  if (gradFn) list.push(`grad_fn=<${gradFn.name}>`);
  else if (requiresGrad) list.push("requires_grad=True");
  return list;
}

/**
 * A tensor as PyTorch prints it; `data` are its elements in row-major order. An int32 is printed as torch prints its default integer, int64.
 *
 * @example
 * printTensor(tensor([[1, 2], [3, 4.5]]), [1, 2, 3, 4.5]); // tensor([[1.0000, 2.0000],
 *                                                          //         [3.0000, 4.5000]])
 */
export function printTensor(tensor: Tensor, data: ArrayLike<number>): string {
  let text = PREFIX + writeValues(tensor, data);
  let lineLength = text.length - text.lastIndexOf("\n") + 1; // one more than there is, as torch counts
  for (const suffix of suffixes(tensor, true)) {
    const breaks = lineLength + suffix.length + 2 > LINE_WIDTH;
    text += breaks ? `,\n${" ".repeat(PREFIX.length)}${suffix}` : `, ${suffix}`;
    lineLength = breaks ? PREFIX.length + suffix.length : lineLength + suffix.length + 2;
  }
  return `${text})`;
}

/** What `console.log`, `toString` and debuggers show. Never throws: where the values cannot be had at once, it says why. */
export function inspectTensor(tensor: Tensor): string {
  const kind = `${formatShape(tensor.shape)} ${tensor.dtype}`;
  if (tensor.released) return `tensor(${kind}, released)`;
  if (tensor.device.capabilities.shapesOnly) return `tensor(${["...", ...suffixes(tensor, false)].join(", ")})`;
  if (!tensor.device.capabilities.syncRead) return `tensor(${kind} on ${tensor.device.name}. Print its values with await x.print())`;
  try {
    return printTensor(tensor, readDataSync(tensor, "print"));
  } catch (error) {
    return `tensor(${kind} on ${tensor.device.name}, unreadable. ${error instanceof Error ? error.message : error})`;
  }
}
