import { describe, expect, it } from "vitest";
import { mul } from "./build.ts";
import { evaluate, evaluatePrimitive } from "./evaluate.ts";
import { sigmoid } from "./functions.ts";
import { constant, formula, index, input, node, type Primitive, primitives, type ScalarType } from "./nodes.ts";

const nan = Number.NaN;
const inf = Infinity;

/** What the primitive gives for arguments of one type (select's condition is a bool). */
function result(op: Primitive, args: readonly number[], from: ScalarType, to: ScalarType = from): number {
  const types = args.map((_, i) => (op === "select" && i === 0 ? "bool" : from));
  const nodes = args.map((arg, i) => constant(arg, types[i]!));
  return evaluatePrimitive(op, to, nodes, args);
}

// Every primitive on floats: arguments, value. Functions that are Math's own get one point, to see that each is the right one.
const floats: Partial<Record<Primitive, readonly (readonly [readonly number[], number])[]>> = {
  neg: [[[2], -2], [[0], -0]],
  abs: [[[-2], 2], [[-0], 0]],
  floor: [[[-1.5], -2]],
  ceil: [[[1.5], 2]],
  trunc: [[[-1.5], -1]],
  round: [[[0.5], 0], [[1.5], 2], [[2.5], 2], [[-0.5], -0], [[-1.5], -2], [[0.49999999999999994], 0], [[2 ** 52 + 1], 2 ** 52 + 1], [[inf], inf], [[nan], nan]],
  sqrt: [[[9], 3], [[-1], nan]],
  exp: [[[1], Math.E]],
  log: [[[Math.E], 1], [[0], -inf]],
  log1p: [[[1e-20], 1e-20]],
  expm1: [[[1e-20], 1e-20]],
  log2: [[[8], 3]],
  exp2: [[[-1], 0.5]],
  sin: [[[1], 0.8414709848078965]],
  cos: [[[1], 0.5403023058681398]],
  tan: [[[1], 1.5574077246549023]],
  asin: [[[1], Math.PI / 2]],
  acos: [[[-1], Math.PI]],
  atan: [[[1], Math.PI / 4]],
  sinh: [[[1], 1.1752011936438014]],
  cosh: [[[1], 1.5430806348152437]],
  tanh: [[[1], 0.7615941559557649]],
  asinh: [[[1], 0.881373587019543]],
  acosh: [[[2], 1.3169578969248166]],
  atanh: [[[0.5], 0.5493061443340548]],
  erf: [[[inf], 1]],
  erfc: [[[inf], 0]],
  lgamma: [[[3], Math.LN2]],
  add: [[[1, 2], 3]],
  sub: [[[1, 2], -1]],
  mul: [[[3, 2], 6], [[0, inf], nan]],
  div: [[[1, 0], inf], [[7, 2], 3.5]],
  rem: [[[-7, 3], -1], [[7, -3], 1], [[5.5, 2], 1.5]],
  min: [[[1, 2], 1], [[nan, 1], nan], [[1, nan], nan]],
  max: [[[1, 2], 2], [[nan, 1], nan], [[1, nan], nan]],
  pow: [[[2, 10], 1024], [[1, nan], 1], [[nan, 0], 1], [[1, inf], 1], [[-1, -inf], 1], [[-8, 1 / 3], nan]],
  atan2: [[[1, -1], (3 * Math.PI) / 4]],
  select: [[[1, 2, nan], 2], [[0, nan, 3], 3]],
  madd: [[[2, 3, 4], 10]],
}; // biome-ignore format: a table

// name, type of the arguments, arguments, type of the result, value
const others: readonly (readonly [Primitive, ScalarType, readonly number[], ScalarType, number])[] = [
  ["neg", "int", [-0x8000_0000], "int", -0x8000_0000], ["neg", "int", [0], "int", 0], ["abs", "int", [-0x8000_0000], "int", -0x8000_0000],
  ["add", "int", [0x7fff_ffff, 1], "int", -0x8000_0000], ["add", "uint", [0xffff_ffff, 1], "uint", 0], ["sub", "uint", [0, 1], "uint", 0xffff_ffff],
  ["mul", "int", [0x1234_5678, 0x9abc_def], "int", Math.imul(0x1234_5678, 0x9abc_def)], ["mul", "uint", [0xffff_ffff, 0xffff_ffff], "uint", 1],
  ["div", "int", [-7, 2], "int", -3], ["div", "uint", [0xffff_ffff, 2], "uint", 0x7fff_ffff], ["div", "int", [1, 0], "int", 0],
  ["rem", "int", [-7, 2], "int", -1], ["rem", "int", [1, 0], "int", 0], ["min", "int", [-1, 2], "int", -1], ["max", "uint", [0xffff_ffff, 2], "uint", 0xffff_ffff],
  ["not", "bool", [1], "bool", 0], ["not", "int", [5], "int", -6], ["not", "uint", [0], "uint", 0xffff_ffff],
  ["and", "bool", [1, 0], "bool", 0], ["and", "uint", [0xf000_0000, 0xffff_ffff], "uint", 0xf000_0000], ["or", "int", [1, -2], "int", -1], ["xor", "uint", [0xffff_ffff, 1], "uint", 0xffff_fffe],
  ["shl", "int", [1, 31], "int", -0x8000_0000], ["shl", "uint", [1, 33], "uint", 2], ["shr", "int", [-8, 1], "int", -4], ["shr", "uint", [0x8000_0000, 31], "uint", 1],
  ["cast", "float", [-1.9], "int", -1], ["cast", "float", [3e9], "int", 0x7fff_ffff], ["cast", "float", [3e9], "uint", 3e9], ["cast", "float", [-1], "uint", 0],
  ["cast", "float", [nan], "int", 0], ["cast", "float", [-0.5], "int", 0], ["cast", "float", [nan], "bool", 1], ["cast", "float", [0.1], "bool", 1], ["cast", "float", [-0], "bool", 0],
  ["cast", "int", [-1], "uint", 0xffff_ffff], ["cast", "uint", [0xffff_ffff], "int", -1], ["cast", "int", [-3], "float", -3], ["cast", "bool", [1], "float", 1],
  ["bitcast", "float", [1], "int", 0x3f80_0000], ["bitcast", "float", [-0], "uint", 0x8000_0000], ["bitcast", "int", [0x3f80_0000], "float", 1], ["bitcast", "uint", [0xffff_ffff], "int", -1],
  ["eq", "float", [nan, nan], "bool", 0], ["ne", "float", [nan, nan], "bool", 1], ["lt", "float", [nan, 1], "bool", 0], ["le", "float", [1, 1], "bool", 1], ["lt", "uint", [1, 0xffff_ffff], "bool", 1],
  ["eq", "float", [0, -0], "bool", 1],
]; // biome-ignore format: a table

describe("primitives", () => {
  for (const [op, rows] of Object.entries(floats)) {
    it(`${op} of floats`, () => {
      for (const [args, expected] of rows) {
        const got = result(op as Primitive, args, "float");
        if (Number.isFinite(expected) && !Number.isInteger(expected)) expect(Math.abs(got / expected - 1)).toBeLessThan(4e-16);
        else expect(got).toBe(expected);
      }
    });
  }
  it.each(others)("%s of %s %j as %s is %d", (op, from, args, to, expected) => expect(result(op, args, from, to)).toBe(expected));

  it("covers every primitive", () => {
    const covered = new Set([...Object.keys(floats), ...others.map(([op]) => op)]);
    expect(primitives.filter((op) => !covered.has(op))).toEqual([]);
  });
});

describe("evaluate", () => {
  it("gives every output, custom functions expanded, shared values computed once", () => {
    const [x, y] = [input(0, "float"), input(1, "float")];
    const product = mul(x, y);
    expect(evaluate(formula(["float", "float"], [], [product, sigmoid(product), x]))([2, 0], [], 0)).toEqual([0, 0.5, 2]);
  });

  it("reads scalars and the element's index", () => {
    const f = formula([], ["float"], [mul(node("scalar", "float", [], 0), index)]);
    expect(evaluate(f)([], [0.5], 7)).toEqual([3.5]);
  });

  it("compiles a formula once, and hands out a fresh result each time", () => {
    const f = formula(["float"], [], [input(0, "float")]);
    const run = evaluate(f);
    expect(evaluate(f)).toBe(run);
    const first = run([1], [], 0);
    run([2], [], 0);
    expect(first).toEqual([1]);
  });
});
