// Values and gradients at kinks, ties, poles and extremes: PyTorch's, written down by hand.
import { describe, expect, it } from "vitest";
import { type BinaryName, rowFunction, type TernaryName, type UnaryName } from "./rows.ts";

const inf = Infinity;
const nan = Number.NaN;
const eulerGamma = 0.5772156649015329;

type Name = UnaryName | BinaryName | TernaryName;
type Scalars = Readonly<Record<string, number>>;
/** Name, arguments, value, gradients, run-time scalars. */
type Case = readonly [Name, readonly number[], number, readonly (number | null)[], (Scalars | undefined)?];

// name, x, value, gradient, run-time scalars
const unaryRows: readonly (readonly [UnaryName, number, number, number, Scalars?])[] = [
  ["abs", 0, 0, 0], ["abs", -2, 2, -1], ["abs", nan, nan, 0], ["abs", -inf, inf, -1],
  ["sqrt", 0, 0, inf], ["sqrt", -1, nan, nan], ["sqrt", inf, inf, 0],
  ["rsqrt", 0, inf, -inf], ["rsqrt", inf, 0, 0], ["rsqrt", -1, nan, nan],
  ["reciprocal", 0, inf, -inf], ["reciprocal", -0, -inf, -inf], ["reciprocal", inf, 0, 0],
  ["square", -inf, inf, -inf], ["frac", -1.5, -0.5, 1], ["frac", 2, 0, 1],
  ["exp", 1000, inf, inf], ["exp", -inf, 0, 0], ["expm1", -inf, -1, 0], ["exp2", 5000, inf, inf], ["exp2", -inf, 0, 0],
  ["log", 0, -inf, inf], ["log", -1, nan, -1], ["log", inf, inf, 0], ["log1p", -1, -inf, inf], ["log2", 0, -inf, inf], ["log10", 0, -inf, inf],
  ["logit", 0, -inf, inf], ["logit", 1, inf, inf], ["logit", 2, nan, nan], ["logit", -1, nan, nan],
  ["logit", 0.05, Math.log(1 / 9), 0, { eps: 0.1 }], ["logit", 0.1, Math.log(1 / 9), 1 / 0.09, { eps: 0.1 }], ["logit", 3, Math.log(9), 0, { eps: 0.1 }], ["logit", 1, Infinity, Infinity, { eps: 0 }],
  ["tan", 0, 0, 1], ["asin", 1, Math.PI / 2, inf], ["acos", 1, 0, -inf], ["asin", 2, nan, nan], ["atan", inf, Math.PI / 2, 0],
  ["sinh", 1000, inf, inf], ["cosh", -1000, inf, -inf], ["tanh", 1000, 1, 0], ["tanh", -inf, -1, 0], ["tanh", nan, nan, nan],
  ["acosh", 1, 0, inf], ["acosh", 0.5, nan, nan], ["atanh", 1, inf, inf], ["atanh", -1, -inf, inf], ["asinh", -inf, -inf, 0],
  ["sinc", 0, 1, 0], ["sinc", 0.5, 2 / Math.PI, -4 / Math.PI],
  ["erf", inf, 1, 0], ["erf", -10, -1, -2 / Math.sqrt(Math.PI) * -Math.exp(-100)], ["erfc", inf, 0, 0], ["erfc", -inf, 2, 0],
  ["lgamma", 1, 0, -eulerGamma], ["lgamma", 2, 0, 1 - eulerGamma], ["lgamma", 0, inf, -inf], ["lgamma", -0, inf, inf], ["lgamma", -2, inf, nan],
  ["digamma", 0, -inf, inf],
  ["nanToNum", nan, 0, 0], ["nanToNum", inf, 3.4028234663852886e38, 0], ["nanToNum", -inf, -5, 0, { neginf: -5 }], ["nanToNum", 2, 2, 1],

  ["relu", 0, 0, 0], ["relu", -1, 0, 0], ["relu", 1, 1, 1], ["relu", inf, inf, 1], ["relu", nan, nan, 1],
  ["relu6", 0, 0, 0], ["relu6", 6, 6, 0], ["relu6", 3, 3, 1], ["relu6", inf, 6, 0], ["relu6", nan, nan, 1],
  ["leakyRelu", 0, 0, 0.01], ["leakyRelu", -inf, -inf, 0.01], ["leakyRelu", nan, nan, 0.01],
  ["hardtanh", -1, -1, 0], ["hardtanh", 1, 1, 0], ["hardtanh", 0, 0, 1],
  ["hardsigmoid", -3, 0, 0], ["hardsigmoid", 3, 1, 0], ["hardsigmoid", 0, 0.5, 1 / 6], ["hardsigmoid", inf, 1, 0],
  ["hardswish", -3, 0, 0], ["hardswish", 3, 3, 1], ["hardswish", 0, 0, 0.5],
  ["hardshrink", 0.5, 0, 0], ["hardshrink", -0.5, 0, 0], ["hardshrink", 0.501, 0.501, 1], ["hardshrink", -0.501, -0.501, 1], ["hardshrink", nan, nan, 1],
  ["softshrink", 0.5, 0, 0], ["softshrink", -0.5, 0, 0], ["softshrink", 1, 0.5, 1], ["softshrink", nan, nan, 1],
  ["elu", 0, 0, 1], ["elu", 0, 0, 2, { alpha: 2 }], ["elu", 1000, 1000, 1], ["elu", -inf, -1, 0], ["elu", nan, nan, 1],
  ["celu", 0, 0, 1, { alpha: 2 }], ["celu", 1000, 1000, 1], ["celu", -inf, -2, 0, { alpha: 2 }],
  ["selu", 0, 0, 1.7580993408473766], ["selu", 1000, 1050.7009873554805, 1.0507009873554805], ["selu", nan, nan, 1.0507009873554805],
  ["sigmoid", 1000, 1, 0], ["sigmoid", -1000, 0, 0], ["sigmoid", inf, 1, 0], ["sigmoid", -inf, 0, 0],
  ["logsigmoid", 1000, 0, 0], ["logsigmoid", -1000, -1000, 1], ["logsigmoid", -inf, -inf, 1], ["logsigmoid", 0, -Math.LN2, 0.5],
  ["silu", 1000, 1000, 1], ["silu", -1000, 0, 0], ["silu", 0, 0, 0.5], ["silu", -inf, nan, nan],
  ["mish", 1000, 1000, 1], ["mish", -1000, 0, 0], ["mish", 0, 0, 0.6],
  ["softplus", 1000, 1000, 1], ["softplus", -1000, 0, 0], ["softplus", inf, inf, 1], ["softplus", -inf, 0, 0], ["softplus", 0, Math.LN2, 0.5],
  ["softplus", 3, 3, 1, { threshold: 2 }], ["softplus", 2, Math.log1p(Math.exp(2)), 1 / (1 + Math.exp(-2)), { threshold: 2 }],
  ["softsign", 0, 0, 1], ["softsign", inf, nan, nan],
  ["gelu", 100, 100, 1], ["gelu", -100, 0, 0], ["gelu", 0, 0, 0.5], ["gelu", inf, inf, nan],
  ["geluTanh", 100, 100, 1], ["geluTanh", -100, 0, 0], ["geluTanh", 0, 0, 0.5],
]; // biome-ignore format: a table

// name, arguments, value, gradients
const binaryRows: readonly (readonly [BinaryName, [number, number], number, [number | null, number | null]])[] = [
  ["maximum", [1, 1], 1, [0.5, 0.5]], ["maximum", [2, 1], 2, [1, 0]], ["maximum", [nan, 1], nan, [1, 1]], ["maximum", [inf, inf], inf, [0.5, 0.5]],
  ["minimum", [1, 1], 1, [0.5, 0.5]], ["minimum", [2, 1], 1, [0, 1]], ["minimum", [1, nan], nan, [1, 1]],
  ["fmax", [1, 1], 1, [1, 0]], ["fmax", [nan, 1], 1, [0, 1]], ["fmax", [1, nan], 1, [1, 0]], ["fmax", [nan, nan], nan, [1, 0]],
  ["fmin", [1, 1], 1, [1, 0]], ["fmin", [nan, 1], 1, [0, 1]], ["fmin", [1, nan], 1, [1, 0]],
  ["clampMin", [1, 1], 1, [1, 0]], ["clampMin", [0, 1], 1, [0, 1]], ["clampMin", [nan, 1], nan, [0, 0]],
  ["clampMax", [1, 1], 1, [1, 0]], ["clampMax", [2, 1], 1, [0, 1]],
  ["div", [1, 0], inf, [inf, -inf]], ["div", [0, 0], nan, [inf, nan]], ["div", [1, inf], 0, [0, 0]],
  ["pow", [0, 0], 1, [0, 0]], ["pow", [0, 1], 0, [1, 0]], ["pow", [0, 2], 0, [0, 0]], ["pow", [0, 0.5], 0, [inf, 0]], ["pow", [0, -1], inf, [-inf, -inf]],
  ["pow", [-2, 2], 4, [-4, nan]], ["pow", [-2, 3], -8, [12, nan]], ["pow", [-2, 0.5], nan, [nan, nan]], ["pow", [2, 0], 1, [0, Math.LN2]],
  ["pow", [nan, 0], 1, [0, nan]], ["pow", [1, nan], 1, [nan, 0]], ["pow", [1, inf], 1, [inf, 0]], ["pow", [-1, inf], 1, [inf, nan]],
  ["atan2", [0, 0], 0, [nan, nan]], ["atan2", [1, 0], Math.PI / 2, [0, -1]], ["atan2", [0, -1], Math.PI, [-1, 0]],
  ["hypot", [0, 0], 0, [nan, nan]], ["hypot", [3, 4], 5, [0.6, 0.8]], ["hypot", [inf, nan], inf, [nan, nan]], ["hypot", [3e200, 4e200], 5e200, [0.6, 0.8]],
  ["copysign", [0, -1], -0, [0, null]], ["copysign", [3, -0], -3, [-1, null]], ["copysign", [-3, -1], -3, [1, null]],
  ["xlogy", [0, 0], 0, [0, nan]], ["xlogy", [0, nan], nan, [nan, nan]], ["xlogy", [0, 2], 0, [Math.LN2, 0]], ["xlogy", [2, 0], -inf, [-inf, inf]],
  ["logaddexp", [1000, 0], 1000, [1, 0]], ["logaddexp", [inf, inf], inf, [nan, nan]], ["logaddexp", [-inf, 0], 0, [0, 1]], ["logaddexp", [2, 2], 2 + Math.LN2, [0.5, 0.5]],
  ["logaddexp2", [5000, 0], 5000, [1, 0]], ["logaddexp2", [2, 2], 3, [0.5, 0.5]], ["logaddexp2", [-inf, -inf], -inf, [nan, nan]],
  ["fmod", [-7, 3], -1, [1, 2]], ["fmod", [6, 3], 0, [1, -2]], ["fmod", [1, 0], nan, [1, -inf]], ["fmod", [1, inf], 1, [1, 0]],
  ["remainder", [-1, 3], 2, [1, 1]], ["remainder", [5, -3], -1, [1, 2]], ["remainder", [6, 3], 0, [1, -2]], ["remainder", [-1, inf], inf, [1, 1]],
  ["floorDivide", [-1, 3], -1, [null, null]], ["floorDivide", [1, 0], inf, [null, null]], ["floorDivide", [-7, 2], -4, [null, null]], ["floorDivide", [1, 0.1], 9, [null, null]],
  ["truncDivide", [-7, 2], -3, [null, null]],
  ["heaviside", [0, 0.5], 0.5, [null, null]], ["heaviside", [-1, 0.5], 0, [null, null]], ["heaviside", [nan, 0.5], 1, [null, null]],
]; // biome-ignore format: a table

const ternaryRows: readonly (readonly [TernaryName, [number, number, number], number, (number | null)[], Scalars?])[] = [
  ["clamp", [0, -1, 1], 0, [1, 0, 0]], ["clamp", [-1, -1, 1], -1, [1, 0, 0]], ["clamp", [1, -1, 1], 1, [1, 0, 0]],
  ["clamp", [-2, -1, 1], -1, [0, 1, 0]], ["clamp", [2, -1, 1], 1, [0, 0, 1]], ["clamp", [0, 1, -1], -1, [0, 0, 1]], ["clamp", [nan, -1, 1], nan, [0, 0, 0]], ["clamp", [-2, 1, 1], 1, [0, 0, 0]],
  ["where", [1, 2, nan], 2, [null, 1, 0]], ["where", [0, inf, 3], 3, [null, 0, 1]],
  ["lerp", [1, 3, 0.25], 1.5, [0.75, 0.25, 2]], ["lerp", [1, 3, 1], 3, [0, 1, 2]],
  ["threshold", [0.1, 0.1, 20], 20, [0, null, 1]], ["threshold", [0.2, 0.1, 20], 0.2, [1, null, 0]], ["threshold", [nan, 0.1, 20], nan, [1, null, 0]],
  ["addcmul", [1, 2, 3], 4, [1, 1.5, 1], { value: 0.5 }], ["addcdiv", [1, 2, 4], 1.25, [1, 0.125, -0.0625], { value: 0.5 }],
  ["addcdiv", [1, 2, 0], inf, [1, inf, -inf]],
]; // biome-ignore format: a table

/** Infinities, NaN and zero exactly (whatever the zero's sign); other numbers to float64's last digits, or below what float32 can show. */
function expectNumber(got: number | null | undefined, expected: number | null): void {
  if (expected === null || !Number.isFinite(expected)) expect(got).toBe(expected);
  else expect(Math.abs((got as number) - expected)).toBeLessThanOrEqual(Math.max(1e-14 * Math.abs(expected), 1e-45));
}

function expectRow(...[name, args, value, gradients, scalars]: Case): void {
  const row = rowFunction(name, scalars);
  expectNumber(row.value(args), value);
  const got = row.gradients(args);
  for (const [k, expected] of gradients.entries()) expectNumber(got[k], expected);
}

describe("PyTorch's values and gradients", () => {
  const cases: Case[] = [
    ...unaryRows.map(([name, x, value, gradient, scalars]): Case => [name, [x], value, [gradient], scalars]),
    ...binaryRows,
    ...ternaryRows,
  ];
  for (const row of cases) it(`${row[0]}(${row[1]}) is ${row[2]}, with gradients ${row[3]}`, () => expectRow(...row));
});

describe("second derivatives stay numbers where the first are flat", () => {
  const flat: readonly UnaryName[] = [
    "sigmoid",
    "logsigmoid",
    "softplus",
    "tanh",
    "elu",
    "selu",
    "celu",
    "mish",
    "silu",
    "gelu",
    "geluTanh",
    "relu",
  ];
  it.each(flat)("%s", (name) => {
    for (const x of [-1000, 1000]) expectNumber(rowFunction(name).secondGradients([x])[0], 0);
  });
});
