// QR by Householder's reflections, with LAPACK's signs.
import { IndexError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import { matmul } from "../ops/matmul.ts";
import { narrow, transpose } from "../ops/movement.ts";
import { pointwiseFunctions as pw } from "../ops/pointwise.ts";
import { sum } from "../ops/reduce.ts";
import { triu } from "../ops/triangle.ts";
import type { Tensor } from "../tensor.ts";
import { identities, matrixSize, rowNumbers } from "./matrices.ts";

/** A = Q·R with Q [..., M, M] orthogonal and R [..., M, N]. */
function reflect(a: Tensor, rows: number, columns: number): { q: Tensor; r: Tensor } {
  const at = rowNumbers(rows, a);
  let [q, r] = [identities(rows, a), a];
  for (let k = 0; k < Math.min(rows - 1, columns); k++) {
    const x = pw.where(pw.ge(at, k), narrow(r, -1, k, 1), 0); // [..., M, 1]
    const nothingBelow = pw.eq(sum(pw.square(pw.where(pw.gt(at, k), x.detach(), 0)), -2, { keepdim: true }), 0);
    const first = narrow(x, -2, k, 1);
    const length = pw.sqrt(pw.where(nothingBelow, 1, sum(pw.square(x), -2, { keepdim: true })));
    const target = pw.where(pw.lt(first, 0), length, pw.neg(length)); // away from x: nothing cancels
    const v = pw.sub(x, pw.where(pw.eq(at, k), target, 0));
    const factor = pw.where(nothingBelow, 0, pw.div(2, pw.where(nothingBelow, 1, sum(pw.square(v), -2, { keepdim: true }))));
    const scaled = pw.mul(v, factor);
    r = pw.sub(r, matmul(scaled, matmul(transpose(v, -2, -1), r)));
    q = pw.sub(q, matmul(matmul(q, v), transpose(scaled, -2, -1)));
  }
  return { q, r: triu(r) };
}

export interface QR {
  readonly Q: Tensor;
  readonly R: Tensor;
}

/** A = Q·R for A [..., M, N], K = min(M, N): Q [..., M, K] has orthonormal columns, R [..., K, N] is an upper triangle. "complete": K = M; "r": Q is empty. */
export function qr(a: Tensor, { mode = "reduced" }: { mode?: "reduced" | "complete" | "r" } = {}): QR {
  const [rows, columns] = matrixSize("linalg.qr", a);
  if (mode !== "reduced" && mode !== "complete" && mode !== "r")
    throw new IndexError("linalg.qr", `mode must be "reduced", "complete" or "r" (got ${JSON.stringify(mode)})`);
  return scope(() => {
    const { q, r } = reflect(a, rows, columns);
    const inner = mode === "complete" ? rows : Math.min(rows, columns);
    return { Q: mode === "r" ? a.newZeros([0]) : narrow(q, -1, 0, inner), R: narrow(r, -2, 0, inner) };
  });
}
