// Softmax, its logarithm and their gradients along an axis of either kind.
import { input, lower, type Node, node } from "@gradkit/tensor/backend";
import type { Code, FunctionBuilder, Local } from "../wasm/emitter.ts";
import { f32x4, type V128 } from "../wasm/simd.ts";
import type { Axis, Cell, Lanes } from "./axis.ts";
import { applyNode } from "./expression.ts";
import { expBelowZero, expScale } from "./softmax-exp.ts";

export type SoftmaxOp = "softmax" | "logSoftmax" | "softmaxGrad" | "logSoftmaxGrad";

/** Operands: (x, y), or (dy, y, dx) for a gradient. */
export type SoftmaxAlgorithm = (f: FunctionBuilder, axis: Axis, operands: readonly Local<"i32">[]) => Code;

const log = (): Node => lower([node("log", "float", [input(0, "float")])])[0] as Node;

/** The largest element. A NaN among them may be passed over: its own exponential spoils the sum. */
function maximum(axis: Axis, x: Local<"i32">): { cell: Cell; code: Code } {
  const cell = axis.cell();
  const lowest = Number.NEGATIVE_INFINITY;
  const code = [
    axis.start(cell, lowest),
    axis.each(4, (lanes, slot) => cell.set(slot, f32x4.pmax(cell.get(slot), lanes.load(x, lowest)))),
    axis.fold(cell, f32x4.pmax),
  ];
  return { cell, code };
}

/** The sum of what `term` leaves for each place. */
function sum(axis: Axis, slots: number, term: (lanes: Lanes) => { code: Code; value: V128 }): { cell: Cell; code: Code } {
  const cell = axis.cell();
  const code = [
    axis.start(cell, 0),
    axis.each(slots, (lanes, slot) => {
      const { code, value } = term(lanes);
      return [code, cell.set(slot, f32x4.add(cell.get(slot), value))];
    }),
    axis.fold(cell, f32x4.add),
  ];
  return { cell, code };
}

const softmax: SoftmaxAlgorithm = (f, axis, operands) => {
  const [x, y] = operands as [Local<"i32">, Local<"i32">];
  const value = f.v128();
  const most = maximum(axis, x);
  const total = sum(axis, 4, (lanes) => {
    const shifted = f32x4.sub(lanes.load(x, Number.NEGATIVE_INFINITY), most.cell.get(0));
    return { code: [value.set(shifted), applyNode(f, expBelowZero(f), value), lanes.store(y, value)], value };
  });
  return [
    most.code,
    total.code,
    axis.once(total.cell.set(0, f32x4.div(1, total.cell.get(0)))),
    axis.each(4, (lanes) => [value.set(f32x4.mul(lanes.load(y, 0), total.cell.get(0))), lanes.store(y, value)]),
  ];
};

const logSoftmax: SoftmaxAlgorithm = (f, axis, operands) => {
  const [x, y] = operands as [Local<"i32">, Local<"i32">];
  const value = f.v128();
  const most = maximum(axis, x);
  const shifted = (lanes: Lanes): V128 => f32x4.sub(lanes.load(x, Number.NEGATIVE_INFINITY), most.cell.get(0));
  const total = sum(axis, 4, (lanes) => ({ code: [value.set(shifted(lanes)), applyNode(f, expBelowZero(f), value)], value }));
  return [
    most.code,
    total.code,
    axis.once([value.set(f32x4.mul(total.cell.get(0), 1 / expScale)), applyNode(f, log(), value), total.cell.set(0, value)]),
    axis.each(4, (lanes) => [value.set(f32x4.sub(shifted(lanes), total.cell.get(0))), lanes.store(y, value)]),
  ];
};

/** dx = y·(dy − Σ dy·y) */
const softmaxGrad: SoftmaxAlgorithm = (f, axis, operands) => {
  const [dy, y, dx] = operands as [Local<"i32">, Local<"i32">, Local<"i32">];
  const value = f.v128();
  const total = sum(axis, 4, (lanes) => ({ code: [], value: f32x4.mul(lanes.load(dy, 0), lanes.load(y, 0)) }));
  return [
    total.code,
    axis.each(4, (lanes) => [
      value.set(f32x4.mul(lanes.load(y, 0), f32x4.sub(lanes.load(dy, 0), total.cell.get(0)))),
      lanes.store(dx, value),
    ]),
  ];
};

/** dx = dy − exp(y)·Σ dy */
const logSoftmaxGrad: SoftmaxAlgorithm = (f, axis, operands) => {
  const [dy, y, dx] = operands as [Local<"i32">, Local<"i32">, Local<"i32">];
  const value = f.v128();
  const total = sum(axis, 4, (lanes) => ({ code: [], value: lanes.load(dy, 0) }));
  return [
    total.code,
    axis.once(total.cell.set(0, f32x4.mul(total.cell.get(0), 1 / expScale))),
    axis.each(4, (lanes) => [
      value.set(lanes.load(y, 0)),
      applyNode(f, expBelowZero(f), value),
      value.set(f32x4.nmadd(value, total.cell.get(0), lanes.load(dy, 0))),
      lanes.store(dx, value),
    ]),
  ];
};

export const softmaxAlgorithms: Readonly<Record<SoftmaxOp, SoftmaxAlgorithm>> = { softmax, logSoftmax, softmaxGrad, logSoftmaxGrad };
