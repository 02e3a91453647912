// Integer division and C's fmod, which no vector instruction does: through float64, two lanes at a time.
import type { ScalarType } from "@gradkit/tensor/backend";
import { doWhile, when } from "../wasm/control.ts";
import { f64x2, i32x4, type V128, v128 } from "../wasm/simd.ts";
import { upperHalf } from "./accumulation.ts";
import type { Emitter } from "./expression.ts";

const joinHalves = (low: V128, high: V128): V128 => v128.shuffle(low, high, [0, 1, 4, 5]);

/**
 * The float64 quotient of two 32-bit integers, truncated, is exact: a quotient that is no integer is off the next one by 2⁻³² of itself at least.
 * Division by zero gives 0 and remainder 0; −2³¹ / −1 wraps.
 */
export function divideIntegers({ hold }: Emitter, a: V128, b: V128, type: ScalarType): { quotient: V128; remainder: V128 } {
  const [x, y] = [hold(a), hold(b)];
  const [convert, truncate] = type === "uint" ? [f64x2.fromLowI32U, f64x2.truncSatZeroU] : [f64x2.fromLowI32S, f64x2.truncSatZeroS];
  const low = truncate(f64x2.div(convert(x), convert(y)));
  const high = truncate(f64x2.div(convert(upperHalf(x)), convert(upperHalf(y))));
  const exact = joinHalves(low, high);
  const nonzero = i32x4.ne(y, 0);
  const wrapped = type === "uint" ? exact : v128.bitselect(i32x4.neg(x), exact, i32x4.eq(y, -1));
  const quotient = hold(v128.and(wrapped, nonzero));
  return { quotient, remainder: v128.and(i32x4.sub(x, i32x4.mul(quotient, y)), nonzero) };
}

/** Clears 24 of a float64's 53 bits: what is left times a float32 is exact. */
const head = v128.const(new BigInt64Array(2).fill(~0xff_ffffn));
const signBits = i32x4.const(-0x8000_0000);

/**
 * fmod, exact: takes multiples of |b| with 29-bit factors from |a| until less than |b| is left: once where |a/b| < 2²⁹, ten times at most.
 */
export function divideFloats({ f, code, hold }: Emitter, a: V128, b: V128): V128 {
  const [x, y] = [hold(a), hold(b)];
  const [low, high] = [(v: V128): V128 => v, upperHalf].map((half) => {
    const rest = hold(f64x2.abs(f64x2.promoteLow(half(x))));
    const divisor = hold(f64x2.abs(f64x2.promoteLow(half(y))));
    // |b| = ∞ leaves |a|, |a| = ∞ and b = 0 give NaN: none of them may enter the loop
    const reducible = v128.and(f64x2.ge(rest, divisor), f64x2.lt(f64x2.const(0), divisor));
    const active = hold(v128.and(reducible, f64x2.lt(rest, f64x2.const(Infinity))));
    // below 2²⁹ the quotient is too far from the next integer to be rounded up to it; above, it must not be rounded up to the next head either
    const quotient = f.v128();
    const down = v128.bitselect(f64x2.mul(quotient, f64x2.const(1 - 2 ** -52)), quotient, f64x2.ge(quotient, f64x2.const(2 ** 29)));
    const factor = v128.and(f64x2.trunc(down), head);
    code.push(
      when(
        v128.anyTrue(active),
        doWhile(
          [
            quotient.set(f64x2.div(rest, divisor)),
            rest.set(v128.bitselect(f64x2.sub(rest, f64x2.mul(factor, divisor)), rest, active)),
            active.set(v128.and(active, f64x2.ge(rest, divisor))),
          ],
          v128.anyTrue(active),
        ),
      ),
    );
    const undefined_ = v128.or(f64x2.lt(f64x2.const(Number.MAX_VALUE), rest), f64x2.ge(f64x2.const(0), divisor)); // |a| = ∞ or b = 0
    return f64x2.demoteZero(v128.or(rest, undefined_)); // all ones are a NaN
  }) as [V128, V128];
  const magnitude = hold(joinHalves(low, high));
  const result = v128.or(magnitude, v128.and(x, signBits));
  // NaN in b fails every comparison above
  return v128.or(result, notANumber(y));
}

/** All ones where x is NaN. */
const notANumber = (x: V128): V128 => i32x4.gtS(v128.andNot(x, signBits), 0x7f80_0000);
