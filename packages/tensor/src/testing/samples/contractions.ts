// Samples of products, distances and running sums that are composed of other ops.
import { addbmm, addmv, addr } from "../../ops/add-products.ts";
import { cross, inner, kron, tensordot, trace } from "../../ops/contractions.ts";
import { diff, trapezoid } from "../../ops/differences.ts";
import { cdist, pdist, renorm } from "../../ops/distances.ts";
import { einsum } from "../../ops/einsum.ts";
import { gradient } from "../../ops/gradient.ts";
import { corrcoef, cov, histc } from "../../ops/histograms.ts";
import { logcumsumexp } from "../../ops/logcumsumexp.ts";
import { nanmean, nansum } from "../../ops/nan-reductions.ts";
import { type Operand, sample } from "./sample.ts";
import { cancelling, exact, summed, ulps } from "./tolerance.ts";
import { between } from "./values.ts";

const matrix: Operand = { shape: [4, 5] };
const square: Operand = { shape: [3, 3] };
const cube: Operand = { shape: [2, 4, 5], layout: "permuted" };
const summed5 = summed(5);
const apart: Operand = { shape: [3, 4], values: between(3, 5) };

export const contractionSamples = {
  einsum: [
    sample("ij,jk->ik", [matrix, { shape: [5, 3] }], (a, b) => einsum("ij,jk->ik", [a, b]), summed5),
    sample("bij,bjk,k->bi", [cube, { shape: [2, 5, 3] }, { shape: [3] }], (a, b, c) => einsum("bij,bjk,k->bi", [a, b, c]), summed(60)),
    sample("ii->i", [square], (a) => einsum("ii->i", [a]), exact),
    sample("...ij,j", [cube, { shape: [5] }], (a, b) => einsum("...ij,j", [a, b]), summed5),
    sample("ij,ij->j", [matrix, matrix], (a, b) => einsum("ij,ij->j", [a, b]), summed5),
    sample("ij,kl->", [square, matrix], (a, b) => einsum("ij,kl->", [a, b]), summed(180)),
  ],
  contractions: [
    sample("tensordot", [cube, { shape: [5, 4, 3] }], (a, b) => tensordot(a, b, [[2, 1], [0, 1]]), summed(20)), // biome-ignore format: short
    sample("inner", [cube, { shape: [3, 5] }], (a, b) => inner(a, b), summed5),
    sample("kron", [square, matrix], (a, b) => kron(a, b), exact),
    sample("cross", [{ shape: [4, 3] }, { shape: [4, 3] }], (a, b) => cross(a, b, 1), cancelling(8, 2, "two products are subtracted")),
    sample("trace", [matrix], (a) => trace(a), summed5),
    sample("addmv", [{ shape: [4] }, matrix, { shape: [5] }], (x, m, v) => addmv(x, m, v, { beta: 0.5, alpha: 2 }), summed(10)),
    sample("addr", [{ shape: [5] }, { shape: [4] }, { shape: [5] }], (x, u, v) => addr(x, u, v, { beta: 0.5, alpha: 2 }), summed(10)),
    sample("addbmm", [{ shape: [3] }, cube, { shape: [2, 5, 3] }], (x, a, b) => addbmm(x, a, b, { beta: 0.5 }), summed(20)),
  ],
  distances: [
    ...[0.5, 1, 2, 3, Number.POSITIVE_INFINITY].map((p) =>
      sample(
        `cdist, p = ${p}`,
        [apart, { shape: [2, 4], values: between(0, 2) }],
        (a, b) => cdist(a, b, { p }),
        ulps(64, "powers and sums of differences"),
      ),
    ),
    sample("pdist", [apart], (a) => pdist(a), ulps(64, "powers and sums of differences")),
    sample("renorm", [{ shape: [2, 3, 2] }], (a) => renorm(a, 2, 1, 0.5), ulps(16, "a norm and a division")),
  ],
  differences: [
    sample("diff of order 2", [matrix, { shape: [4, 1] }], (a, b) => diff(a, 2, 1, b), cancelling(8, 2, "neighbours are subtracted twice")),
    sample("gradient", [matrix], (a) => gradient(a, { spacing: [2, 0.5], edgeOrder: 2 }), cancelling(16, 4, "neighbours are subtracted")),
    sample("trapezoid", [matrix, { shape: [5] }], (y, x) => trapezoid(y, x), summed(10)),
    sample("logcumsumexp", [cube], (a) => logcumsumexp(a, 1), cancelling(4, 8, "logarithms are added to maxima")),
  ],
  statisticsOfRows: [
    sample("cov", [matrix], (a) => cov(a), summed(20)),
    sample("cov with weights", [matrix, { shape: [5], values: between(0.5, 2) }], (a, w) => cov(a, { aweights: w }), summed(40)),
    sample("corrcoef", [{ shape: [3, 6] }], (a) => corrcoef(a), cancelling(1, 64, "sums of both signs are divided")),
    sample("nansum", [matrix], (a) => nansum(a, 1), summed5),
    sample("nanmean", [matrix], (a) => nanmean(a, [0, 1]), summed(20)),
  ],
  histc: [sample("ten bins", [{ shape: [100] }], (a) => histc(a, { bins: 10, min: -1.5, max: 1.5 }), exact)],
};
