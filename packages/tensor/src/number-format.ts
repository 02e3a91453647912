// How the numbers of one tensor are written: one notation and one width for all of them, chosen as torch/_tensor_str.py chooses.
import { type DType, isFloat } from "./dtype.ts";

const PRECISION = 4;

/** Decimals as Python rounds them: the exact binary value, ties to even. JavaScript rounds ties up. */
function tieToEven(rounded: string, exact: string): string {
  const tie = /^(\d+\.\d{3}[02468])50*(e.*)?$/.exec(exact);
  return tie ? `${tie[1]}${tie[2] ?? ""}` : rounded;
}

const EXACT_DIGITS = 30; // a tie ends long before

/** A number without its sign, which JavaScript drops from −0. */
function signed(value: number, write: (magnitude: number) => string): string {
  if (Number.isNaN(value)) return "nan";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const magnitude = Math.abs(value);
  return sign + (magnitude === Number.POSITIVE_INFINITY ? "inf" : write(magnitude));
}

const whole = (value: number): string => signed(value, (x) => `${x.toFixed(0)}.`);
const fixed = (value: number): string => signed(value, (x) => tieToEven(x.toFixed(PRECISION), x.toFixed(EXACT_DIGITS)));
const scientific = (value: number): string =>
  signed(value, (x) => tieToEven(x.toExponential(PRECISION), x.toExponential(EXACT_DIGITS)).replace(/e([+-])(\d)$/, "e$10$2"));

/** The notation that suits all of these floats. */
function floatNotation(values: readonly number[]): (value: number) => string {
  if (values.length === 0) return whole;
  let [smallest, largest] = [Number.POSITIVE_INFINITY, 0];
  for (const value of values) {
    smallest = Math.min(smallest, Math.abs(value));
    largest = Math.max(largest, Math.abs(value));
  }
  const integers = values.every(Number.isInteger);
  if (largest / smallest > 1000 || largest > 1e8 || (!integers && smallest < 1e-4)) return scientific;
  return integers ? whole : fixed;
}

function notation(dtype: DType, measured: readonly number[]): (value: number) => string {
  if (isFloat(dtype)) return floatNotation(measured);
  return dtype === "bool" ? (value) => (value ? "True" : "False") : String;
}

export interface NumberFormat {
  readonly width: number;
  readonly write: (value: number) => string;
}

/** The format for the numbers that are shown. Zeros, infinities and NaN have no say in a float's notation or width. */
export function numberFormat(dtype: DType, shown: readonly number[]): NumberFormat {
  const measured = isFloat(dtype) ? shown.filter((value) => Number.isFinite(value) && value !== 0) : shown;
  const write = notation(dtype, measured);
  const width = measured.reduce((widest, value) => Math.max(widest, write(value).length), 1);
  return { width, write: (value) => write(value).padStart(width) };
}
