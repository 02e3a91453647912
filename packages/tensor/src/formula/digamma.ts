// ψ(x), the derivative of log Γ, written in the formula language itself: its own derivative is then symbolic.
import { add, div, eq, log, lt, mul, round, select, sub, tan } from "./build.ts";
import { constant, type Node } from "./nodes.ts";

const largeFrom = 10;

/** ln x − 1/2x − Σ B₂ₖ/(2k x²ᵏ) — Abramowitz & Stegun 6.3.18, 1e-16 for x ≥ 10. */
const asymptotic = (x: Node): Node => {
  const z = div(1, mul(x, x));
  let sum: Node = constant(1 / 12);
  for (const c of [-691 / 32760, 1 / 132, -1 / 240, 1 / 252, -1 / 120, 1 / 12]) sum = add(c, mul(z, sum));
  return sub(sub(log(x), div(0.5, x)), mul(z, sum));
};

/** ψ(x): ∓∞ at ±0 and NaN at the negative integers, as torch. */
export function digamma(x: Node): Node {
  const atZero = eq(x, 0);
  const z = select(atZero, 1, x); // the derivative of what is not taken must stay finite
  const reflected = lt(z, 0);
  let at: Node = select(reflected, sub(1, z), z);
  let shift: Node = constant(0);
  for (let i = 0; i < largeFrom; i++) {
    const small = lt(at, largeFrom); // ψ(x) = ψ(x + 1) − 1/x
    shift = select(small, add(shift, div(1, at)), shift);
    at = select(small, add(at, 1), at);
  }
  const psi = sub(asymptotic(at), shift);
  const fraction = sub(z, round(z)); // near a pole the digits of the distance count
  const whole = eq(fraction, 0);
  const mirrored = sub(psi, div(Math.PI, tan(mul(Math.PI, select(whole, 0.5, fraction))))); // ψ(x) = ψ(1 − x) − π/tan(πx)
  const negative = select(whole, Number.NaN, mirrored);
  return select(atZero, div(-1, x), select(reflected, negative, psi));
}
