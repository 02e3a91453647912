// Distances between vectors, and limits on their length.
import { isFloat } from "../dtype.ts";
import { DTypeError, formatShape, IndexError, ShapeError } from "../errors.ts";
import { scope } from "../lifetime.ts";
import { castAsOne } from "../operand-casts.ts";
import { normalizeDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { indexSelect } from "./gather.ts";
import { unsqueeze } from "./movement.ts";
import { pointwiseFunctions as pw } from "./pointwise.ts";
import { sum } from "./reduce.ts";
import { norm } from "./statistics.ts";
import { triuIndices } from "./triangle-indices.ts";

export interface CdistOptions {
  /** Which norm; 0 counts the elements that differ. Default: 2. */
  p?: number;
}

const checkP = (op: string, p: number): void => {
  if (!(p >= 0)) throw new IndexError(op, `p must be ≥ 0 (got ${p})`);
};

/** p-norms along the last dim; of p = 0, a count, torch says that the gradient is zero. */
function lengths(x: Tensor, p: number): Tensor {
  if (p !== 0) return norm(x, p, -1);
  const none = x.newFull([], false, { dtype: "bool" });
  return pw.where(none, sum(x, -1), norm(x, 0, -1));
}

/** The p-norm of every difference of a row of x [..., P, M] and one of y [..., R, M]: [..., P, R]. Batch dims broadcast. */
export const cdist = /* @__PURE__ */ castAsOne("cdist", (x: Tensor, y: Tensor, { p = 2 }: CdistOptions = {}): Tensor => {
  checkP("cdist", p);
  if (!isFloat(x.dtype) || x.dtype !== y.dtype)
    throw new DTypeError("cdist", `expected floats of one dtype (got ${x.dtype} and ${y.dtype})`);
  if (x.ndim < 2 || y.ndim < 2 || x.shape.at(-1) !== y.shape.at(-1))
    throw new ShapeError(
      "cdist",
      `expected rows of one length (got ${formatShape(x.shape)} and ${formatShape(y.shape)}). x is [..., P, M], y is [..., R, M]`,
    );
  return scope(() => {
    const differences = pw.sub(unsqueeze(x, -2), unsqueeze(y, -3)); // [..., P, R, M]
    if (x.shape.at(-1) === 0) return differences.newZeros(differences.shape.slice(0, -1));
    return lengths(differences, p);
  });
});

/** The p-norm of the difference of every two rows of a matrix [N, M]: [N·(N − 1)/2], row by row. */
export const pdist = /* @__PURE__ */ castAsOne("pdist", (x: Tensor, { p = 2 }: CdistOptions = {}): Tensor => {
  checkP("pdist", p);
  if (x.ndim !== 2 || !isFloat(x.dtype))
    throw new ShapeError("pdist", `expected a matrix of floats (got ${x.dtype} ${formatShape(x.shape)})`);
  const [n] = x.shape as [number, number];
  return scope(() => {
    const pairs = triuIndices(n, n, { offset: 1, device: x.device });
    const rows = (side: number): Tensor => indexSelect(x, 0, pairs.select(0, side));
    return lengths(pw.sub(rows(0), rows(1)), p);
  });
});

/** The p-norm of x − y. */
export const dist = /* @__PURE__ */ castAsOne(
  "dist",
  (x: Tensor, y: Tensor, { p = 2 }: { p?: number } = {}): Tensor => scope(() => norm(pw.sub(x, y), p)),
);

/** The slices of x along dim, shrunk where their p-norm is above maxnorm. */
export const renorm = /* @__PURE__ */ castAsOne("renorm", (x: Tensor, p: number, dim: number, maxnorm: number): Tensor => {
  if (x.ndim < 2) throw new ShapeError("renorm", `expected at least 2 dims (got ${formatShape(x.shape)})`);
  if (!(p > 0)) throw new IndexError("renorm", `p must be positive (got ${p})`);
  if (!(maxnorm >= 0)) throw new IndexError("renorm", `maxnorm must be ≥ 0 (got ${maxnorm})`);
  const d = normalizeDim("renorm", dim, x.ndim);
  return scope(() => {
    const others = x.shape.map((_, i) => i).filter((i) => i !== d);
    const length = norm(x, p, others, { keepdim: true });
    const factor = pw.div(maxnorm, pw.add(length, 1e-7)); // torch's epsilon
    return pw.mul(x, pw.where(pw.gt(length, maxnorm), factor, 1));
  });
});
