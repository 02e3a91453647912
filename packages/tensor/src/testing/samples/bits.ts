// Samples of shifts, signs and infinities.
import { bitwiseLeftShift, bitwiseRightShift, isneginf, isposinf, signbit } from "../../ops/bits.ts";
import { nextafter } from "../../ops/nextafter.ts";
import { atKinks, type Operand, sample } from "./sample.ts";
import { exact } from "./tolerance.ts";
import { listed, whole } from "./values.ts";

const special: Operand = { shape: [7], values: listed(0, -0, 1, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3) };
const ints: Operand = { shape: [24], dtype: "int32", values: whole(-99, 99) };
const shifts: Operand = { shape: [24], dtype: "int32", values: whole(0, 7) };

export const bitSamples = {
  bits: [
    sample("bitwiseLeftShift", [ints, shifts], (x, n) => bitwiseLeftShift(x, n), exact),
    sample("bitwiseRightShift", [ints, shifts], (x, n) => bitwiseRightShift(x, n), exact),
    sample("bitwiseLeftShift by a number", [{ shape: [9], dtype: "uint8", values: whole(0, 30) }], (x) => bitwiseLeftShift(x, 2), exact),
    atKinks("signbit", [special], (x) => signbit(x), exact),
    sample("signbit of whole numbers", [ints], (x) => signbit(x), exact),
    sample(
      "nextafter",
      [
        { shape: [24], dtype: "float32" },
        { shape: [24], dtype: "float32" },
      ],
      (x, y) => nextafter(x, y),
      exact,
    ),
    atKinks("isposinf", [special], (x) => isposinf(x), exact),
    atKinks("isneginf", [special], (x) => isneginf(x), exact),
  ],
};
