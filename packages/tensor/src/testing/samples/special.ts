// Samples of the special functions that have no row in the table.
import { i0, i0e, i1, i1e } from "../../special/bessel.ts";
import { entr, multigammaln, xlog1py } from "../../special/entropy.ts";
import { erfcx, logNdtr } from "../../special/erfcx.ts";
import { erfinv, ndtr, ndtri } from "../../special/normal.ts";
import { polygamma } from "../../special/polygamma.ts";
import { zeta } from "../../special/zeta.ts";
import { atKinks, sample } from "./sample.ts";
import { cancelling, exact, ulps } from "./tolerance.ts";
import { between, listed } from "./values.ts";

const infinity = Number.POSITIVE_INFINITY;
const composed = ulps(8, "an elementary function and a few rounded operations");
const series = ulps(48, "a series of up to 40 rounded terms, times an exponential");

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
    atKinks("ndtri in the tails", [{ shape: [6], values: listed(1e-6, 1e-20, 0.999999, 0, 1, 2) }], (p) => ndtri(p), series),
    ...[0, 1, 2, 3, 5].flatMap((n) => [
      sample(
        `polygamma ${n}`,
        [{ shape: [23], values: between(0.4, 25) }],
        (x) => polygamma(n, x),
        cancelling(n === 0 ? 4 : 0, 48, series.reason),
      ),
      sample(
        `polygamma ${n} below 0`,
        [{ shape: [5], values: listed(-0.4, -1.3, -2.7, -6.6, -9.4) }],
        (x) => polygamma(n, x),
        cancelling(40 * (n + 1) ** (n + 1), 48, "sums of powers of the cotangent, of both signs"),
      ),
    ]),
    atKinks("polygamma at poles", [{ shape: [3], values: listed(0, -1, -7) }], (x) => polygamma(2, x), exact),
    ...Object.entries({ i0, i0e, i1, i1e }).flatMap(([name, f]) => [
      sample(name, [{ shape: [37], values: between(-20, 20) }], (x) => f(x), series),
      atKinks(`${name} at its ends`, [{ shape: [4], values: listed(0, infinity, -infinity, Number.NaN) }], (x) => f(x), series),
    ]),
    sample("erfcx", [{ shape: [37], values: between(-3, 12) }], (x) => erfcx(x), series),
    sample(
      "logNdtr",
      [{ shape: [37], values: between(-30, 3) }],
      (x) => logNdtr(x),
      cancelling(1, 48, "a square and a logarithm are added"),
    ),
    ...[1.5, 2, 7].map((order) =>
      sample(
        `zeta ${order}`,
        [{ shape: [24], values: between(0.3, 6) }],
        (q) => zeta(order, q),
        ulps(400, "22 powers, whose relative error grows with the exponent"),
      ),
    ),
    atKinks(
      "zeta where it has no value, or a pole",
      [
        { shape: [6], values: listed(1, 0.5, 2, 2.5, 3, 0) },
        { shape: [6], values: listed(1, 1, 0, -1.5, -2, -1) },
      ],
      (s, q) => zeta(s, q),
      exact,
    ),
    sample(
      "multigammaln",
      [{ shape: [12], values: between(2.5, 6) }],
      (x) => multigammaln(x, 3),
      cancelling(8, 16, "logarithms of both signs are added"),
    ),
  ],
};
