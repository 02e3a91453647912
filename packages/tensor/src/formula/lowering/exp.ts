// exp, exp2, expm1 and what sinh, cosh, tanh and erf need of them. x = n·ln 2 + r with |r| ≤ ln 2 / 2 by Cody & Waite; exp2's polynomial of Cephes
// (Moshier, exp2f.c). Adding `magic` rounds to an integer, and leaves it in the low bits of the sum.
import { add, madd, max, min, mul, type Operand, shl, shr, sub } from "../build.ts";
import type { Node } from "../nodes.ts";
import { asFloat, asInt, horner, restoreSign, signOf } from "./float-bits.ts";

const log2e = Math.LOG2E;
const ln2High = 0.693145751953125; // 15 bits: its product with n is exact
const ln2Low = 1.428606765330187e-6;
const magic = 1.5 * 2 ** 23;
const magicBits = 0x4b40_0000;
const bias = 127;

/** n = round(x·factor) as a float, and offset + n in the low bits. */
export function roundToInteger(x: Node, factor: number, offset: number): { n: Node; bits: Node } {
  const sum = madd(x, factor, magic + offset);
  return { n: sub(sum, magic + offset), bits: asInt(sum) };
}

/** r = x − n·ln 2 */
const reduced = (x: Node, n: Node, low?: Node): Node => {
  const high = madd(n, -ln2High, x);
  return madd(n, -ln2Low, low ? add(high, low) : high);
};

/** exp(r) − 1. The tail has the smallest maximal relative error of exp(r), 3e-9, by Lawson's iteration. */
function polynomial(r: Node): Node {
  const tail = horner(r, [1.3814532431e-3, 8.3687454462e-3, 4.1668392718e-2, 1.6666521132e-1, 4.999999404e-1]);
  return madd(mul(r, r), tail, r);
}

/** x·2ⁿ in two steps, so that neither power overflows and a subnormal result is rounded once; `bits` hold 2·bias + n. */
function scale(x: Node, bits: Node): Node {
  const half = shr(bits, 1);
  return mul(mul(x, asFloat(shl(half, 23))), asFloat(shl(sub(bits, half), 23)));
}

/** exp(x + low)·2^shift, where |low| is small. Below −104 exp is 0, above 90 it and its half are infinite; NaN passes. */
export function scaledExp(x: Node, shift: number, low?: Node): Node {
  const clamped = min(max(x, -104), 90);
  const { n, bits } = roundToInteger(clamped, log2e, 2 * bias + shift);
  return scale(add(polynomial(reduced(clamped, n, low)), 1), bits);
}

/** Within 1 ulp; subnormal results too. */
export const exp = (x: Node): Node => scaledExp(x, 0);

/** exp(x) = (value + 1)·power for −87 ≤ x ≤ 88. */
export function expParts(x: Node): { value: Node; power: Node } {
  const { n, bits } = roundToInteger(x, log2e, bias);
  return { value: polynomial(reduced(x, n)), power: asFloat(shl(bits, 23)) };
}

/** Within 2 ulp. */
export function expm1(x: Node): Node {
  const clamped = min(max(x, -30), 90);
  const { n, bits } = roundToInteger(clamped, log2e, 2 * bias);
  const inverse = asFloat(shl(sub(magicBits + 3 * bias, min(bits, magicBits + 2 * bias + 60)), 23)); // 2⁻ⁿ, which counts for nothing from n = 25 on
  return restoreSign(scale(add(polynomial(reduced(clamped, n)), sub(1, inverse)), bits), signOf(x));
}
const exp2Polynomial = [1.5353361883e-4, 1.3398874403e-3, 9.6184373577e-3, 5.5503324712e-2, 2.4022647914e-1, 6.9314720286e-1];

/** 2^(x + low), where |low| is small. */
export function scaledExp2(x: Node, low: Operand = 0): Node {
  const clamped = min(max(x, -151), 129);
  const { n, bits } = roundToInteger(clamped, 1, 2 * bias);
  const r = add(sub(clamped, n), low);
  return scale(madd(horner(r, exp2Polynomial), r, 1), bits);
}

/** Within 1.5 ulp; exact at whole numbers. */
export const exp2 = (x: Node): Node => scaledExp2(x);
