// Reductions whose inner loop is reduced: each output is the fold of several accumulators that run along the row.
import { doWhile, when } from "../wasm/control.ts";
import type { Code, FunctionBuilder, Local } from "../wasm/emitter.ts";
import { i32 } from "../wasm/scalar.ts";
import { f64x2, i32x4, lanePositions, type V128, v128 } from "../wasm/simd.ts";
import { accumulationOf, foldLanes, upperHalf, type ValueReducer, wideAfter } from "./accumulation.ts";
import { groupWord } from "./call-block.ts";
import { clampTail, Frame } from "./frame.ts";
import { type Operand, strided } from "./operand.ts";
import { emitFinish, type Reduction } from "./reduction.ts";
import { emitRows } from "./rows.ts";

/** Enough to hide an addition's latency. */
const accumulatorCount = 4;
const chunk = 4 * accumulatorCount * wideAfter; // elements

/** Cheap formulas are bound by the loop around them; of others one copy is enough. */
export const unrolledNodes = 12;

export function emitReduceRows(f: FunctionBuilder, block: Local<"i32">, reduction: Reduction): Code {
  const { formula, classes } = reduction;
  const { identity, combine, wide } = accumulationOf(reduction.reducer as ValueReducer, reduction.type);
  const frame = new Frame(f, block, classes, formula.scalars.length + reduction.finish.scalars.length);
  const { operands, scalars, inner } = frame;
  const inputs = operands.slice(0, -1);
  const output = operands.at(-1) as Operand;
  const [left, run, pending] = [f.i32(), f.i32(), f.i32()];

  const unrolls = formula.size <= unrolledNodes && !inputs.some(({ access }) => access === strided);
  const accumulators = f.locals("v128", unrolls ? accumulatorCount : 1);
  const [first] = accumulators as [Local<"v128">];
  const value = f.v128();
  const totals = wide ? f.locals("v128", 2) : []; // float64, two lanes each

  const load = (n: number): Code => {
    const { code, results } = frame.evaluate(formula, inputs, () => lanePositions, [n]);
    return [code, value.set(results[0] as V128)];
  };
  const step = (vectors: number): Code => [inputs.map((each) => each.advance(vectors)), run.set(i32.sub(run, 4 * vectors))];
  const full = 4 * accumulatorCount;
  const several = (): Code => [accumulators.map((each, n) => [load(n), each.set(combine(each, value))]), step(accumulatorCount)];
  const loops: Code = [
    unrolls ? when(i32.geS(run, full), doWhile(several(), i32.geS(run, full))) : [],
    when(
      i32.gtS(run, 0),
      doWhile(
        [
          clampTail(inputs, run),
          load(0),
          when(i32.ltS(run, 4), value.set(v128.laneselect(value, identity, i32x4.gtS(i32x4.splat(run), lanePositions)))),
          first.set(combine(first, value)),
          step(1),
        ],
        i32.gtS(run, 0),
      ),
    ),
  ];
  const joined = accumulators.slice(1).reduce<V128>((sum, each) => combine(sum, each), first);
  const reset: Code = accumulators.map((each) => each.set(identity));
  const widen: Code = wide
    ? [
        first.set(joined),
        totals.map((total, half) => total.set(wide.combine(total, f64x2.promoteLow(half ? upperHalf(first) : first)))),
        reset,
      ]
    : [];
  const chunked: Code = doWhile([run.set(i32.select(i32.ltS(left, chunk), left, chunk)), left.set(i32.sub(left, run)), loops, widen], left);

  const start: Code = [reset, wide ? totals.map((total) => total.set(wide.identity)) : [], pending.set(i32.load(block, 4 * groupWord))];
  const [even, odd] = totals;
  const wideTotal = wide
    ? [even!.set(wide.combine(even!, odd!)), even!.set(wide.combine(even!, upperHalf(even!))), even!.set(f64x2.demoteZero(even!))]
    : [];
  const folded = foldLanes(f, { identity, combine, wide }, joined);
  const total = wide ? even! : folded.total;
  const finish = emitFinish(f, reduction, total, scalars);
  const row: Code = [
    inputs.map((each) => each.startRow()),
    left.set(inner),
    wide ? chunked : [run.set(left), loops],
    pending.set(i32.sub(pending, 1)),
    when(i32.eqz(pending), [wide ? wideTotal : folded.code, finish.code, output.storeOne(output.narrow(finish.results[0] as V128)), start]),
  ];
  return [frame.enter, start, emitRows(frame, row)];
}
