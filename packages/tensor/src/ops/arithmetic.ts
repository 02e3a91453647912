// PyTorch's arguments that a formula's row does not know: alpha, roundingMode, optional bounds, the exponents that have a better formula.
import { DTypeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import { Tensor } from "../tensor.ts";
import { pointwiseMethods as inPlace, type Operand, pointwiseFunctions as pw } from "./pointwise.ts";

export interface AlphaOptions {
  /** Factor of the second operand. Default: 1. */
  alpha?: number;
}

/** Apart from its callers, which are called often: a function that makes a closure makes its surroundings at each call. */
const withAlpha = (op: typeof pw.add, x: Operand, y: Operand, alpha: number): Tensor => scope(() => op(x, scaled(y, alpha)));

const scaled = (y: Operand, alpha: number): Operand => (alpha === 1 ? y : y instanceof Tensor ? pw.mul(y, alpha) : Number(y) * alpha);

/** x + alpha·y. */
export const add = (x: Operand, y: Operand, options?: AlphaOptions): Tensor =>
  options ? withAlpha(pw.add, x, y, options.alpha ?? 1) : pw.add(x, y);
/** x − alpha·y. */
export const sub = (x: Operand, y: Operand, options?: AlphaOptions): Tensor =>
  options ? withAlpha(pw.sub, x, y, options.alpha ?? 1) : pw.sub(x, y);

/** y − alpha·x. */
export const rsub = (x: Operand, y: Operand, { alpha = 1 }: AlphaOptions = {}): Tensor => sub(y, x, { alpha });

/** Writes x + alpha·y over x. */
export const add_ = (x: Tensor, y: Operand, { alpha = 1 }: AlphaOptions = {}): Tensor =>
  scope(() => inPlace.add_.call(x, scaled(y, alpha)));
/** Writes x − alpha·y over x. */
export const sub_ = (x: Tensor, y: Operand, { alpha = 1 }: AlphaOptions = {}): Tensor =>
  scope(() => inPlace.sub_.call(x, scaled(y, alpha)));

export interface DivOptions {
  /** "trunc" rounds toward zero, "floor" down; null (the default) does not round and gives floats. */
  roundingMode?: "trunc" | "floor" | null;
}

export function div(x: Operand, y: Operand, { roundingMode = null }: DivOptions = {}): Tensor {
  if (roundingMode === null) return pw.div(x, y);
  if (roundingMode === "floor") return pw.floorDivide(x, y);
  if (roundingMode === "trunc") return pw.truncDivide(x, y);
  throw new DTypeError("div", `roundingMode must be "trunc", "floor" or null (got ${JSON.stringify(roundingMode)})`);
}

/** x to the power y. */
export function pow(x: Operand, y: Operand): Tensor {
  if (x instanceof Tensor) {
    if (y === 1) return pw.positive(x);
    if (y === 2) return pw.square(x);
    if (y === 0.5) return pw.sqrt(x);
    if (y === -1) return pw.reciprocal(x);
  }
  return pw.pow(x, y);
}

/** x limited to [min, max]; a bound may be missing, a number or a tensor. The gradient passes at the bounds. */
export function clamp(x: Tensor, min: Operand | null = null, max: Operand | null = null): Tensor {
  if (min !== null && max !== null) return pw.clamp(x, min, max);
  if (min !== null) return pw.clampMin(x, min);
  if (max !== null) return pw.clampMax(x, max);
  throw new DTypeError("clamp", "neither min nor max was given. Pass at least one");
}

export interface GeluOptions {
  /** "tanh" for the approximation of Hendrycks & Gimpel 2016. Default: "none". */
  approximate?: "none" | "tanh";
}

/** x·Φ(x), Φ the normal distribution function. */
export function gelu(x: Tensor, { approximate = "none" }: GeluOptions = {}): Tensor {
  if (approximate === "none") return pw.gelu(x);
  if (approximate === "tanh") return pw.geluTanh(x);
  throw new DTypeError("gelu", `approximate must be "none" or "tanh" (got ${JSON.stringify(approximate)})`);
}

export interface RoundOptions {
  /** Digits after the point. Default: 0. */
  decimals?: number;
}

/** Halves go to the even neighbour. */
export function round(x: Tensor, { decimals = 0 }: RoundOptions = {}): Tensor {
  if (decimals === 0) return pw.round(x);
  const factor = 10 ** Math.abs(decimals);
  return scope(() => (decimals > 0 ? pw.div(pw.round(pw.mul(x, factor)), factor) : pw.mul(pw.round(pw.div(x, factor)), factor)));
}

/** condition ? x : y, as a method of x. */
export const whereMethod = (x: Tensor, condition: Tensor, y: Operand): Tensor => pw.where(condition, x, y);
