// x·log(y) and its kin, and the multivariate gamma function.

import { IndexError } from "../errors.ts";
import { add, and, cast, custom, div, eq, gt, le, log, log1p, mul, neg, type Operand, select, sub } from "../formula/build.ts";
import { isnan } from "../formula/functions.ts";
import type { Node } from "../formula/nodes.ts";
import { scope } from "../lifetime.ts";
import { pointwise, pointwiseFunctions as pw } from "../ops/pointwise.ts";
import type { Tensor } from "../tensor.ts";

const entrNode = /* @__PURE__ */ custom(
  "entr",
  (x: Node) => select(isnan(x), x, select(gt(x, 0), mul(neg(x), log(x)), select(eq(x, 0), 0, Number.NEGATIVE_INFINITY))),
  (g, [x]) => [mul(g, sub(-1, log(x)))],
);

/** −x·log(x): 0 at 0, −∞ below. */
export const entr = /* @__PURE__ */ pointwise("entr", (x) => entrNode(cast(x, "float")));

const xlog1pyNode: (x: Operand, y: Operand) => Node = /* @__PURE__ */ custom(
  "xlog1py",
  (x: Node, y: Node) => select(isnan(y), Number.NaN, select(eq(x, 0), 0, mul(x, log1p(y)))),
  (g, [x, y]) => [select(and(eq(x, 0), le(y, -1)), 0, xlog1pyNode(g, y)), div(mul(g, x), add(y, 1))],
);

/** x·log(1 + y); 0 where x is 0, unless y is NaN. */
export const xlog1py = /* @__PURE__ */ pointwise("xlog1py", (x, y) => xlog1pyNode(cast(x, "float"), cast(y, "float")));

/** log Γ_p(x) of the multivariate gamma function of dimension p: Σ log Γ(x − i/2) + p(p − 1)/4·log π. */
export function multigammaln(x: Tensor, p: number): Tensor {
  if (!Number.isInteger(p) || p < 1) throw new IndexError("multigammaln", `p must be a whole number ≥ 1 (got ${p})`);
  return scope(() => {
    let total = pw.add(pw.lgamma(x), (p * (p - 1) * Math.log(Math.PI)) / 4);
    for (let i = 1; i < p; i++) total = pw.add(total, pw.lgamma(pw.sub(x, i / 2)));
    return total;
  });
}
