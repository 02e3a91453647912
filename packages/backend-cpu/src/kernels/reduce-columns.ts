// Reductions whose inner loop is kept: rows stream by in memory order and are added to a tile of accumulators that stays in cache.
import { advance, doWhile, when } from "../wasm/control.ts";
import type { Code, FunctionBuilder, Local } from "../wasm/emitter.ts";
import { i32 } from "../wasm/scalar.ts";
import { f64x2, lanePositions, type V128, v128 } from "../wasm/simd.ts";
import { accumulationOf, upperHalf, type ValueReducer, wideAfter } from "./accumulation.ts";
import { groupWord, middleStrideWord, middleWord, scratchWord } from "./call-block.ts";
import { clampTail, Frame } from "./frame.ts";
import { Operand } from "./operand.ts";
import { unrolledNodes } from "./reduce-rows.ts";
import { emitFinish, type Reduction } from "./reduction.ts";
import { emitRows } from "./rows.ts";

/** Columns a call can take: their accumulators fill half of a first-level cache. */
export const tileColumns = 1024;
/** The tile in float32, then the same in float64. */
export const scratchByteLength = 12 * tileColumns;
const wideOffset = 4 * tileColumns;

/** Rows taken together: one load and store of an accumulator for all of them. Each has a pointer for each input. */
const together = (inputs: number): number => (inputs === 1 ? 8 : 4);

export function emitReduceColumns(f: FunctionBuilder, block: Local<"i32">, reduction: Reduction): Code {
  const { formula, classes } = reduction;
  const { identity, combine, wide } = accumulationOf(reduction.reducer as ValueReducer, reduction.type);
  const rowCount = formula.size <= unrolledNodes ? together(classes.length - 1) : 1;
  const frame = new Frame(f, block, classes, formula.scalars.length + reduction.finish.scalars.length);
  const { operands, scalars, inner } = frame;
  const inputs = operands.slice(0, -1);
  const output = operands.at(-1) as Operand;
  // the inputs again for each of the rows taken together, from a pointer of their own
  const copies = Array.from({ length: rowCount }, () => classes.slice(0, -1).map((each) => new Operand(f, each)));
  const strides = inputs.map(() => f.i32());
  const [left, middle, depth, pending] = [f.i32(), f.i32(), f.i32(), f.i32()];
  const [scratch, tile, wideTile] = [f.i32(), f.i32(), f.i32()];
  const value = f.v128();

  /** Over the tile, four columns at a time. */
  const eachVector = (body: Code): Code => [
    tile.set(scratch),
    wideTile.set(i32.add(scratch, wideOffset)),
    left.set(inner),
    doWhile([body, advance(tile, 16), advance(wideTile, 32), left.set(i32.sub(left, 4))], i32.gtS(left, 0)),
  ];
  const clear = (wideToo: boolean): Code => [
    v128.store(tile, identity),
    wide && wideToo ? [v128.store(wideTile, wide.identity), v128.store(wideTile, wide.identity, 16)] : [],
  ];

  const addRows = (rows: number): Code => {
    const taken = copies.slice(0, rows);
    const values = taken.map((copy) => {
      const { code, results } = frame.evaluate(formula, copy, () => lanePositions);
      const row = f.v128();
      return { code: [code, row.set(results[0] as V128)], row };
    });
    const sums = values.map(({ row }) => row);
    const joins: Code[] = [];
    while (sums.length > 1) {
      const [a, b] = sums.splice(0, 2) as [Local<"v128">, Local<"v128">]; // pairwise
      const sum = f.v128();
      joins.push(sum.set(combine(a, b)));
      sums.push(sum);
    }
    return [
      inputs.map((each, k) =>
        taken.map((copy) => [
          (copy[k] as Operand).pointer.set(each.pointer),
          (copy[k] as Operand).shareStride(each),
          (copy[k] as Operand).startRow(),
          advance(each.pointer, strides[k] as Local<"i32">),
        ]),
      ),
      eachVector([
        clampTail(taken.flat(), left),
        values.map(({ code }) => code),
        joins,
        v128.store(tile, combine(v128.load(tile), sums[0] as V128)),
        taken.map((copy) => copy.map((each) => each.advance())),
      ]),
      middle.set(i32.sub(middle, rows)),
      depth.set(i32.add(depth, rows)),
    ];
  };

  const widen: Code = wide
    ? [
        eachVector([
          value.set(v128.load(tile)),
          v128.store(wideTile, wide.combine(v128.load(wideTile), f64x2.promoteLow(value))),
          v128.store(wideTile, wide.combine(v128.load(wideTile, 16), f64x2.promoteLow(upperHalf(value))), 16),
          clear(false),
        ]),
        depth.set(i32.const(0)),
      ]
    : [];

  const demoted = v128.shuffle(f64x2.demoteZero(v128.load(wideTile)), f64x2.demoteZero(v128.load(wideTile, 16)), [0, 1, 4, 5]);
  const finish = emitFinish(f, reduction, value, scalars);
  const result = f.v128();
  const store: Code = [
    widen,
    output.startRow(),
    eachVector([
      value.set(wide ? demoted : v128.load(tile)),
      finish.code,
      result.set(output.narrow(finish.results[0] as V128)),
      clampTail([output], left),
      when(i32.geS(left, 4), [output.store(result), output.advance()], output.storePartial(result, left)),
    ]),
  ];

  const row: Code = [
    when(i32.eq(pending, i32.load(block, 4 * groupWord)), [eachVector(clear(true)), depth.set(i32.const(0))]),
    middle.set(i32.load(block, 4 * middleWord)),
    doWhile(
      [
        rowCount > 1 ? when(i32.geS(middle, rowCount), addRows(rowCount), addRows(1)) : addRows(1),
        wide ? when(i32.geS(depth, wideAfter), widen) : [],
      ],
      middle,
    ),
    pending.set(i32.sub(pending, 1)),
    when(i32.eqz(pending), [store, pending.set(i32.load(block, 4 * groupWord))]),
  ];
  return [
    frame.enter,
    scratch.set(i32.load(block, 4 * scratchWord)),
    pending.set(i32.load(block, 4 * groupWord)),
    strides.map((stride, k) => stride.set(i32.load(block, 4 * middleStrideWord(k)))),
    emitRows(frame, row),
  ];
}
