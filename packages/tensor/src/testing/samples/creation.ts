// Samples of tensors that come from nothing but a formula of the position: ramps, the identity, random numbers. The input only names the device.
import { arange, eye, full, zeros } from "../../ops/creation.ts";
import { dropout, rand, randint, randn } from "../../ops/random.ts";
import { Generator } from "../../random.ts";
import type { Tensor } from "../../tensor.ts";
import { type Operand, type Sample, sample } from "./sample.ts";
import { cancelling, exact, ulps } from "./tolerance.ts";

const anything: Operand = { shape: [] };
const on = (x: Tensor) => ({ device: x.device });
const drawing = (x: Tensor) => ({ ...on(x), generator: new Generator(2 ** 33 + 5) });
const made = (name: string, call: Sample["call"], tolerance = exact): Sample => sample(name, [anything], call, tolerance);

export const creationSamples = {
  creation: [
    made("zeros", (x) => zeros([3, 4], on(x))),
    made("full int32", (x) => full([5], -7, { ...on(x), dtype: "int32" })),
    made("full bool", (x) => full([5], true, on(x))),
    made("full of a number that float32 rounds", (x) => full([5], 0.1, on(x))),
    made("arange", (x) => arange(3, 50, 4, on(x))),
    made("arange of floats", (x) => arange(-1, 1, 0.25, on(x)), ulps(1, "a product and a sum")),
    made("eye", (x) => eye(4, 7, on(x))),
    made("eye int32", (x) => eye(5, 2, { ...on(x), dtype: "int32" })),
  ],
  random: [
    made("rand", (x) => rand([7, 11], drawing(x))),
    made("randn", (x) => randn([7, 11], drawing(x)), cancelling(6, 4, "the rounding of log and cos")),
    made("randint", (x) => randint(-5, 1000, [7, 11], drawing(x))),
    sample(
      "dropout",
      [{ shape: [9, 13], layout: "transposed" }],
      (x) => dropout(x, 0.3, drawing(x)),
      ulps(1, "1/(1 − p) is rounded to float32"),
    ),
    sample("dropout of nothing and of everything", [{ shape: [9] }], (x) => [dropout(x, 0, drawing(x)), dropout(x, 1, drawing(x))], exact),
  ],
};
