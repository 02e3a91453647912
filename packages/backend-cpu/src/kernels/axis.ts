// What softmax and normalisations walk along: the elements of a contiguous row, or those of a middle dim with four neighbours side by side in a vector.
import { advance, doWhile, forRange, when } from "../wasm/control.ts";
import type { Code, FunctionBuilder, Local } from "../wasm/emitter.ts";
import { type I32, i32 } from "../wasm/scalar.ts";
import { f32x4, i32x4, lanePositions, type V128, type Vector, v128 } from "../wasm/simd.ts";

/** Four elements at one place of every operand; operands are pointers. */
export interface Lanes {
  /** Lanes beyond the end of a row hold `fill`. */
  load(operand: I32, fill: Vector): V128;
  /** The value, and `fill` beyond the end of a row. */
  within(value: V128, fill: Vector): V128;
  store(operand: I32, value: Local<"v128">): Code;
}

export type Combine = (a: V128, b: V128) => V128;

/** A running value: of one row, or of each column. */
export interface Cell {
  get(slot: number): V128;
  set(slot: number, value: V128): Code;
}

/** How the elements that share one sum are visited. */
export interface Axis {
  cell(): Cell;
  /** Sets every slot of a cell. */
  start(cell: Cell, value: number): Code;
  /** Visits all elements; `slot` < `slots` tells running values apart, so that one sum need not wait for the other. */
  each(slots: number, body: (lanes: Lanes, slot: number) => Code): Code;
  /** All slots of a cell together, to slot 0, in every lane. */
  fold(cell: Cell, how: Combine): Code;
  /** Runs once for each row or column: what is computed from cells, slot 0. */
  once(body: Code): Code;
}

/** Of one row: several vectors at a time, too. */
export interface RowAxis extends Axis {
  /** Visits all elements, up to `most` vectors at a time, whose computation may then be interleaved; the numbers of the vectors count as slots. */
  eachTogether(most: number, body: (vectors: readonly Lanes[]) => Code): Code;
}

const rowSlots = 4;

/** The first one to three lanes. */
const storePart = (address: I32, value: Local<"v128">, count: Local<"i32">): Code => [
  v128.store32Lane(address, value, 0),
  when(i32.geS(count, 2), v128.store32Lane(address, value, 1, 4)),
  when(i32.geS(count, 3), v128.store32Lane(address, value, 2, 8)),
];

/** One contiguous row of `size` ≥ 1 elements from each operand on. */
export function rowAxis(f: FunctionBuilder, size: Local<"i32">): RowAxis {
  const [at, left] = [f.i32(), f.i32()];
  const [inside, folded] = [f.v128(), f.v128()];
  const slotsOf = (cell: Cell): V128[] => Array.from({ length: rowSlots }, (_, slot) => cell.get(slot));
  const whole = (slot: number): Lanes => ({
    load: (operand) => v128.load(i32.add(operand, at), 16 * slot),
    within: (value) => value,
    store: (operand, value) => v128.store(i32.add(operand, at), value, 16 * slot),
  });
  const within: Lanes["within"] = (value, fill) => v128.bitselect(value, f32x4.const(fill), inside);
  const part: Lanes = {
    load: (operand, fill) => within(v128.load(i32.add(operand, at)), fill), // reading beyond the end is allowed
    within,
    store: (operand, value) => storePart(i32.add(operand, at), value, left),
  };
  const eachTogether: RowAxis["eachTogether"] = (most, body) => {
    const repeat = (howMany: number): Code => {
      const enough = i32.geS(left, 4 * howMany);
      const vectors = body(Array.from({ length: howMany }, (_, slot) => whole(slot)));
      return when(enough, doWhile([vectors, advance(at, 16 * howMany), advance(left, -4 * howMany)], enough));
    };
    return [
      at.set(i32.const(0)),
      left.set(size),
      repeat(most),
      repeat(1),
      when(left, [inside.set(i32x4.ltS(lanePositions, i32x4.splat(left))), body([part])]),
    ];
  };
  return {
    cell() {
      const slots = f.locals("v128", rowSlots);
      return { get: (slot) => slots[slot] as Local<"v128">, set: (slot, value) => (slots[slot] as Local<"v128">).set(value) };
    },
    start: (cell, value) => Array.from({ length: rowSlots }, (_, slot) => cell.set(slot, f32x4.const(value))),
    each: (slots, body) => eachTogether(slots, (vectors) => vectors.map(body)),
    eachTogether,
    fold: (cell, how) => [
      folded.set(slotsOf(cell).reduce(how)),
      folded.set(how(folded, v128.shuffle(folded, folded, [2, 3, 0, 1]))),
      cell.set(0, how(folded, v128.shuffle(folded, folded, [1, 0, 3, 2]))),
    ],
    once: (body) => body,
  };
}

export const blockColumns = 1024;
export const mostCells = 3;

/**
 * A block of `columns` ≤ blockColumns neighbouring columns of `size` ≥ 1 elements, `stride` bytes apart, `offset` bytes from each operand on.
 * They are visited row by row, with the running values in `cells`: column by column, the cache would be missed at every step.
 */
export function columnAxis(
  f: FunctionBuilder,
  size: Local<"i32">,
  stride: Local<"i32">,
  offset: Local<"i32">,
  columns: Local<"i32">,
  cells: Local<"i32">,
): Axis {
  const [at, left, cellAt, row] = [f.i32(), f.i32(), f.i32(), f.i32()];
  let cellCount = 0;
  const lanes: Lanes = {
    load: (operand) => v128.load(i32.add(operand, at)),
    within: (value) => value,
    store: (operand, value) =>
      when(i32.geS(left, 4), v128.store(i32.add(operand, at), value), storePart(i32.add(operand, at), value, left)),
  };
  const eachVector = (body: Code): Code => [
    left.set(columns),
    cellAt.set(cells),
    doWhile([body, advance(at, 16), advance(cellAt, 16), advance(left, -4)], i32.gtS(left, 0)),
  ];
  return {
    cell() {
      const place = 4 * blockColumns * cellCount++;
      return { get: () => v128.load(cellAt, place), set: (_, value) => v128.store(cellAt, value, place) };
    },
    start: (cell, value) => eachVector(cell.set(0, f32x4.const(value))),
    each: (_, body) => forRange(row, 0, size, 1, [at.set(i32.add(offset, i32.mul(row, stride))), eachVector(body(lanes, 0))]),
    fold: () => [],
    once: eachVector,
  };
}
