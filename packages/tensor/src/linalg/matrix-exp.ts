// The exponential of matrices.
import { scope } from "../lifetime.ts";
import { matmul } from "../ops/matmul.ts";
import { pointwiseFunctions as pw } from "../ops/pointwise.ts";
import { amax, sum } from "../ops/reduce.ts";
import type { Tensor } from "../tensor.ts";
import { identities, squareSize } from "./matrices.ts";

/** Of the series for a norm of ½: 0.5¹⁸/18! is below float64's ε. */
const terms = 18;
/** As often the matrix is halved: enough for norms of 2¹⁶. */
const halvings = 17;

/**
 * exp(A) = Σ Aᵏ/k! of matrices [..., N, N], by scaling and squaring: A is halved until its series converges at once, and the result squared as often
 * (Moler & Van Loan 2003, method 3). Norms above 2¹⁶, whose exponential overflows anyway, are not meant.
 */
export function matrixExp(a: Tensor): Tensor {
  const n = squareSize("linalg.matrixExp", a);
  return scope(() => {
    if (n === 0) return pw.positive(a);
    const size = amax(sum(pw.abs(a.detach()), -2, { keepdim: true }), [-1], { keepdim: true }); // [..., 1, 1]
    const needed = pw.clamp(pw.ceil(pw.log2(pw.maximum(pw.mul(size, 2), 1))), 0, halvings);
    const small = pw.mul(a, pw.exp2(pw.neg(needed)));
    const one = identities(n, a);
    let result = one;
    for (let k = terms; k >= 1; k--) result = pw.add(one, pw.div(matmul(small, result), k)); // 1 + A(1 + A/2(1 + A/3(…)))
    for (let k = 0; k < halvings; k++) result = pw.where(pw.gt(needed, k), matmul(result, result), result);
    return result;
  });
}
