// The rows of attention's scores, in place: to the weights of a softmax, and from the weights' gradients to those of the scores.
import { input, lower, type Node, node } from "@gradkit/tensor/backend";
import { advance, forRange } from "../wasm/control.ts";
import { type Code, type FunctionBuilder, type Local, ModuleBuilder, type Target, type Value } from "../wasm/emitter.ts";
import { f32, type I32, i32 } from "../wasm/scalar.ts";
import { f32x4, i32x4, type V128, v128 } from "../wasm/simd.ts";
import { type Lanes, rowAxis } from "./axis.ts";
import { applyNode } from "./expression.ts";
import { expBelowZero, expScale } from "./softmax-exp.ts";

/** What is compiled in. */
export interface AttentionVariant {
  readonly masked: boolean;
  readonly causal: boolean;
  /** Whether logarithms are written, or what is read are not weights but products. */
  readonly logarithms: boolean;
}

/**
 * Products x [rows, keys] become weights softmax(scale·x + mask), `rowBytes` from row to row, up to `width` filled up with zeros. The mask's rows are
 * `maskRow` bytes apart, the logarithms of the sums are neighbours. `first` is the first row's query, `scale` the bits of a float32.
 */
export type AttentionWeights = (
  rows: number,
  keys: number,
  width: number,
  x: number,
  rowBytes: number,
  mask: number,
  maskRow: number,
  logarithms: number,
  first: number,
  scale: number,
) => void;

/** The weights' gradients d become scale times those of the scores; x are the weights, or the products, which become weights once more. */
export type AttentionScoreGrads = (
  rows: number,
  keys: number,
  x: number,
  rowBytes: number,
  mask: number,
  maskRow: number,
  logarithms: number,
  first: number,
  scale: number,
  d: number,
  dRowBytes: number,
) => void;

const ten = ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;
const log = (): Node => lower([node("log", "float", [input(0, "float")])])[0] as Node;
const lowest = Number.NEGATIVE_INFINITY;

/** Vectors of a row that are computed in turns. */
const together = 4;

const each = (
  vectors: readonly Lanes[],
  values: readonly Local<"v128">[],
  body: (lanes: Lanes, value: Local<"v128">, slot: number) => Code,
): Code => vectors.map((lanes, slot) => body(lanes, values[slot] as Local<"v128">, slot));

/** Clears a row from `count` elements on to `width`. */
function clearRest(f: FunctionBuilder, row: Local<"i32">, count: Local<"i32">, width: Local<"i32">): Code {
  const at = f.i32();
  return forRange(at, count, width, 1, i32.store(i32.add(row, i32.shl(at, 2)), 0));
}

/** How many keys the query of row `index` sees. */
const seen = (index: Local<"i32">, first: I32, keys: Local<"i32">): Value<"i32"> => {
  const past = i32.add(i32.add(index, first), 1);
  return i32.select(i32.ltS(past, keys), past, keys);
};

export function compileAttentionWeights(target: Target, { masked, causal, logarithms: logs }: AttentionVariant): AttentionWeights {
  const module = new ModuleBuilder(target);
  module.func("weights", ten, null, (f, rows, keys, width, x, rowBytes, mask, maskRow, logarithms, first, scale) => {
    const [row, count] = [f.i32(), f.i32()];
    const [factor, value, inverse, blind] = [f.v128(), f.v128(), f.v128(), f.v128()];
    const exponentials = f.locals("v128", together);
    const axis = rowAxis(f, count);
    const [most, total] = [axis.cell(), axis.cell()];
    const score = (lanes: Lanes): V128 => {
      const product = f32x4.mul(lanes.load(x, 0), factor);
      return lanes.within(masked ? f32x4.add(product, lanes.load(mask, 0)) : product, lowest);
    };
    return [
      factor.set(i32x4.splat(scale)),
      forRange(row, 0, rows, 1, [
        count.set(causal ? seen(row, first, keys) : keys),
        axis.start(most, lowest),
        axis.each(4, (lanes, slot) => most.set(slot, f32x4.pmax(most.get(slot), score(lanes)))),
        axis.fold(most, f32x4.pmax),
        blind.set(f32x4.eq(most.get(0), lowest)),
        most.set(0, v128.andNot(most.get(0), blind)), // 0: −∞ − (−∞) would be NaN
        axis.start(total, 0),
        axis.eachTogether(together, (vectors) => {
          const values = exponentials.slice(0, vectors.length);
          return [
            each(vectors, values, (lanes, value) => value.set(f32x4.sub(score(lanes), most.get(0)))),
            applyNode(f, expBelowZero(f), ...values),
            each(vectors, values, (lanes, value, slot) => [lanes.store(x, value), total.set(slot, f32x4.add(total.get(slot), value))]),
          ];
        }),
        axis.fold(total, f32x4.add),
        inverse.set(v128.andNot(f32x4.div(1, total.get(0)), blind)),
        logs
          ? [
              value.set(f32x4.mul(total.get(0), 1 / expScale)),
              applyNode(f, log(), value),
              value.set(v128.bitselect(f32x4.const(Number.POSITIVE_INFINITY), f32x4.add(value, most.get(0)), blind)),
              f32.store(logarithms, f32x4.lane(value, 0)),
              advance(logarithms, 4),
            ]
          : [],
        axis.each(4, (lanes) => [value.set(f32x4.mul(lanes.load(x, 0), inverse)), lanes.store(x, value)]),
        causal ? clearRest(f, x, count, width) : [],
        advance(x, rowBytes),
        masked ? advance(mask, maskRow) : [],
      ]),
    ];
  });
  return module.kernel<AttentionWeights>("weights");
}

export function compileAttentionScoreGrads(target: Target, { masked, causal, logarithms: logs }: AttentionVariant): AttentionScoreGrads {
  const module = new ModuleBuilder(target);
  module.func("grads", [...ten, "i32"], null, (f, rows, keys, x, rowBytes, mask, maskRow, logarithms, first, scale, d, dRowBytes) => {
    const [row, count] = [f.i32(), f.i32()];
    const [factor, value, offset] = [f.v128(), f.v128(), f.v128()];
    const axis = rowAxis(f, count);
    const mean = axis.cell();
    const again = f.locals("v128", together);
    const weights = (vectors: readonly Lanes[]): Code => {
      const values = again.slice(0, vectors.length);
      return [
        each(vectors, values, (lanes, value) => {
          const score = f32x4.sub(f32x4.mul(lanes.load(x, 0), factor), offset);
          return value.set(masked ? f32x4.add(score, lanes.load(mask, 0)) : score);
        }),
        applyNode(f, expBelowZero(f), ...values),
        each(vectors, values, (lanes, value) => [value.set(f32x4.mul(value, 1 / expScale)), lanes.store(x, value)]),
      ];
    };
    return [
      factor.set(i32x4.splat(scale)),
      forRange(row, 0, rows, 1, [
        count.set(causal ? seen(row, first, keys) : keys),
        logs ? [offset.set(v128.load32Splat(logarithms)), advance(logarithms, 4)] : [],
        axis.start(mean, 0),
        axis.eachTogether(together, (vectors) => [
          logs ? weights(vectors) : [],
          vectors.map((lanes, slot) => mean.set(slot, f32x4.madd(lanes.load(x, 0), lanes.load(d, 0), mean.get(slot)))),
        ]),
        axis.fold(mean, f32x4.add),
        axis.each(4, (lanes) => [
          value.set(f32x4.mul(f32x4.mul(lanes.load(x, 0), factor), f32x4.sub(lanes.load(d, 0), mean.get(0)))),
          lanes.store(d, value),
        ]),
        causal ? (logs ? [x, d] : [d]).map((pointer) => clearRest(f, pointer, count, keys)) : [],
        advance(x, rowBytes),
        advance(d, dRowBytes),
        masked ? advance(mask, maskRow) : [],
      ]),
    ];
  });
  return module.kernel<AttentionScoreGrads>("grads");
}
