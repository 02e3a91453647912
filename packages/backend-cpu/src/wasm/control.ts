// Control flow. Loops test at their end, so a body that must not run for an empty range is guarded once.
import type { Code, Local } from "./emitter.ts";
import { type I32, i32, i32Value } from "./scalar.ts";

const empty = 0x40; // a block that leaves nothing

/** Runs body, and again as long as the condition holds. */
export const doWhile = (body: Code, condition: I32): Code => [0x03, empty, body, i32Value(condition), 0x0d, 0, 0x0b];

export const when = (condition: I32, then: Code, otherwise?: Code): Code => [
  i32Value(condition),
  0x04,
  empty,
  then,
  otherwise === undefined ? [] : [0x05, otherwise],
  0x0b,
];

/** for (i = start; i < end; i += step), signed. `end` is read each time round: pass a local or a number. */
export const forRange = (i: Local<"i32">, start: I32, end: I32, step: I32, body: Code): Code => [
  i.set(i32Value(start)),
  when(i32.ltS(i, end), doWhile([body, i.set(i32.add(i, step))], i32.ltS(i, end))),
];

/** i += step */
export const advance = (i: Local<"i32">, step: I32): Code => i.set(i32.add(i, step));
