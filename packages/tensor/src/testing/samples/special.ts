// Samples of the special functions that have no row in the table.
import { entr, multigammaln, xlog1py } from "../../special/entropy.ts";
import { erfinv, ndtr, ndtri } from "../../special/normal.ts";
import { atKinks, sample } from "./sample.ts";
import { cancelling, ulps } from "./tolerance.ts";
import { between, listed } from "./values.ts";

const infinity = Number.POSITIVE_INFINITY;
const composed = ulps(8, "an elementary function and a few rounded operations");

export const specialSamples = {
  special: [
    sample("erfinv", [{ shape: [37], values: between(-0.99, 0.99) }], (x) => erfinv(x), composed),
    atKinks(
      "erfinv at its ends",
      [{ shape: [7], values: listed(-1, 1, 0, 1.5, Number.NaN, 0.9999999, -1e-6) }],
      (x) => erfinv(x),
      composed,
    ),
    sample("ndtr", [{ shape: [37], values: between(-3, 3) }], (x) => ndtr(x), ulps(16, "erfc of a rounded argument")),
    sample(
      "ndtri",
      [{ shape: [37], values: between(0.02, 0.98) }],
      (p) => ndtri(p),
      cancelling(1, 16, "1 is subtracted from the doubled argument"),
    ),
    sample("entr", [{ shape: [37], values: between(0.1, 3) }], (x) => entr(x), cancelling(3, 4, "log is near 0 around 1")),
    atKinks("entr at its ends", [{ shape: [4], values: listed(0, -1, infinity, Number.NaN) }], (x) => entr(x), composed),
    sample("xlog1py", [{ shape: [37] }, { shape: [37], values: between(-0.7, 3) }], (x, y) => xlog1py(x, y), composed),
    atKinks(
      "xlog1py of 0",
      [
        { shape: [4], values: listed(0) },
        { shape: [4], values: listed(-1, -2, Number.NaN, infinity) },
      ],
      (x, y) => xlog1py(x, y),
      composed,
    ),
    sample(
      "multigammaln",
      [{ shape: [12], values: between(2.5, 6) }],
      (x) => multigammaln(x, 3),
      cancelling(8, 16, "logarithms of both signs are added"),
    ),
  ],
};
