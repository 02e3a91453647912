// erf and erfc.
import { abs, add, div, gt, lt, madd, min, mul, neg, select, shl, sub } from "../build.ts";
import type { Node } from "../nodes.ts";
import { roundToInteger, scaledExp } from "./exp.ts";
import { asFloat, flipSign, head, horner, signOf } from "./float-bits.ts";

/** Two pieces: a polynomial, and 1 − 2ᵉ, where 2ᵉ is a polynomial times a power of two. Both by Lawson's iteration. Within 1.5 ulp. */
export function erf(x: Node): Node {
  const a = abs(x);
  const square = mul(a, a);
  const near = madd(horner(square, [7.521e-5, -7.9129e-4, 5.177723e-3, -0.026848516, 0.112834664, -0.376126162, 0.128379164]), a, a);
  const b = min(a, 4); // erf(4) is 1
  const exponent = horner(b, [2.592661e-4, -4.153505e-3, 0.03108972, -0.1478395, -0.9217508, -1.625349, 0.4424148]);
  // bias 127, 2⁻¹⁰ that the polynomial leaves with its leading coefficient, and 256 for a negative sign
  const { n, bits } = roundToInteger(exponent, 1, 127 - 10 + 256);
  const r = sub(exponent, n);
  const far = madd(horner(r, [add(r, 7.287735), 41.80864, 180.9375, 522.0867, 753.2121]), asFloat(shl(bits, 23)), 1);
  return flipSign(select(gt(a, 1.02), far, near), signOf(x));
}

/**
 * (1 + 2a)·exp(a²)·erfc(a) as a polynomial in (a − 2)/(a + 2): Shepherd & Laframboise 1981, coefficients by N. Juffa (public domain).
 * a² as an exact square of a's head and the rest, since its rounding error is magnified by exp. Within 4 ulp, subnormal results too.
 */
export function erfc(x: Node): Node {
  const a = min(abs(x), 10.0546875);
  const q = div(sub(a, 2), add(a, 2));
  const p = horner(
    q,
    [
      -4.01139259e-4, -1.2307521e-3, 1.31355342e-3, 8.63227434e-3, -8.05991981e-3, -5.42046614e-2, 1.64055392e-1, -1.66031361e-1,
      -9.27639827e-2, 2.76978403e-1,
    ],
  );
  const high = head(a);
  const gauss = scaledExp(neg(mul(high, high)), 0, neg(mul(sub(a, high), add(a, high))));
  const positive = select(gt(abs(x), 10.0546875), mul(0, a), mul(div(add(p, 1), madd(2, a, 1)), gauss));
  return select(lt(x, 0), sub(2, positive), positive);
}
