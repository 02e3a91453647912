// exp, exp2, expm1 and the halves that sinh and cosh need. Reduction to |r| ≤ ln 2 / 2 by Cody & Waite; polynomials of Cephes (Moshier, expf.c, exp2f.c).
import { add, cast, madd, max, min, mul, type Operand, round, sub } from "../build.ts";
import type { Node } from "../nodes.ts";
import { horner, powerOfTwo, restoreSign, scale, signOf } from "./float-bits.ts";

const log2e = 1.4426950408889634;
const ln2High = 0.693145751953125; // 15 bits: its product with n is exact
const ln2Low = 1.428606765330187e-6;

/** (exp(r) − 1 − r) / r² for |r| ≤ 0.35. */
const tail = (r: Node): Node =>
  horner(r, [1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1]);

/** x = n·ln 2 + r; n as a float. Below −104 exp is 0, above 90 it and its half are infinite; NaN passes. */
function reduce(x: Node, low?: Node): { n: Node; r: Node } {
  const clamped = min(max(x, -104), 90);
  const n = round(mul(clamped, log2e));
  const high = madd(n, -ln2High, clamped);
  return { n, r: madd(n, -ln2Low, low ? add(high, low) : high) };
}

/** exp(x + low)·2^shift, where |low| is small. */
export function scaledExp(x: Node, shift: number, low?: Node): Node {
  const { n, r } = reduce(x, low);
  const value = add(madd(mul(r, r), tail(r), r), 1);
  return scale(value, add(cast(n, "int"), shift));
}

/** Within 1 ulp; subnormal results too. */
export const exp = (x: Node): Node => scaledExp(x, 0);

/** exp(r) − 1 and n, where x = n·ln 2 + r. */
function expm1Reduced(x: Node): { value: Node; n: Node } {
  const { n, r } = reduce(x);
  return { value: madd(mul(r, r), tail(r), r), n: cast(n, "int") };
}

/** exp(x) − 1 = value·power + (power − 1) for −80 ≤ x ≤ 80. */
export function expm1Parts(x: Node): { value: Node; power: Node } {
  const { value, n } = expm1Reduced(x);
  return { value, power: powerOfTwo(n) };
}

/** Within 2 ulp. */
export function expm1(x: Node): Node {
  const { value, n } = expm1Reduced(max(x, -30));
  const missing = sub(1, powerOfTwo(sub(0, min(n, 60)))); // 1 − 2⁻ⁿ, which is 1 from n = 25 on
  return restoreSign(scale(add(value, missing), n), signOf(x));
}

const exp2Polynomial = [1.5353361883e-4, 1.3398874403e-3, 9.6184373577e-3, 5.5503324712e-2, 2.4022647914e-1, 6.9314720286e-1];

/** 2^(x + low), where |low| is small. */
export function scaledExp2(x: Node, low: Operand = 0): Node {
  const clamped = min(max(x, -151), 129);
  const n = round(clamped);
  const r = add(sub(clamped, n), low);
  return scale(madd(horner(r, exp2Polynomial), r, 1), cast(n, "int"));
}

/** Within 1 ulp; exact at whole numbers. */
export const exp2 = (x: Node): Node => scaledExp2(x);
