// log, log1p, log2: x = m·2ᵉ with m in [√½, √2); polynomial of Cephes (Moshier, logf.c).
import { add, and, cast, div, eq, lt, madd, mul, select, shr, sub } from "../build.ts";
import { constant, type Node } from "../nodes.ts";
import { asFloat, asInt, horner, restoreSign, signOf } from "./float-bits.ts";

const ln2High = 0.693359375; // 9 bits: its product with e is exact
const ln2Low = -2.1219444005469057e-4;
const sqrtHalfBits = 0x3f3504f3;
const oneBits = 0x3f80_0000;
const smallestNormal = 2 ** -126;

/** e as a float and f = m − 1, for any positive finite x, subnormals too. */
export function splitExponent(x: Node): { e: Node; f: Node } {
  const subnormal = lt(x, smallestNormal);
  const normal = select(subnormal, mul(x, 2 ** 23), x);
  const shifted = add(asInt(normal), oneBits - sqrtHalfBits);
  const e = sub(cast(sub(shr(shifted, 23), 127), "float"), select(subnormal, 23, constant(0)));
  const m = asFloat(add(and(shifted, 0x7f_ffff), sqrtHalfBits));
  return { e, f: sub(m, 1) };
}

/** log(1 + f) − f + f²/2, divided by f³. */
const tail = (f: Node): Node =>
  horner(
    f,
    [
      7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1,
      -2.4999993993e-1, 3.3333331174e-1,
    ],
  );

/** log(1 + f) − f */
const remainder = (f: Node): Node => {
  const square = mul(f, f);
  return madd(square, -0.5, mul(mul(square, f), tail(f)));
};

/** −∞ at 0, NaN below, ∞ at ∞, NaN at NaN; `value` elsewhere. */
const withSpecials = (x: Node, value: Node): Node => {
  const belowInfinity = select(lt(x, Infinity), value, x);
  return select(lt(0, x), belowInfinity, select(eq(x, 0), -Infinity, Number.NaN));
};

/** Within 1 ulp. */
export function log(x: Node): Node {
  const { e, f } = splitExponent(x);
  const low = madd(e, ln2Low, remainder(f));
  return withSpecials(x, madd(e, ln2High, add(f, low)));
}

/** Within 2 ulp: what 1 + x rounds away comes back as a correction (Kahan; fdlibm's s_log1p.c). */
export function log1p(x: Node): Node {
  const u = add(1, x);
  const { e, f } = splitExponent(u);
  const unscaled = eq(e, 0);
  const lost = select(lt(x, 1), sub(x, sub(u, 1)), sub(1, sub(u, x)));
  const g = select(unscaled, x, f);
  const correction = select(unscaled, constant(0), div(lost, u));
  const low = add(madd(e, ln2Low, remainder(g)), correction);
  return restoreSign(withSpecials(u, madd(e, ln2High, add(g, low))), signOf(x));
}

/** Within 1.5 ulp; exact at powers of two. log₂e = 1 + 0.4427 keeps the digits of e. */
export function log2(x: Node): Node {
  const { e, f } = splitExponent(x);
  const low = remainder(f);
  const fraction = Math.LOG2E - 1;
  return withSpecials(x, add(e, add(f, add(low, add(mul(f, fraction), mul(low, fraction))))));
}
