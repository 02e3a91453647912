// Factorisations: what they must multiply to, on every kind of matrix, and their gradients through results that no choice of signs or bases can change.
import { choleskyInverse, choleskySolve, eye, logdet, matmul, setDefaultDevice, type Tensor, tensor, tensordot } from "@gradkit/tensor";
import * as linalg from "@gradkit/tensor/linalg";
import { makeInput, reference } from "@gradkit/tensor/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { gradcheck, gradgradcheck } from "../src/index.ts";

const device = reference();
beforeAll(() => setDefaultDevice(device));

const drawn = (...shape: number[]): Tensor => makeInput({ shape }, 0, device, "float64");
const leaf = (...shape: number[]): Tensor => drawn(...shape).requiresGrad_();
const adjoint = (x: Tensor): Tensor => x.transpose(-2, -1);
const flat = (x: Tensor): number[] => [...x.dataSync()];
/** Rounding of a dozen sweeps of rotations in float64. */
const tiny = 1e-12;
const largest = (x: Tensor): number => Math.max(0, ...flat(x).map(Math.abs));
/** Differences of order eps² times a third derivative. */
const tight = { atol: 1e-6, rtol: 1e-6 };
/** The same; gaps between singular values are below 1, and their inverses enter to the third power. */
const second = { atol: 1e-5, rtol: 1e-5 };

const matrices: readonly (readonly [string, () => Tensor])[] = [
  ["a square one", () => drawn(5, 5)],
  ["a tall one", () => drawn(6, 3)],
  ["a wide one", () => drawn(3, 6)],
  ["a batch", () => drawn(2, 4, 3)],
  ["one of rank 1", () => matmul(drawn(4, 1), drawn(1, 3))],
  ["zeros", () => drawn(3, 3).mul(0)],
  ["one column", () => drawn(4, 1)],
];

describe("svd", () => {
  for (const [name, make] of matrices) {
    it(`of ${name}`, () => {
      const a = make();
      const { U, S, Vh } = linalg.svd(a, { fullMatrices: false });
      expect(largest(matmul(U.mul(S.unsqueeze(-2)), Vh).sub(a))).toBeLessThan(tiny * 10);
      expect(largest(matmul(adjoint(U), U).sub(matmul(Vh, adjoint(Vh))))).toBeLessThan(tiny);
      expect(flat(S)).toEqual(flat(S.sort(-1, { descending: true }).values));
      const full = linalg.svd(a);
      expect(full.U.shape.slice(-2)).toEqual([a.shape.at(-2), a.shape.at(-2)]);
      expect(full.Vh.shape.slice(-2)).toEqual([a.shape.at(-1), a.shape.at(-1)]);
    });
  }

  it("has gradients", async () => {
    for (const shape of [
      [4, 3],
      [3, 4],
      [3, 3],
    ]) {
      const parts = (a: Tensor): Tensor[] => {
        const { U, S, Vh } = linalg.svd(a, { fullMatrices: false });
        return [S, matmul(U, Vh), U.square(), Vh.square()];
      };
      expect(await gradcheck(parts, [leaf(...shape)], tight)).toBe(true);
      expect(await gradgradcheck(parts, [leaf(...shape)], second)).toBe(true);
    }
  });

  it("gives norms with gradients", async () => {
    for (const ord of ["nuc", 2, -2] as const) {
      expect(await gradcheck((a) => linalg.matrixNorm(a, ord), [leaf(2, 4, 3)], tight)).toBe(true);
      expect(await gradgradcheck((a) => linalg.matrixNorm(a, ord), [leaf(2, 4, 3)], second)).toBe(true);
    }
  });
});

describe("eigh", () => {
  it("gives A back, of positive, negative and repeated eigenvalues", () => {
    const identity = tensor([1, 0, 0, 0, 1, 0, 0, 0, -1], { dtype: "float64" }).reshape(3, 3);
    for (const a of [drawn(5, 5), drawn(2, 4, 4), identity]) {
      const symmetric = a.add(adjoint(a)).div(2);
      const { eigenvalues, eigenvectors } = linalg.eigh(symmetric);
      const back = matmul(eigenvectors.mul(eigenvalues.unsqueeze(-2)), adjoint(eigenvectors));
      expect(largest(back.sub(symmetric))).toBeLessThan(tiny * 10);
      expect(flat(eigenvalues)).toEqual(flat(eigenvalues.sort(-1).values));
    }
  });

  it("reads one triangle", () => {
    const a = drawn(4, 4);
    expect(flat(linalg.eigvalsh(a))).toEqual(flat(linalg.eigvalsh(a.tril())));
    expect(largest(linalg.eigvalsh(a, { UPLO: "U" }).sub(linalg.eigvalsh(adjoint(a))))).toBeLessThan(tiny * 10);
  });

  it("has gradients", async () => {
    const parts = (a: Tensor): Tensor[] => {
      const { eigenvalues, eigenvectors } = linalg.eigh(a.add(adjoint(a)));
      return [eigenvalues, eigenvectors.square()];
    };
    expect(await gradcheck(parts, [leaf(4, 4)], tight)).toBe(true);
    expect(await gradgradcheck(parts, [leaf(4, 4)], second)).toBe(true);
  });
});

describe("pinv", () => {
  for (const [name, make] of matrices) {
    it(`of ${name} fulfils Penrose's equations`, () => {
      const a = make();
      const x = linalg.pinv(a);
      const [ax, xa] = [matmul(a, x), matmul(x, a)];
      for (const difference of [matmul(ax, a).sub(a), matmul(xa, x).sub(x), ax.sub(adjoint(ax)), xa.sub(adjoint(xa))])
        expect(largest(difference)).toBeLessThan(tiny * 100);
    });
  }

  it("has gradients", async () => {
    expect(await gradcheck((a) => linalg.pinv(a), [leaf(4, 3)], tight)).toBe(true);
    expect(await gradcheck((a) => linalg.pinv(a), [leaf(2, 3)], tight)).toBe(true);
    expect(await gradgradcheck((a) => linalg.pinv(a), [leaf(4, 3)], second)).toBe(true);
    expect(await gradgradcheck((a) => linalg.pinv(a), [leaf(2, 3)], second)).toBe(true);
    const rankTwo = (a: Tensor, b: Tensor): Tensor => linalg.pinv(matmul(a, b), { rtol: 1e-9 });
    expect(await gradgradcheck(rankTwo, [leaf(4, 2), leaf(2, 3)], second)).toBe(true);
  });

  it("of a symmetric matrix reads its lower triangle", () => {
    const a = drawn(4, 4);
    const symmetric = a.tril().add(adjoint(a.tril({ diagonal: -1 })));
    expect(largest(linalg.pinv(a, { hermitian: true }).sub(linalg.pinv(symmetric)))).toBeLessThan(tiny * 100);
  });
});

describe("lstsq", () => {
  const residuals = (a: Tensor, b: Tensor): Tensor[] => {
    const { solution, residuals: rest } = linalg.lstsq(a, b);
    return [solution, rest];
  };

  it("is orthogonal to what remains, for matrices and vectors", () => {
    const [a, b] = [drawn(2, 5, 3), drawn(2, 5, 2)];
    const { solution, residuals: rest, rank, singularValues } = linalg.lstsq(a, b);
    const error = matmul(a, solution).sub(b);
    expect(largest(matmul(adjoint(a), error))).toBeLessThan(tiny * 10);
    expect(largest(rest.sub(error.square().sum(-2)))).toBeLessThan(tiny);
    expect([flat(rank), singularValues.shape]).toEqual([
      [3, 3],
      [2, 3],
    ]);
    expect(linalg.lstsq(drawn(3, 2), drawn(3)).solution.shape).toEqual([2]);
    expect(linalg.lstsq(drawn(2, 3), drawn(2)).residuals.shape).toEqual([0]);
  });

  it("has gradients", async () => {
    expect(await gradcheck(residuals, [leaf(4, 2), leaf(4, 3)], tight)).toBe(true);
    expect(await gradgradcheck(residuals, [leaf(4, 2), leaf(4, 3)], second)).toBe(true);
  });
});

describe("equations of tensors", () => {
  it("are undone by tensordot", () => {
    const a = drawn(2, 3, 6);
    expect(largest(tensordot(linalg.tensorinv(a), a, 2).sub(eye(6).to("float64")))).toBeLessThan(tiny * 100);
    const [b, x] = [drawn(6), linalg.tensorsolve(drawn(6, 2, 3), drawn(6))];
    expect(x.shape).toEqual([2, 3]);
    expect(largest(tensordot(drawn(6, 2, 3), x, 2).sub(b))).toBeLessThan(tiny * 100);
    expect(linalg.tensorsolve(drawn(2, 6, 3), drawn(6), { dims: [0] }).shape).toEqual([3, 2]);
    expect(() => linalg.tensorinv(drawn(2, 2))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: linalg.tensorinv: dims [2, 2] and [] hold different numbers of elements (got [2, 2])]`,
    );
    expect(() => linalg.tensorinv(drawn(2, 2), { ind: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[GradkitError: linalg.tensorinv: ind must be a whole number above 0 (got 0)]`,
    );
  });
});

describe("matrixExp", () => {
  it("of a rotation's generator is the rotation, however large the angle", () => {
    for (const angle of [0, 0.3, 2, 40]) {
      const generator = tensor([0, -angle, angle, 0], { dtype: "float64" }).reshape(2, 2);
      const expected = [Math.cos(angle), -Math.sin(angle), Math.sin(angle), Math.cos(angle)];
      flat(linalg.matrixExp(generator)).forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i] as number, 10);
      });
    }
  });

  it("has gradients", async () => {
    expect(await gradcheck((a) => linalg.matrixExp(a), [leaf(2, 3, 3)], tight)).toBe(true);
    expect(await gradgradcheck((a) => linalg.matrixExp(a), [leaf(3, 3)], second)).toBe(true);
  });
});

describe("a factor by Cholesky", () => {
  it("solves and inverts", () => {
    const factor = linalg.cholesky(matmul(drawn(3, 3), adjoint(drawn(3, 3))).add(eye(3).to("float64")));
    const a = matmul(factor, adjoint(factor));
    const b = drawn(3, 2);
    expect(largest(matmul(a, choleskySolve(b, factor)).sub(b))).toBeLessThan(tiny * 10);
    expect(largest(choleskySolve(b, adjoint(factor), { upper: true }).sub(choleskySolve(b, factor)))).toBeLessThan(tiny * 10);
    expect(largest(matmul(a, choleskyInverse(factor)).sub(eye(3).to("float64")))).toBeLessThan(tiny * 10);
  });
});

describe("logdet", () => {
  it("has no value where the determinant is negative, and −∞ where it is 0", () => {
    const values = [[1, 0, 0, 2], [1, 0, 0, -2], [1, 1, 1, 1]].map((m) => logdet(tensor(m, { dtype: "float64" }).reshape(2, 2)).itemSync()); // biome-ignore format: rows
    expect(values).toEqual([Math.log(2), Number.NaN, Number.NEGATIVE_INFINITY]);
  });
});

describe("what depends on the rank", () => {
  it("is counted", () => {
    const ranks = matrices.map(([, make]) => flat(linalg.matrixRank(make())));
    expect(ranks).toEqual([[5], [3], [3], [3, 3], [1], [0], [1]]);
  });

  it("has an inverse only if full", () => {
    const singular = tensor([1, 2, 2, 4], { dtype: "float64" }).reshape(2, 2);
    expect(() => linalg.inv(singular)).toThrowErrorMatchingInlineSnapshot(`[GradkitError: linalg.inv: the matrix is singular. Use pinv()]`);
    expect(() => linalg.cholesky(singular.neg())).toThrowErrorMatchingInlineSnapshot(
      `[GradkitError: linalg.cholesky: the matrix is not positive definite]`,
    );
    expect(linalg.det(singular).itemSync()).toBeCloseTo(0, 15);
  });

  it("leaves determinants differentiable", async () => {
    const adjugate = [4, -2, -2, 1]; // of the matrix below, transposed
    const singular = tensor([1, 2, 2, 4], { dtype: "float64" }).reshape(2, 2).requiresGrad_();
    linalg.det(singular).backward();
    expect(flat(singular.grad as Tensor)).toEqual(adjugate);
  });
});
