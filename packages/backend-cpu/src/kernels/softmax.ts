// FusedKernels.softmax, logSoftmax and their gradients.
import { type Backend, type FusedKernels, numel, type View } from "@gradkit/tensor/backend";
import { partStart } from "../lanes.ts";
import type { Memory } from "../memory.ts";
import { advance, forRange } from "../wasm/control.ts";
import { type Local, ModuleBuilder, type Target } from "../wasm/emitter.ts";
import { i32 } from "../wasm/scalar.ts";
import { blockColumns, columnAxis, mostCells, rowAxis } from "./axis.ts";
import { addressOf } from "./contiguous.ts";
import { inOrder } from "./in-order.ts";
import { type SoftmaxOp, softmaxAlgorithms } from "./softmax-algorithms.ts";
import { compileSoftmaxRows } from "./softmax-rows.ts";

/**
 * Operands are contiguous [outer, size, inner], none of it 0; the softmax runs along size, of the columns first … end − 1 of inner. `cells` is room for
 * running values.
 */
type SoftmaxKernel = (outer: number, size: number, inner: number, first: number, end: number, cells: number, ...operands: number[]) => void;

const sizesAndCells = ["i32", "i32", "i32", "i32", "i32", "i32"] as const;
const parameters: Record<SoftmaxOp, readonly "i32"[]> = {
  softmax: [...sizesAndCells, "i32", "i32"],
  logSoftmax: [...sizesAndCells, "i32", "i32"],
  softmaxGrad: [...sizesAndCells, "i32", "i32", "i32"],
  logSoftmaxGrad: [...sizesAndCells, "i32", "i32", "i32"],
};

type I = Local<"i32">;
type Parameters = [I, I, I, I, I, I, ...I[]];

/** For inner = 1, without cells. */
function compileRows(target: Target, op: SoftmaxOp): SoftmaxKernel {
  if (op === "softmax") {
    const rows = compileSoftmaxRows(target);
    return (outer, size, _inner, _first, _end, _cells, x, y) => rows(outer, size, x as number, y as number);
  }
  const module = new ModuleBuilder(target);
  module.func("rows", parameters[op], null, (f, ...all) => {
    const [outer, size, , , , , ...operands] = all as Parameters;
    return forRange(f.i32(), 0, outer, 1, [
      softmaxAlgorithms[op](f, rowAxis(f, size), operands),
      operands.map((operand) => advance(operand, i32.shl(size, 2))),
    ]);
  });
  return module.kernel<SoftmaxKernel>("rows");
}

function compileColumns(target: Target, op: SoftmaxOp): SoftmaxKernel {
  const module = new ModuleBuilder(target);
  module.func("columns", parameters[op], null, (f, ...all) => {
    const [outer, size, inner, first, end, cells, ...operands] = all as Parameters;
    const [column, offset, columns, stride] = [f.i32(), f.i32(), f.i32(), f.i32()];
    const left = i32.sub(end, column);
    return [
      stride.set(i32.shl(inner, 2)),
      forRange(f.i32(), 0, outer, 1, [
        forRange(column, first, end, blockColumns, [
          offset.set(i32.shl(column, 2)),
          columns.set(i32.select(i32.ltS(left, blockColumns), left, blockColumns)),
          softmaxAlgorithms[op](f, columnAxis(f, size, stride, offset, columns, cells), operands),
        ]),
        operands.map((operand) => advance(operand, i32.mul(size, stride))),
      ]),
    ];
  });
  return module.kernel<SoftmaxKernel>("columns");
}

/** One core's time, to tell what work is worth sharing. */
const nanosecondsPerElement = 0.6;

/** Lanes take so many columns at least, and whole cache lines of them. */
const fewestColumns = 64;

/** `map` brings inputs that are not contiguous into order. */
export function createSoftmax(memory: Memory, map: Backend["map"]): Pick<FusedKernels, SoftmaxOp> {
  const rows: Partial<Record<SoftmaxOp, SoftmaxKernel>> = {};
  const columns: Partial<Record<SoftmaxOp, SoftmaxKernel>> = {};

  const run = (op: SoftmaxOp, inputs: readonly View[], output: View, dim: number): boolean => {
    const { shape, dtype } = output;
    if (dtype !== "float32") return false;
    if (numel(shape) === 0) return true;
    const size = shape[dim] ?? 1; // a scalar is one element
    const inner = numel(shape.slice(dim + 1));
    if (inner === 1) rows[op] ??= compileRows(memory, op);
    else columns[op] ??= compileColumns(memory, op);
    const kernel = (inner === 1 ? rows : columns)[op] as SoftmaxKernel;
    const outer = numel(shape) / (size * inner);
    inOrder(memory, map, inputs, (ordered) => {
      const addresses = [...ordered, output].map(addressOf);
      const lanes = memory.lanes.count(numel(shape) * nanosecondsPerElement, Math.max(outer, Math.floor(inner / fewestColumns)));
      const byOuter = outer >= lanes;
      memory.lanes.fork(lanes, (lane) => {
        const [total, multiple] = byOuter ? [outer, 1] : [inner, fewestColumns];
        const [first, end] = [partStart(total, lane, lanes, multiple), partStart(total, lane + 1, lanes, multiple)];
        const cells = memory.allocate(4 * blockColumns * mostCells);
        const from = addresses.map((address) => address + (byOuter ? 4 * first * size * inner : 0));
        if (byOuter) kernel(end - first, size, inner, 0, inner, cells.pointer, ...from);
        else kernel(outer, size, inner, first, end, cells.pointer, ...from);
        memory.release(cells);
      });
    });
    return true;
  };

  return {
    softmax: (x, y, dim) => run("softmax", [x], y, dim),
    logSoftmax: (x, y, dim) => run("logSoftmax", [x], y, dim),
    softmaxGrad: (dy, y, dx, dim) => run("softmaxGrad", [dy, y], dx, dim),
    logSoftmaxGrad: (dy, y, dx, dim) => run("logSoftmaxGrad", [dy, y], dx, dim),
  };
}
