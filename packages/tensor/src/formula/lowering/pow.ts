// pow, by log2 in two float32 pieces: after fdlibm's e_powf.c (Sun Microsystems 1993), which needs no fused arithmetic.
import { abs, add, and, cast, div, eq, gt, le, lt, madd, max, min, mul, ne, or, select, shl, shr, sub, trunc } from "../build.ts";
import { constant, type Node } from "../nodes.ts";
import { scaledExp2 } from "./exp.ts";
import { asFloat, asInt, flipSign, head, horner, signOf } from "./float-bits.ts";

const series = [2.0697501302e-1, 2.3066075146e-1, 2.7272811532e-1, 3.3333334327e-1, 4.2857143283e-1, 6.0000002384e-1];
/** 2 / (3 ln 2), its head and the rest. */
const [c, cHigh, cLow] = [9.6179670095e-1, 9.619140625e-1, -1.1736857402e-4];
/** log₂ 1.5 */
const [dHigh, dLow] = [5.849609375e-1, 1.56322085e-6];

/** log₂ of a positive finite x, as the sum of two floats, the first of 12 bits. */
function log2Pair(x: Node): { high: Node; low: Node } {
  const subnormal = lt(x, 2 ** -126);
  const bits = asInt(select(subnormal, mul(x, 2 ** 24), x));
  const mantissa = and(bits, 0x7f_ffff);
  const middle = and(gt(mantissa, 0x1c_c471), lt(mantissa, 0x5d_b3d7)); // √1.5 … √3, around 1.5
  const upper = le(0x5d_b3d7, mantissa); // from √3 on, around 2
  const exponent = add(sub(shr(bits, 23), select(subnormal, 127 + 24, 127)), cast(upper, "int"));
  const m = asFloat(sub(add(mantissa, 0x3f80_0000), shl(cast(upper, "int"), 23)));
  const center = select(middle, constant(1.5), constant(1));

  // s = (m − center)/(m + center) in two pieces
  const u = sub(m, center);
  const sum = add(m, center);
  const v = div(1, sum);
  const s = mul(u, v);
  const sHigh = head(s);
  const sumHigh = head(sum);
  const sumLow = sub(m, sub(sumHigh, center));
  const sLow = mul(v, sub(sub(u, mul(sHigh, sumHigh)), mul(sHigh, sumLow)));

  // 3 + s²·(…), then log = 2/3·s·(…)
  const square = mul(s, s);
  const r = add(mul(mul(square, square), horner(square, series)), mul(sLow, add(sHigh, s)));
  const squareHigh = mul(sHigh, sHigh);
  const tHigh = head(add(add(3, squareHigh), r));
  const tLow = sub(r, sub(sub(tHigh, 3), squareHigh));
  const product = mul(sHigh, tHigh);
  const rest = madd(sLow, tHigh, mul(tLow, s));
  const pHigh = head(add(product, rest));
  const pLow = sub(rest, sub(pHigh, product));
  const zHigh = mul(cHigh, pHigh);
  const zLow = add(madd(cLow, pHigh, mul(pLow, c)), select(middle, constant(dLow), constant(0)));
  const d = select(middle, constant(dHigh), constant(0));
  const n = cast(exponent, "float");
  const high = head(add(add(add(zHigh, zLow), d), n));
  return { high, low: sub(zLow, sub(sub(sub(high, n), d), zHigh)) };
}

/** Within 2 ulp; zeros, infinities, NaN and negative bases as C99's pow. */
export function pow(x: Node, y: Node): Node {
  const a = abs(x);
  const { high, low } = log2Pair(a);
  const exponent = min(max(y, -1e30), 1e30); // further out every power is 0, 1 or ∞ already
  const yHigh = head(exponent);
  const pHigh = mul(yHigh, high);
  const pLow = add(mul(sub(exponent, yHigh), high), mul(exponent, low));
  const z = add(pHigh, pLow);
  const inRange = lt(abs(z), 160); // outside the power is 0 or ∞, and the low part out of proportion
  const ordinary = scaledExp2(z, select(inRange, sub(pLow, sub(z, pHigh)), constant(0)));

  const grows = eq(lt(1, a), lt(0, y));
  const edge = or(eq(a, 0), eq(a, Infinity));
  const magnitude = select(edge, select(grows, Infinity, constant(0)), ordinary);

  const whole = eq(trunc(y), y);
  const odd = and(and(whole, lt(abs(y), 2 ** 24)), ne(and(cast(y, "int"), 1), 0));
  const signed = select(odd, flipSign(magnitude, signOf(x)), magnitude);
  const undefined_ = or(or(ne(x, x), ne(y, y)), and(and(lt(x, 0), lt(-Infinity, x)), eq(cast(whole, "int"), 0)));
  return select(or(eq(y, 0), eq(x, 1)), constant(1), select(undefined_, Number.NaN, signed));
}
