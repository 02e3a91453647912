// sinh, cosh, tanh and their inverses.
import { abs, add, div, gt, lt, madd, min, mul, select, sqrt, sub } from "../build.ts";
import type { Node } from "../nodes.ts";
import { expParts, scaledExp } from "./exp.ts";
import { flipSign, horner, signOf } from "./float-bits.ts";
import { log, log1p } from "./log.ts";

/** Half of exp(|x|) overflows no sooner than sinh and cosh do. Polynomial of Cephes (Moshier, sinhf.c) up to 1. Within 2 ulp. */
export function sinh(x: Node): Node {
  const a = abs(x);
  const half = scaledExp(a, -1);
  const square = mul(a, a);
  const small = madd(mul(horner(square, [2.03721912945e-4, 8.33028376239e-3, 1.66667160211e-1]), square), a, a);
  return flipSign(select(gt(a, 1), sub(half, div(0.25, half)), small), signOf(x));
}

/** Within 2 ulp. */
export function cosh(x: Node): Node {
  const half = scaledExp(abs(x), -1);
  return add(half, div(0.25, half));
}

/** (e²ˣ − 1)/(e²ˣ + 1) from expm1, which keeps the digits near 0; from 9.1 on it is 1. Within 2.5 ulp. */
export function tanh(x: Node): Node {
  const twice = min(mul(2, abs(x)), 18.2);
  const { value, power } = expParts(twice);
  const t = madd(value, power, sub(power, 1));
  return flipSign(div(t, add(t, 2)), signOf(x));
}

/** From here on √(x² ± 1) is |x|. */
const large = 8192;

/** Within 3 ulp. */
export function asinh(x: Node): Node {
  const a = abs(x);
  const square = mul(a, a);
  const near = log1p(add(a, div(square, add(1, sqrt(add(square, 1))))));
  return flipSign(select(gt(a, large), add(log(a), Math.LN2), near), signOf(x));
}

/** Within 3 ulp; NaN below 1. */
export function acosh(x: Node): Node {
  const t = sub(x, 1);
  const near = log1p(add(t, sqrt(mul(t, add(t, 2)))));
  return select(lt(x, 1), Number.NaN, select(gt(x, large), add(log(x), Math.LN2), near));
}

/** Within 3 ulp. */
export function atanh(x: Node): Node {
  const a = abs(x);
  return flipSign(mul(0.5, log1p(div(mul(2, a), sub(1, a)))), signOf(x));
}
