// Softmax of contiguous rows: a row is divided by its sum in the same pass that finds the largest element of the next one, since the one waits for
// the cache and the other for memory.
import { advance, forRange } from "../wasm/control.ts";
import { type Code, type Local, ModuleBuilder, type Target } from "../wasm/emitter.ts";
import { i32 } from "../wasm/scalar.ts";
import { f32x4, type V128 } from "../wasm/simd.ts";
import { type Lanes, rowAxis } from "./axis.ts";
import { applyNode } from "./expression.ts";
import { expBelowZero } from "./softmax-exp.ts";

/** x and y [rows, size], neither of them 0. */
export type SoftmaxRows = (rows: number, size: number, x: number, y: number) => void;

const lowest = Number.NEGATIVE_INFINITY;
/** Exponentials computed in turns: their constants are more than there are registers, and loaded once for all of these. */
const together = 6;

export function compileSoftmaxRows(target: Target): SoftmaxRows {
  const module = new ModuleBuilder(target);
  module.func("rows", ["i32", "i32", "i32", "i32"], null, (f, rows, size, x, y) => {
    const [row, next] = [f.i32(), f.i32()];
    const [value, most, inverse] = [f.v128(), f.v128(), f.v128()];
    const exponentials = f.locals("v128", together);
    const axis = rowAxis(f, size);
    const [maxima, total] = [axis.cell(), axis.cell()];
    const findMost = (lanes: Lanes, slot: number, of: Local<"i32">): Code =>
      maxima.set(slot, f32x4.pmax(maxima.get(slot), lanes.load(of, lowest)));
    return [
      axis.start(maxima, lowest),
      axis.each(4, (lanes, slot) => findMost(lanes, slot, x)),
      forRange(row, 0, rows, 1, [
        axis.fold(maxima, f32x4.pmax),
        most.set(maxima.get(0)),
        axis.start(total, 0),
        axis.eachTogether(together, (vectors) => {
          const values = vectors.map((_, slot) => exponentials[slot] as Local<"v128">);
          const sum = (values as V128[]).reduce((a, b) => f32x4.add(a, b));
          return [
            vectors.map((lanes, slot) => (values[slot] as Local<"v128">).set(f32x4.sub(lanes.load(x, lowest), most))),
            applyNode(f, expBelowZero(f), ...values),
            vectors.map((lanes, slot) => lanes.store(y, values[slot] as Local<"v128">)),
            total.set(0, f32x4.add(total.get(0), sum)),
          ];
        }),
        axis.fold(total, f32x4.add),
        inverse.set(f32x4.div(1, total.get(0))),
        axis.start(maxima, lowest),
        next.set(i32.add(x, i32.select(i32.ltS(i32.add(row, 1), rows), i32.shl(size, 2), 0))),
        axis.each(4, (lanes, slot) => [
          findMost(lanes, slot, next),
          value.set(f32x4.mul(lanes.load(y, 0), inverse)),
          lanes.store(y, value),
        ]),
        x.set(next),
        advance(y, i32.shl(size, 2)),
      ]),
    ];
  });
  return module.kernel<SoftmaxRows>("rows");
}
