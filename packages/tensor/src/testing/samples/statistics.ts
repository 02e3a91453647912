// Samples of compositions: what is written in terms of other ops, but has a name of its own.
import * as ops from "../../ops/statistics.ts";
import { atKinks, type Sample, sample } from "./sample.ts";
import { cancelling, exact, ulps } from "./tolerance.ts";
import { between, listed } from "./values.ts";

const spreadOut = cancelling(4, 4, "the mean is subtracted from numbers of size 2");
const rooted = ulps(8, "a root of a sum of non-negative numbers");
const infinity = Number.POSITIVE_INFINITY;

const norms = [2, 1, 3, 0, 0.5, infinity, -infinity].map(
  (p): Sample => sample(`norm ${p}`, [{ shape: [4, 9], values: between(0.3, 2) }], (x) => ops.norm(x, p, 1), rooted),
);

export const statisticsSamples = {
  var: [
    sample("all", [{ shape: [5, 7] }], (x) => ops.variance(x), spreadOut),
    sample("over 0, biased", [{ shape: [5, 7] }], (x) => ops.variance(x, 0, { correction: 0 }), spreadOut),
    sample(
      "over [0, 2], keepdim",
      [{ shape: [3, 4, 5], layout: "permuted" }],
      (x) => ops.variance(x, [0, 2], { keepdim: true }),
      spreadOut,
    ),
    atKinks("of one number", [{ shape: [1] }], (x) => ops.variance(x), exact),
    sample("std over 1", [{ shape: [5, 7] }], (x) => ops.std(x, 1), spreadOut),
  ],
  logsumexp: [
    sample("over 1", [{ shape: [5, 7] }], (x) => ops.logsumexp(x, 1), cancelling(4, 4, "the maximum and a logarithm are added")),
    sample(
      "over [0, 1], keepdim",
      [{ shape: [5, 7] }],
      (x) => ops.logsumexp(x, [0, 1], { keepdim: true }),
      cancelling(4, 4, "the maximum and a logarithm are added"),
    ),
    atKinks(
      "infinities",
      [{ shape: [4, 2], values: listed(-infinity, -infinity, infinity, 1, 1000, 1000, -infinity, 3) }],
      (x) => ops.logsumexp(x, 1),
      ulps(4, "the maximum and a logarithm are added"),
    ),
  ],
  norm: norms,
};
