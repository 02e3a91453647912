// Hurwitz' zeta function.
import { add, and, cast, custom, div, eq, floor, le, lt, mul, ne, neg, type Operand, or, pow, select, sub } from "../formula/build.ts";
import { constant, type Node } from "../formula/nodes.ts";
import { pointwise } from "../ops/pointwise.ts";

/** Terms that are added one by one: they reach from q = −10 to where the others are smooth. */
const firstTerms = 22;
/** B₂ₖ/(2k)!. */
const correction = [1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160, -691 / 1307674368000, 1 / 74724249600];

/** Euler's and Maclaurin's sum (NIST DLMF 25.11.5). */
function series(s: Node, q: Node): Node {
  let sum: Node = constant(0);
  for (let k = 0; k < firstTerms; k++) sum = add(sum, pow(add(q, k), neg(s)));
  const end = add(q, firstTerms);
  const last = pow(end, neg(s));
  sum = add(sum, add(div(mul(last, end), sub(s, 1)), mul(last, 0.5)));
  let factor = div(mul(s, last), end); // s(s + 1)…(s + 2k − 2)/end^(s + 2k − 1)
  for (const [k, c] of correction.entries()) {
    sum = add(sum, mul(factor, c));
    factor = div(mul(factor, mul(add(s, 2 * k + 1), add(s, 2 * k + 2))), mul(end, end));
  }
  return sum;
}

const zetaNode: (s: Operand, q: Operand) => Node = /* @__PURE__ */ custom(
  "zeta",
  (s: Node, q: Node) => {
    const below = le(q, 0);
    const nowhere = or(lt(s, 1), and(below, and(ne(s, floor(s)), ne(q, floor(q)))));
    const isPole = or(eq(s, 1), and(below, eq(q, floor(q))));
    return select(nowhere, Number.NaN, select(isPole, Number.POSITIVE_INFINITY, series(s, q)));
  },
  (g, [s, q]) => [null, mul(g, mul(neg(s), zetaNode(add(s, 1), q)))], // torch has no derivative by s, either
);

/** ζ(s, q) = Σ 1/(q + k)ˢ over k ≥ 0, for q > −10. Differentiable by q. */
export const zeta = /* @__PURE__ */ pointwise("zeta", (s, q) => zetaNode(cast(s, "float"), cast(q, "float")));
