// One digit from random numbers: choose a form, move the hand, press the pen, frame the ink.
import type { Draws } from "./draws.ts";
import { chooseForm } from "./forms.ts";
import { centreByMass, fitBox, SIZE } from "./frame.ts";
import { affine, elastic, jitter, mapPath } from "./hand.ts";
import { choosePen, ink } from "./pen.ts";
import { tracePath } from "./stroke.ts";

/** Draws a digit into `out`, bytes [28, 28]: 0 for paper, 255 for ink. */
export function drawDigit(digit: number, draws: Draws, out: Uint8Array): void {
  const { strokes } = chooseForm(digit, draws);
  const waves = elastic(draws);
  const frame = affine(digit, draws);
  const pen = choosePen(draws);
  const lines = strokes.map((stroke) => pen.press(mapPath(mapPath(tracePath(jitter(stroke, draws)), waves), frame)));
  centreByMass(ink(fitBox(lines, pen.softness), pen.softness, SIZE), out);
}
