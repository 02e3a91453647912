// argmax and argmin. Each element becomes an integer key that orders as the elements do — NaN above all, equal zeros equal — so that one integer
// comparison decides, and the value can be read back from the key.
import { add, and, bitcast, cast, constant, type Node, ne, not, type ScalarType, select, shr, sub, xor } from "@gradkit/tensor/backend";
import { doWhile, when } from "../wasm/control.ts";
import type { Code, FunctionBuilder, Local } from "../wasm/emitter.ts";
import { i32 } from "../wasm/scalar.ts";
import { i32x4, lanePositions, type V128, v128 } from "../wasm/simd.ts";
import { groupWord } from "./call-block.ts";
import { clampTail, Frame } from "./frame.ts";
import type { Operand } from "./operand.ts";
import { emitFinish, type Reduction } from "./reduction.ts";
import { emitRows } from "./rows.ts";

const nanKey = 0x7fff_ffff;

/** Negative floats count down as integers: their lower bits are flipped. The same again undoes it. */
const flipNegative = (bits: Node): Node => xor(bits, and(shr(bits, 31), 0x7fff_ffff));

/** What is largest when x is the extreme that is looked for. */
export function toKey(x: Node, smallest: boolean): Node {
  if (x.type !== "float") return smallest ? not(cast(x, "int")) : cast(x, "int");
  const ordered = smallest ? sub(0, x) : add(x, 0); // either way −0 becomes 0
  return select(ne(x, x), constant(nanKey, "int"), flipNegative(bitcast(ordered, "int")));
}

/** The extreme itself, of `type`. */
export function fromKey(key: Node, type: ScalarType, smallest: boolean): Node {
  if (type !== "float") return cast(smallest ? not(key) : key, type);
  const ordered = bitcast(flipNegative(key), "float");
  return smallest ? sub(0, ordered) : ordered;
}

/** Operands: the inputs, where the position goes and, if asked for, where the value goes. `reduction.formula` gives keys, `reduction.finish` a value from its key. */
export function emitReducePositions(f: FunctionBuilder, block: Local<"i32">, reduction: Reduction, values: boolean): Code {
  const { formula: keys, classes } = reduction;
  const frame = new Frame(f, block, classes, keys.scalars.length);
  const { operands, scalars, inner } = frame;
  const inputs = operands.slice(0, values ? -2 : -1);
  const [positionOutput, valueOutput] = operands.slice(inputs.length) as [Operand, Operand];
  const [left, pending, first] = [f.i32(), f.i32(), f.i32()];
  const [key, best, bestPosition, position] = [f.v128(), f.v128(), f.v128(), f.v128()];

  const { code, results } = frame.evaluate(keys, inputs, () => lanePositions);
  const scanRow: Code = doWhile(
    [
      clampTail(inputs, left),
      code,
      key.set(results[0] as V128),
      // lanes beyond the end never win
      when(i32.ltS(left, 4), key.set(v128.laneselect(key, i32x4.const(-0x8000_0000), i32x4.gtS(i32x4.splat(left), lanePositions)))),
      bestPosition.set(v128.laneselect(position, bestPosition, i32x4.gtS(key, best))),
      best.set(i32x4.maxS(best, key)),
      position.set(i32x4.add(position, 4)),
      inputs.map((each) => each.advance()),
      left.set(i32.sub(left, 4)),
    ],
    i32.gtS(left, 0),
  );
  const start: Code = [
    best.set(i32x4.const(-0x8000_0000)),
    bestPosition.set(i32x4.const(0)),
    first.set(i32.const(0)),
    pending.set(i32.load(block, 4 * groupWord)),
  ];
  const [otherKey, otherPosition, wins] = [f.v128(), f.v128(), f.v128()];
  const fold = (lanes: readonly [number, number, number, number]): Code => [
    otherKey.set(v128.shuffle(best, best, lanes)),
    otherPosition.set(v128.shuffle(bestPosition, bestPosition, lanes)),
    wins.set(v128.or(i32x4.gtS(otherKey, best), v128.and(i32x4.eq(otherKey, best), i32x4.ltS(otherPosition, bestPosition)))),
    best.set(v128.laneselect(otherKey, best, wins)),
    bestPosition.set(v128.laneselect(otherPosition, bestPosition, wins)),
  ];
  const decoded = emitFinish(f, reduction, best, scalars);
  const row: Code = [
    inputs.map((each) => each.startRow()),
    left.set(inner),
    position.set(i32x4.add(i32x4.splat(first), lanePositions)),
    scanRow,
    first.set(i32.add(first, inner)),
    pending.set(i32.sub(pending, 1)),
    when(i32.eqz(pending), [
      fold([2, 3, 0, 1]),
      fold([1, 0, 3, 2]),
      positionOutput.storeOne(bestPosition),
      values ? [decoded.code, valueOutput.storeOne(valueOutput.narrow(decoded.results[0] as V128))] : [],
      start,
    ]),
  ];
  return [frame.enter, start, emitRows(frame, row)];
}
