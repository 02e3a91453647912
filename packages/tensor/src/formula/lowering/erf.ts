// erf and erfc.
import { abs, add, div, gt, lt, madd, min, mul, neg, select, sub } from "../build.ts";
import type { Node } from "../nodes.ts";
import { expParts, scaledExp } from "./exp.ts";
import { flipSign, head, horner, signOf } from "./float-bits.ts";

/** Two pieces by N. Juffa (public domain): a polynomial, and 1 − exp of one. Within 1.5 ulp. */
export function erf(x: Node): Node {
  const a = abs(x);
  const square = mul(a, a);
  const near = madd(horner(square, [-5.96761703e-4, 4.99119423e-3, -2.67681349e-2, 1.12819925e-1, -3.76125336e-1, 1.28379166e-1]), a, a);
  const b = min(a, 4); // erf(4) is 1
  const exponent = horner(b, [-1.7285347e-5, 3.83197126e-4, -3.88396438e-3, 2.42546219e-2, -1.06777877e-1, -6.34846687e-1, -1.28717512e-1]);
  const { value, power } = expParts(madd(exponent, b, neg(b)));
  const far = sub(1, madd(value, power, power));
  return flipSign(select(gt(a, 0.927734375), far, near), signOf(x));
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
