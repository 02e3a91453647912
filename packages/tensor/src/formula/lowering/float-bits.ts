// Float32 numbers as bits, and polynomials: what the lowerings are written with.
import { and, bitcast, madd, type Operand, or, xor } from "../build.ts";
import type { Node } from "../nodes.ts";

const signMask = -0x8000_0000;

export const asInt = (x: Node): Node => bitcast(x, "int");
export const asFloat = (bits: Node): Node => bitcast(bits, "float");

/** The sign bit alone. */
export const signOf = (x: Node): Node => and(asInt(x), signMask);
/** Flips the sign of x where `sign` has its highest bit set. */
export const flipSign = (x: Node, sign: Node): Node => asFloat(xor(asInt(x), sign));
/** Gives a zero the sign that it lost; `sign` agrees with x everywhere else. */
export const restoreSign = (x: Node, sign: Node): Node => asFloat(or(asInt(x), sign));

/** coefficients[0]·xⁿ + … + coefficients[n] */
export function horner(x: Node, coefficients: readonly Operand[]): Node {
  return coefficients.reduce((sum, coefficient) => madd(sum, x, coefficient)) as Node;
}

/** The leading 12 bits of the mantissa: products of two heads are exact. */
export const head = (x: Node): Node => asFloat(and(asInt(x), ~0xfff));
