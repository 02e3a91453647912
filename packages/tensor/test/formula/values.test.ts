// What each row computes: one point per row against an independent expression, and the rules for integers and bools.
import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/formula/evaluate.ts";
import { formula, input, type Node, type ScalarType } from "../../src/formula/nodes.ts";
import { binary, ternary, unary } from "../../src/formula/table.ts";
import { type BinaryName, type RowName, rowFunction, type TernaryName, type UnaryName } from "./rows.ts";

const { abs, acos, acosh, asin, asinh, atan, atan2, atanh, cos, cosh, exp, expm1, log, log1p, log2, PI, sin, sinh, sqrt, tan, tanh } = Math;
const sigmoid = (x: number): number => 1 / (1 + exp(-x));
const softplus = (x: number): number => log(1 + exp(x));

/** Independent expressions; bitwise rows are among the integers below. */
const unaryValues: Record<Exclude<UnaryName, "bitwiseNot">, (x: number) => number> = {
  abs, neg: (x) => -x, positive: (x) => x, sign: (x) => Math.sign(x), sgn: (x) => Math.sign(x), angle: () => 0, square: (x) => x ** 2,
  sqrt, rsqrt: (x) => x ** -0.5, reciprocal: (x) => x ** -1,
  exp, exp2: (x) => 2 ** x, expm1, log, log1p, log2, log10: (x) => Math.log10(x), logit: (x) => log(x) - log(1 - x),
  sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, asinh, acosh, atanh, sinc: (x) => sin(PI * x) / (PI * x),
  deg2rad: (x) => (x * PI) / 180, rad2deg: (x) => (x / PI) * 180,
  erf: () => 0.563323366325109, erfc: () => 0.436676633674891, lgamma: () => 0.48003085611112595, digamma: () => -1.7359592506421737, // at 0.55, by mpmath
  floor: Math.floor, ceil: Math.ceil, round: Math.round, trunc: Math.trunc, frac: (x) => x % 1,
  isnan: () => 0, isinf: () => 0, isfinite: () => 1, nanToNum: (x) => x, logicalNot: () => 0,
  relu: (x) => x, relu6: (x) => x, leakyRelu: (x) => x, hardtanh: (x) => x, hardsigmoid: (x) => x / 6 + 0.5, hardswish: (x) => (x * (x + 3)) / 6,
  hardshrink: (x) => x, softshrink: (x) => x - 0.5, elu: (x) => x, celu: (x) => x, selu: (x) => 1.0507009873554805 * x,
  sigmoid, logsigmoid: (x) => log(sigmoid(x)), silu: (x) => x * sigmoid(x), mish: (x) => x * tanh(softplus(x)), softplus,
  softsign: (x) => x / (1 + x),
  tanhshrink: (x) => x - tanh(x),
  gelu: (x) => x * (1 - 0.29115968678834636), // Φ(−0.55), by mpmath
  geluTanh: (x) => (x / 2) * (1 + tanh(sqrt(2 / PI) * (x + 0.044715 * x ** 3))),
}; // biome-ignore format: a table

type Two = (x: number, y: number) => number;
const binaryValues: Record<Exclude<BinaryName, `bitwise${string}`>, Two> = {
  add: (x, y) => x + y, sub: (x, y) => x - y, mul: (x, y) => x * y, div: (x, y) => x / y,
  truncDivide: (x, y) => Math.trunc(x / y), floorDivide: (x, y) => Math.floor(x / y), fmod: (x, y) => x % y, remainder: (x, y) => x - y * Math.floor(x / y),
  pow: (x, y) => x ** y, atan2, hypot: Math.hypot, copysign: (x, y) => abs(x) * Math.sign(y), xlogy: (x, y) => x * log(y),
  heaviside: (x, y) => (x > 0 ? 1 : x < 0 ? 0 : y), logaddexp: (x, y) => log(exp(x) + exp(y)), logaddexp2: (x, y) => log2(2 ** x + 2 ** y),
  maximum: Math.max, minimum: Math.min, fmax: Math.max, fmin: Math.min, clampMin: Math.max, clampMax: Math.min,
  eq: (x, y) => Number(x === y), ne: (x, y) => Number(x !== y), lt: (x, y) => Number(x < y), le: (x, y) => Number(x <= y),
  gt: (x, y) => Number(x > y), ge: (x, y) => Number(x >= y), logicalAnd: (x, y) => Number(x !== 0 && y !== 0),
  logicalOr: (x, y) => Number(x !== 0 || y !== 0), logicalXor: (x, y) => Number((x !== 0) !== (y !== 0)),
}; // biome-ignore format: a table

const ternaryValues: Record<TernaryName, (x: number, y: number, z: number) => number> = {
  where: (c, x, y) => (c ? x : y), clamp: (x, low, high) => Math.min(Math.max(x, low), high), lerp: (x, y, w) => x + w * (y - x),
  threshold: (x, bound, value) => (x > bound ? x : value), addcmul: (x, a, b) => x + a * b, addcdiv: (x, a, b) => x + a / b,
}; // biome-ignore format: a table

/** To float64's last digits: the expressions round in other places. */
function expectClose(got: number, expected: number): void {
  if (Number.isFinite(expected)) expect(abs(got - expected)).toBeLessThanOrEqual(4e-15 * Math.max(1, abs(expected)));
  else expect(got).toBe(expected);
}

describe("values", () => {
  const entries = <Name extends RowName, F>(values: Partial<Record<Name, F>>): [Name, F][] => Object.entries(values) as [Name, F][];

  it.each(entries(unaryValues))("%s", (name, f) => {
    const x = name === "acosh" ? 1.55 : name === "softshrink" ? 0.75 : 0.55;
    expectClose(rowFunction(name).value([x]), f(x));
  });
  it.each(entries(binaryValues))("%s", (name, f) => {
    const signed = name !== "pow" && name !== "xlogy";
    for (const args of [
      [0.7, 0.7],
      [0.7, 2.5],
      [2.5, 0.7],
      [0.7, 0],
      ...(signed
        ? [
            [-2.5, 0.7],
            [2.5, -0.7],
            [-2.5, -0.7],
            [0, 0.7],
          ]
        : []),
    ] as [number, number][]) {
      // biome-ignore format: a list
      const divides = /div|mod|rem|xlogy|copysign/i.test(name);
      if (args[1] === 0 && divides) continue;
      expectClose(rowFunction(name).value(args), f(...args));
    }
  });
  it.each(entries(ternaryValues))("%s", (name, f) => {
    for (const args of [[1, 0.3, 0.8], [0, 0.3, 0.8], [0.5, 0.3, 0.4]] as [number, number, number][]) expectClose(rowFunction(name).value(args), f(...args)); // biome-ignore format: a list
  });
});

// name, types, arguments, type of the result, value
const whole: readonly (readonly [RowName, ScalarType, readonly number[], ScalarType, number])[] = [
  ["abs", "int", [-3], "int", 3], ["neg", "int", [3], "int", -3], ["square", "int", [-3], "int", 9], ["sign", "int", [-3], "int", -1], ["sign", "int", [0], "int", 0], ["sgn", "float", [-0], "float", 0], ["sign", "bool", [1], "bool", 1],
  ["floor", "int", [3], "int", 3], ["relu", "int", [-3], "int", 0], ["reciprocal", "int", [4], "float", 0.25], ["sigmoid", "int", [0], "float", 0.5],
  ["isnan", "int", [0], "bool", 0], ["isinf", "int", [0], "bool", 0], ["isfinite", "int", [0], "bool", 1], ["nanToNum", "int", [7], "int", 7],
  ["logicalNot", "int", [0], "bool", 1], ["logicalNot", "int", [-2], "bool", 0], ["logicalNot", "bool", [1], "bool", 0],
  ["bitwiseNot", "int", [5], "int", -6], ["bitwiseNot", "bool", [0], "bool", 1],
  ["add", "int", [2, 3], "int", 5], ["add", "bool", [1, 1], "bool", 1], ["mul", "bool", [1, 0], "bool", 0], ["sub", "int", [2, 3], "int", -1],
  ["div", "int", [7, 2], "float", 3.5], ["truncDivide", "int", [-7, 2], "int", -3],
  ["floorDivide", "int", [7, 2], "int", 3], ["floorDivide", "int", [-7, 2], "int", -4], ["floorDivide", "int", [7, -2], "int", -4], ["floorDivide", "int", [-7, -2], "int", 3],
  ["floorDivide", "int", [-6, 2], "int", -3], ["floorDivide", "int", [6, -2], "int", -3], ["floorDivide", "int", [-1, 2], "int", -1], ["floorDivide", "int", [1, 2], "int", 0],
  ["fmod", "int", [-7, 2], "int", -1], ["remainder", "int", [-7, 2], "int", 1], ["remainder", "int", [7, -2], "int", -1], ["remainder", "int", [-6, 2], "int", 0],
  ["pow", "int", [3, 5], "int", 243], ["pow", "int", [-2, 3], "int", -8], ["pow", "int", [0, 0], "int", 1], ["pow", "int", [2, 30], "int", 2 ** 30], ["pow", "int", [3, 21], "int", (3 ** 21) | 0],
  ["pow", "int", [2, -1], "int", 0], ["pow", "int", [1, -5], "int", 1], ["pow", "int", [-1, -5], "int", -1], ["pow", "int", [-1, -4], "int", 1], ["pow", "int", [0, -1], "int", 0],
  ["maximum", "int", [2, -3], "int", 2], ["minimum", "bool", [1, 0], "bool", 0], ["maximum", "bool", [1, 0], "bool", 1],
  ["fmax", "int", [2, -3], "int", 2], ["clampMin", "int", [2, 3], "int", 3], ["clampMax", "int", [4, 3], "int", 3],
  ["heaviside", "int", [0, 7], "int", 7], ["heaviside", "bool", [1, 0], "bool", 1],
  ["lt", "bool", [0, 1], "bool", 1], ["le", "bool", [1, 0], "bool", 0], ["eq", "int", [2, 2], "bool", 1],
  ["logicalAnd", "int", [2, 4], "bool", 1], ["logicalOr", "int", [0, 4], "bool", 1], ["logicalXor", "int", [2, 4], "bool", 0],
  ["bitwiseAnd", "int", [6, 3], "int", 2], ["bitwiseOr", "int", [6, 3], "int", 7], ["bitwiseXor", "int", [6, 3], "int", 5], ["bitwiseXor", "bool", [1, 1], "bool", 0],
  ["clamp", "int", [9, 1, 5], "int", 5], ["threshold", "int", [1, 2, 9], "int", 9],
]; // biome-ignore format: a table

describe("integers and bools", () => {
  const rows = { ...unary, ...binary, ...ternary };
  it.each(whole)("%s of %s %j gives the %s %d", (name, from, args, to, expected) => {
    const row = rows[name] as readonly unknown[] | ((...nodes: Node[]) => Node);
    const build = (typeof row === "function" ? row : row[0]) as (...nodes: unknown[]) => Node;
    const output = build(...args.map((_, i) => input(i, from)), {});
    expect(output.type).toBe(to);
    const run = evaluate(formula(args.map(() => from), [], [output])); // biome-ignore format: short
    expect(run(args, [], 0)[0]).toBe(expected);
  });

  it("addcmul of integers takes a whole value", () => {
    const int = (i: number): Node => input(i, "int");
    const value = input(3, "float");
    const scalars = { value } as unknown as Parameters<(typeof ternary.addcmul)[0]>[3];
    const output = ternary.addcmul[0](int(0), int(1), int(2), scalars);
    expect(output.type).toBe("int");
    expect(evaluate(formula(["int", "int", "int", "float"], [], [output]))([1, 2, 3, 2], [], 0)).toEqual([13]);
  });
});
