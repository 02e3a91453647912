// @gradkit/tensor/linalg: torch.linalg. All of it is written in ops: it runs on every backend, and has gradients. Meant for small matrices.
export { cholesky } from "./linalg/cholesky.ts";
export { type Eigh, type EighOptions, eigh, eigvalsh } from "./linalg/eigh.ts";
export { det, inv, slogdet, solve, solveTriangular, type TriangularOptions } from "./linalg/elimination.ts";
export { type LeastSquares, type LeastSquaresOptions, lstsq, tensorinv, tensorsolve } from "./linalg/least-squares.ts";
export { matrixExp } from "./linalg/matrix-exp.ts";
export { cond, type MatrixOrder, matrixNorm, type NormOptions, norm, vectorNorm } from "./linalg/norms.ts";
export { cross, diagonal, matrixPower, multiDot, vander, vecdot } from "./linalg/products.ts";
export { type QR, qr } from "./linalg/qr.ts";
export { matrixRank, pinv, type RankOptions, type SVD, svd, svdvals } from "./linalg/svd.ts";
export { matmul } from "./ops/matmul.ts";
