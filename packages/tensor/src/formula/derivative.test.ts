import { describe, expect, it } from "vitest";
import { add, cast, custom, exp, floor, gt, madd, mul, select, sub, tanh } from "./build.ts";
import { derivative } from "./derivative.ts";
import { evaluate } from "./evaluate.ts";
import { relu, sigmoid } from "./functions.ts";
import { formula, input, type Node, scalar } from "./nodes.ts";
import { printFormula } from "./print.ts";

const x = input(0, "float");
const y = input(1, "float");
const one = (...outputs: Node[]) => formula(["float"], [], outputs);
const two = (...outputs: Node[]) => formula(["float", "float"], [], outputs);
const reads = ({ sources }: ReturnType<typeof derivative>): string => sources.map(({ kind, index }) => `${kind} ${index}`).join(", ");

describe("what is saved", () => {
  it.each([
    ["tanh", tanh(x), "grad 0, output 0"],
    ["exp", exp(x), "grad 0, output 0"],
    ["sigmoid", sigmoid(x), "grad 0, output 0"],
    ["relu", relu(x), "grad 0, output 0"],
    ["square", mul(x, x), "grad 0, input 0"],
    ["sum", add(x, 1), "grad 0"],
  ])("%s", (_, output, expected) => expect(reads(derivative(one(output), [0]))).toBe(expected));

  it("computes anew what is no output", () => {
    const d = derivative(one(add(tanh(x), 1)), [0]);
    expect(reads(d)).toBe("grad 0, input 0");
    expect(printFormula(d.formula)).toBe("t0 = tanh(x1)\ny0 = x0 * (1 - (t0 * t0))");
  });

  it("reads an output that lies inside another", () => {
    const inner = tanh(x);
    expect(reads(derivative(one(mul(inner, 2), inner), [0], [true, false]))).toBe("grad 0, output 1");
  });

  it("reads only the operands it needs", () => {
    expect(reads(derivative(two(mul(x, y)), [0]))).toBe("grad 0, input 1");
    expect(reads(derivative(two(sub(x, y)), [0, 1]))).toBe("grad 0");
  });
});

describe("outputs", () => {
  it("share an equal gradient", () => {
    const d = derivative(two(add(x, y)), [0, 1]);
    expect([d.outputs, d.formula.outputs.length]).toEqual([[0, 0], 1]);
  });

  it("are null where the gradient is zero everywhere", () => {
    expect(derivative(two(add(floor(x), y)), [0, 1]).outputs).toEqual([null, 0]);
    expect(derivative(two(cast(gt(x, y), "float")), [0, 1]).outputs).toEqual([null, null]);
    const mixed = formula(["int", "float"], [], [mul(input(0, "int"), y)]);
    expect(derivative(mixed, [0, 1]).outputs).toEqual([null, 0]);
  });

  it("keep the scalars in their order", () => {
    const f = formula(["float"], ["float", "float"], [mul(scalar(1, "float"), x)]);
    const d = derivative(f, [0]);
    expect(d.formula.scalars).toEqual(["float", "float"]);
    expect(evaluate(d.formula)([3], [5, 7], 0)).toEqual([21]);
  });
});

describe("several outputs", () => {
  const both = two(mul(x, y), add(x, y));

  it("add their gradients up", () => {
    const d = derivative(both, [0, 1]);
    expect(reads(d)).toBe("grad 0, grad 1, input 0, input 1");
    expect(evaluate(d.formula)([10, 1, 2, 3], [], 0)).toEqual([31, 21]);
  });

  it("count only those that are given", () => {
    expect(reads(derivative(both, [0], [false, true]))).toBe("grad 1");
    expect(derivative(both, [0], [false, false]).outputs).toEqual([null]);
  });

  it("may repeat", () => {
    expect(evaluate(derivative(one(exp(x), exp(x)), [0]).formula)([2, 3, 10], [], 0)).toEqual([50]);
  });
});

it("differentiates the fused multiply-add", () => {
  const f = formula(["float", "float", "float"], [], [madd(x, y, input(2, "float"))]);
  expect(evaluate(derivative(f, [0, 1, 2]).formula)([10, 2, 3], [], 0)).toEqual([30, 20, 10]);
});

describe("custom functions", () => {
  const doubled = custom("doubled", (a) => mul(a, 2), (g) => [mul(g, 17)]); // biome-ignore format: short
  const stop = custom("stop", (a) => mul(a, 2), () => [null]); // biome-ignore format: short

  it("bring their own derivative", () => {
    expect(evaluate(derivative(one(doubled(x)), [0]).formula)([1], [], 0)).toEqual([17]);
    expect(derivative(one(stop(x)), [0]).outputs).toEqual([null]);
    expect(doubled(x)).toBe(doubled(x));
  });

  it("differ where only their derivatives do", () => {
    const impostor = custom("doubled", (a) => mul(a, 2), (g) => [g]); // biome-ignore format: short
    expect(evaluate(derivative(one(impostor(x)), [0]).formula)([1], [], 0)).toEqual([1]);
  });
});

it("is cached", () => {
  const f = one(mul(tanh(x), x));
  expect(derivative(f, [0])).toBe(derivative(f, [0]));
  expect(derivative(f, [0])).toBe(derivative(f, [0], [true]));
});

it("keeps an infinity out of the branch that is not taken", () => {
  const d = derivative(one(select(gt(x, 0), x, relu(x))), [0]);
  expect(evaluate(d.formula)([1, Infinity], [], 0)).toEqual([1]);
});

it("does not blow up under repetition", () => {
  let node: Node = x;
  for (let i = 0; i < 200; i++) node = sigmoid(mul(node, node));
  const d = derivative(one(node), [0]);
  const seen = new Set<Node>();
  const count = (n: Node): void => {
    if (seen.has(n)) return;
    seen.add(n);
    n.args.forEach(count);
  };
  d.formula.outputs.forEach(count);
  expect(seen.size).toBeLessThan(200 * 12);
});
