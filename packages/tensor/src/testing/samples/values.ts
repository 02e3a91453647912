// Where the numbers of a sample come from: functions of the element's position, so that nothing is stored and every device sees the same.
import { hostUniform } from "../../formula/random.ts";

/** The value at a row-major position; `stream` tells the operands of one sample apart. */
export type Values = (position: number, stream: number) => number;

const seed = 0x9e3779b9;

/** Uniform in [low, high). */
export const between =
  (low: number, high: number): Values =>
  (position, stream) =>
    low + (high - low) * hostUniform(seed, stream, position);

/** Whole numbers from low to high, both included. */
export const whole =
  (low: number, high: number): Values =>
  (position, stream) =>
    low + Math.floor((high - low + 1) * hostUniform(seed, stream, position));

/** The given numbers, over and over. */
export const listed =
  (...values: readonly number[]): Values =>
  (position) =>
    values[position % values.length] as number;

/** Every number of `firsts` meets every one of `seconds`: two operands' values. */
export const pairs = (firsts: readonly number[], seconds: readonly number[]): [Values, Values] => [
  (position) => firsts[Math.floor(position / seconds.length) % firsts.length] as number,
  (position) => seconds[position % seconds.length] as number,
];

const goldenRatio = 0.6180339887498949;

/** Evenly spread over [low, high) in a jumbled order: no two are near each other, so that maxima and orders are clear. */
export const spread =
  (low: number, high: number): Values =>
  (position, stream) =>
    low + (high - low) * (((position + 1) * goldenRatio + stream * 0.37) % 1);

export const ordinary: Values = between(-2, 2);
