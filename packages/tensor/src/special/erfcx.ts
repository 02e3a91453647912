// erfc without its decay, and the logarithm of the normal distribution function, which is made of it.
import { add, cast, custom, div, erfc, exp, log, log1p, lt, mul, type Operand, select, sub } from "../formula/build.ts";
import { constant, type Node } from "../formula/nodes.ts";
import { pointwise } from "../ops/pointwise.ts";

/** From here on the continued fraction is exact to 1e-15 at this depth. */
const farFrom = 4;
const depth = 30;

/** √π·erfcx(x) = 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + …)))) — Abramowitz & Stegun 7.1.14. */
function continuedFraction(x: Node): Node {
  let below: Node = x;
  for (let k = depth; k >= 1; k--) below = add(x, div(k / 2, below));
  return div(1 / Math.sqrt(Math.PI), below);
}

const erfcxNode: (x: Operand) => Node = /* @__PURE__ */ custom(
  "erfcx",
  (x: Node) => {
    const isNear = lt(x, farFrom);
    const near = select(isNear, x, 0);
    return select(isNear, mul(exp(mul(near, near)), erfc(near)), continuedFraction(select(isNear, constant(farFrom), x)));
  },
  (g, [x], y) => [mul(g, sub(mul(mul(2, x), y), 2 / Math.sqrt(Math.PI)))],
);

/** exp(x²)·erfc(x). */
export const erfcx = /* @__PURE__ */ pointwise("erfcx", (x) => erfcxNode(cast(x, "float")));

const logNdtrNode = /* @__PURE__ */ custom(
  "logNdtr",
  (x: Node) => {
    const t = mul(x, Math.SQRT1_2);
    const inTail = lt(x, -1);
    const tail = sub(log(mul(erfcxNode(mul(t, -1)), 0.5)), mul(t, t));
    return select(inTail, tail, log1p(mul(erfc(select(inTail, 0, t)), -0.5)));
  },
  (g, [x]) => [mul(g, div(Math.sqrt(2 / Math.PI), erfcxNode(mul(x, -Math.SQRT1_2))))],
);

/** log Φ(x), Φ the normal distribution function; finite far below 0, too. */
export const logNdtr = /* @__PURE__ */ pointwise("logNdtr", (x) => logNdtrNode(cast(x, "float")));
