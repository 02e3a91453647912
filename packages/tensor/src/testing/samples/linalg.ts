// Samples of linear algebra whose gradients are right to any order. Diagonals are raised: the matrices are well away from singular ones.
import { cholesky } from "../../linalg/cholesky.ts";
import { det, inv, slogdet, solve, solveTriangular } from "../../linalg/elimination.ts";
import { identities } from "../../linalg/matrices.ts";
import { matrixNorm, vectorNorm } from "../../linalg/norms.ts";
import { chainMatmul, matrixPower, multiDot, vander, vecdot } from "../../linalg/products.ts";
import { qr } from "../../linalg/qr.ts";
import { matmul } from "../../ops/matmul.ts";
import { transpose } from "../../ops/movement.ts";
import type { Tensor } from "../../tensor.ts";
import { atKinks, type Operand, sample } from "./sample.ts";
import { cancelling, exact, summed, type Tolerance } from "./tolerance.ts";

const square: Operand = { shape: [2, 4, 4] };
const tall: Operand = { shape: [5, 3] };
const solved: Tolerance = cancelling(1, 64, "rounding of elimination, times the condition number, which is below 20");

const raised = (x: Tensor): Tensor => x.mul(0.5).add(identities(x.shape.at(-1) as number, x).mul(3));
const positive = (x: Tensor): Tensor => matmul(x, transpose(x, -2, -1)).add(identities(x.shape.at(-1) as number, x));

export const linalgSamples = {
  elimination: [
    sample("inv", [square], (a) => inv(raised(a)), solved),
    sample("solve", [square, { shape: [4, 3] }], (a, b) => solve(raised(a), b), solved),
    sample("solve of vectors", [square, { shape: [2, 4] }], (a, b) => solve(raised(a), b), solved),
    sample("solve from the right", [square, { shape: [3, 4] }], (a, b) => solve(raised(a), b, { left: false }), solved),
    sample("solveTriangular", [square, { shape: [4, 3] }], (a, b) => solveTriangular(raised(a), b, { upper: true }), solved),
    sample(
      "solveTriangular, ones on the diagonal",
      [{ shape: [3, 3] }, { shape: [3] }],
      (a, b) => solveTriangular(a, b, { upper: false, unitriangular: true }),
      cancelling(16, 16, "products of entries of size 2"),
    ),
    sample("det", [square], (a) => det(a), cancelling(64, 16, "products of four entries of both signs")),
    sample(
      "slogdet",
      [square],
      (a) => {
        const { sign, logabsdet } = slogdet(raised(a));
        return [sign, logabsdet];
      },
      solved,
    ),
  ],
  cholesky: [
    sample("lower", [square], (a) => cholesky(positive(a)), solved),
    sample("upper", [square], (a) => cholesky(positive(a), { upper: true }), solved),
  ],
  qr: [
    sample(
      "reduced",
      [tall],
      (a) => {
        const { Q, R } = qr(a);
        return [Q, R];
      },
      solved,
    ),
    sample("r of a wide one", [{ shape: [3, 5] }], (a) => qr(a, { mode: "r" }).R, solved),
  ],
  matrixProducts: [
    sample("matrixPower", [square], (a) => matrixPower(a, 3), summed(64, 16)),
    sample("matrixPower of the inverse", [square], (a) => matrixPower(raised(a), -2), solved),
    sample("chainMatmul", [{ shape: [2, 3] }, { shape: [3, 2] }, { shape: [2, 4] }], (a, b, c) => chainMatmul(a, b, c), summed(6, 4)),
    sample("multiDot", [{ shape: [3] }, { shape: [3, 5] }, { shape: [5, 2] }], (a, b, c) => multiDot([a, b, c]), summed(15, 4)),
    sample("vecdot", [tall, { shape: [3] }], (x, y) => vecdot(x, y), summed(3)),
    sample("vander", [{ shape: [4] }], (x) => vander(x, { N: 4 }), cancelling(0, 3, "powers by repeated products")),
  ],
  norms: [
    ...[1, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, "fro" as const].map((ord) =>
      sample(`matrixNorm ${ord}`, [square], (a) => matrixNorm(a, ord, [-2, -1], { keepdim: true }), summed(16)),
    ),
    sample("vectorNorm 3", [tall], (x) => vectorNorm(x, 3, 0), cancelling(1, 16, "powers and a root")),
    atKinks("vectorNorm 0", [tall], (x) => vectorNorm(x, 0, 1), exact),
  ],
};
