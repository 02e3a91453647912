// Values that share their statistics: runs of neighbours, the same distance apart in every operand, visited in pieces that a float32 sum may span.
import { advance, doWhile, forRange } from "../wasm/control.ts";
import type { Code, FunctionBuilder, Local, Value } from "../wasm/emitter.ts";
import { i32 } from "../wasm/scalar.ts";
import { f32x4, f64x2, i32x4, type V128, v128 } from "../wasm/simd.ts";
import { type Axis, type Lanes, rowAxis } from "./axis.ts";

/** Elements that are summed in float32 before the float64 total takes over. */
const pieceElements = 2048;
/** Elements whose mean is the pivot of the variance. */
const pivotElements = 256;

export interface Runs {
  readonly count: Local<"i32">;
  /** Bytes from run to run. */
  readonly stride: Local<"i32">;
  /** Elements of a run, ≥ 1. */
  readonly length: Local<"i32">;
}

const smaller = (a: Local<"i32">, b: number): Value<"i32"> => i32.select(i32.ltS(a, b), a, b);

/** Runs the body for each piece; the axis walks along it, from the cursors on. */
export function eachPiece(
  f: FunctionBuilder,
  { count, stride, length }: Runs,
  operands: readonly Local<"i32">[],
  body: (axis: Axis, cursors: readonly Local<"i32">[]) => Code,
): Code {
  const [run, offset, left, size] = [f.i32(), f.i32(), f.i32(), f.i32()];
  const cursors = operands.map(() => f.i32());
  return [
    offset.set(i32.const(0)),
    forRange(run, 0, count, 1, [
      cursors.map((cursor, k) => cursor.set(i32.add(operands[k] as Local<"i32">, offset))),
      left.set(length),
      doWhile(
        [
          size.set(smaller(left, pieceElements)),
          body(rowAxis(f, size), cursors),
          cursors.map((cursor) => advance(cursor, i32.shl(size, 2))),
          left.set(i32.sub(left, size)),
        ],
        left,
      ),
      advance(offset, stride),
    ]),
  ];
}

const everyLane = (low: V128): V128 => v128.shuffle(low, low, [0, 0, 0, 0]);
/** A float64 in every lane as float32. */
export const narrowed = (wide: V128): V128 => everyLane(f64x2.demoteZero(wide));

/** Sums of `terms`, one for each, over all pieces: float64, twice in each total. */
export function sumPieces(
  f: FunctionBuilder,
  runs: Runs,
  operands: readonly Local<"i32">[],
  sums: number,
  terms: (lanes: Lanes, cursors: readonly Local<"i32">[], accumulate: (sum: number, how: (running: V128) => V128) => Code) => Code,
): { code: Code; totals: readonly Local<"v128">[] } {
  const totals = f.locals("v128", sums);
  const code: Code = [
    totals.map((total) => total.set(f64x2.const(0))),
    eachPiece(f, runs, operands, (axis, cursors) => {
      const cells = totals.map(() => axis.cell());
      return [
        cells.map((cell) => axis.start(cell, 0)),
        axis.each(4, (lanes, slot) =>
          terms(lanes, cursors, (sum, how) => {
            const cell = cells[sum] as ReturnType<Axis["cell"]>;
            return cell.set(slot, how(cell.get(slot)));
          }),
        ),
        cells.map((cell, k) => {
          const total = totals[k] as Local<"v128">;
          return [axis.fold(cell, f32x4.add), total.set(f64x2.add(total, f64x2.promoteLow(cell.get(0))))];
        }),
      ];
    }),
  ];
  return { code, totals };
}

export interface Moments {
  /** Runs once, before. */
  readonly prepare: Code;
  readonly code: Code;
  /** In every lane. */
  readonly mean: Local<"v128">;
  readonly variance: Local<"v128">;
}

/**
 * Mean and biased variance of all runs, in one pass over memory: deviations are taken from a pivot, the mean of the first elements. Where those lie
 * outside of the rest it costs digits, but few: k of n elements cannot be further from the mean than √(n/k) deviations, on average.
 * Without a centre the mean is 0 and the variance the mean square.
 */
export function moments(f: FunctionBuilder, runs: Runs, x: Local<"i32">, centre: boolean): Moments {
  const [mean, variance, deviation] = [f.v128(), f.v128(), f.v128()];
  const [first, firstShare, share, shift] = [f.i32(), f.v128(), f.v128(), f.v128()];
  const axis = rowAxis(f, first);
  const start = axis.cell();
  const pivot: Code = [
    axis.start(start, 0),
    axis.each(4, (lanes, slot) => start.set(slot, f32x4.add(start.get(slot), lanes.load(x, 0)))),
    axis.fold(start, f32x4.add),
    mean.set(f32x4.mul(start.get(0), firstShare)),
  ];
  const squares = centre ? 1 : 0;
  const { code, totals } = sumPieces(f, runs, [x], squares + 1, (lanes, [at], accumulate) => [
    deviation.set(centre ? f32x4.sub(lanes.load(at as Local<"i32">, mean), mean) : lanes.load(at as Local<"i32">, 0)),
    centre ? accumulate(0, (sum) => f32x4.add(sum, deviation)) : [],
    accumulate(squares, (sum) => f32x4.madd(deviation, deviation, sum)),
  ]);
  const meanSquare = f64x2.mul(totals[squares] as Local<"v128">, share);
  const finish: Code = centre
    ? [
        shift.set(f64x2.mul(totals[0] as Local<"v128">, share)),
        variance.set(narrowed(f64x2.sub(meanSquare, f64x2.mul(shift, shift)))),
        mean.set(narrowed(f64x2.add(f64x2.promoteLow(mean), shift))),
      ]
    : [variance.set(narrowed(meanSquare)), mean.set(f32x4.const(0))];
  return {
    prepare: [
      first.set(smaller(runs.length, pivotElements)),
      firstShare.set(f32x4.div(1, f32x4.fromI32(i32x4.splat(first)))),
      share.set(f64x2.div(f64x2.const(1), f64x2.fromLowI32S(i32x4.splat(i32.mul(runs.count, runs.length))))),
    ],
    code: [
      centre ? pivot : [],
      code,
      finish,
      variance.set(f32x4.pmax(variance, 0)), // rounding may leave less; NaN passes
    ],
    mean,
    variance,
  };
}

/** 1/√(variance + eps); eps as the bits of a float32. */
export const reciprocalDeviation = (variance: V128, eps: Local<"i32">): V128 =>
  f32x4.div(1, f32x4.sqrt(f32x4.add(variance, i32x4.splat(eps))));
