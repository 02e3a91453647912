import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as build from "./build.ts";
import { evaluate } from "./evaluate.ts";
import { constant, formula, input, type Node, node, type Primitive, transform, withArgs } from "./nodes.ts";

const x = input(0, "float");
const n = input(0, "int");
const b = input(0, "bool");

describe("types", () => {
  it("promotes bool < int < float", () => {
    expect(build.add(n, x).type).toBe("float");
    expect(build.add(b, n).type).toBe("int");
    expect(build.exp(n).type).toBe("float");
    expect(build.lt(n, x).type).toBe("bool");
  });

  it("lets a number adapt to the other operand", () => {
    expect(build.add(n, 2).type).toBe("int");
    expect(build.add(n, 2.5).type).toBe("float");
    expect(build.add(input(0, "uint"), 2).type).toBe("uint");
    expect(build.add(x, 2).args[1]).toBe(constant(2, "float"));
  });

  it("treats bools as PyTorch does", () => {
    expect([build.add(b, b), build.mul(b, b)].map(({ op, type }) => [op, type])).toEqual([["or", "bool"], ["and", "bool"]]); // biome-ignore format: a list
    expect(build.div(b, b).type).toBe("float");
    expect(build.neg(b).type).toBe("int");
  });

  it("divides truly; whole numbers stay whole under rounding", () => {
    expect(build.div(n, n).type).toBe("float");
    expect(build.floor(n)).toBe(n);
  });
});

describe("interning", () => {
  it("makes equal formulas one object", () => {
    expect(build.mul(x, build.add(x, 1))).toBe(build.mul(x, build.add(x, 1)));
    expect(formula(["float"], [], [build.exp(x)])).toBe(formula(["float"], [], [build.exp(x)]));
    expect(formula(["float"], [], [build.exp(x)])).not.toBe(formula(["float"], ["float"], [build.exp(x)]));
  });

  it("tells −0 from 0 and joins NaN", () => {
    expect(constant(-0)).not.toBe(constant(0));
    expect(constant(Number.NaN)).toBe(constant(Number.NaN));
    expect(constant(1, "int")).not.toBe(constant(1, "float"));
  });

  it("folds constants", () => {
    expect(build.mul(0.5, build.add(1.5, 1))).toBe(constant(1.25));
    expect(build.div(1, 0)).toBe(constant(Infinity));
    expect(build.cast(-0, "int")).toBe(constant(0, "int"));
    expect(build.cast(constant(2 ** 40), "int").op).toBe("cast"); // saturates: left to the backend
  });
});

describe("simplification", () => {
  it("drops what changes nothing", () => {
    for (const same of [
      build.mul(x, 1),
      build.mul(1, x),
      build.sub(x, 0),
      build.div(x, 1),
      build.add(x, constant(-0)),
      build.neg(build.neg(x)),
      build.pow(x, 1),
    ]) {
      expect(same).toBe(x);
    }
    expect(build.pow(x, 2)).toBe(build.mul(x, x));
    expect(build.select(constant(1, "bool"), x, Number.NaN)).toBe(x);
  });

  it("keeps what could be NaN, infinite or −0", () => {
    for (const kept of [
      build.mul(x, 0),
      build.sub(x, x),
      build.div(x, x),
      build.add(x, 0),
      build.eq(x, x),
      build.max(x, x),
      build.pow(x, 0),
    ]) {
      expect(kept.op).not.toBe("const");
      expect(kept).not.toBe(x);
    }
  });

  // The builders against bare nodes with the same meaning, on numbers that are hard to treat right.
  const hard = fc.constantFrom(0, -0, 1, -1, 2, 0.5, Number.NaN, Infinity, -Infinity, 1e308, 5e-324, 3.7);
  const ops: readonly [Primitive, number, (...args: Node[]) => Node][] = [
    ["neg", 1, build.neg], ["abs", 1, build.abs], ["add", 2, build.add], ["sub", 2, build.sub], ["mul", 2, build.mul], ["div", 2, build.div],
    ["rem", 2, build.rem], ["min", 2, build.min], ["max", 2, build.max], ["pow", 2, build.pow], ["exp", 1, build.exp], ["sqrt", 1, build.sqrt],
  ]; // biome-ignore format: a table
  type Pair = { readonly built: Node; readonly bare: Node };
  const leaf: fc.Arbitrary<Pair> = fc
    .oneof(
      fc.constantFrom(0, 1).map((i) => input(i, "float")),
      hard.map((value) => constant(value)),
    )
    .map((n) => ({ built: n, bare: n }));
  const { tree } = fc.letrec<{ tree: Pair }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      leaf,
      fc.tuple(fc.constantFrom(...ops), tie("tree"), tie("tree")).map(([[op, arity, builder], left, right]) => {
        const args = [left, right].slice(0, arity);
        return { built: builder(...args.map((arg) => arg.built)), bare: node(op, "float", args.map((arg) => arg.bare)) }; // biome-ignore format: short
      }),
    ),
  }));

  it("never changes a value, a NaN or an infinity", () => {
    fc.assert(
      fc.property(tree, hard, hard, ({ built, bare }, first, second) => {
        const value = (root: Node): number => evaluate(formula(["float", "float"], [], [root]))([first, second], [], 0)[0]!;
        expect(value(built)).toBe(value(bare));
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});

describe("transform", () => {
  it("substitutes, keeping shared nodes shared", () => {
    const shared = build.exp(x);
    const [result] = transform([build.mul(shared, shared)], (at, args) => (at === x ? build.sin(x) : withArgs(at, args)));
    expect(result).toBe(build.mul(build.exp(build.sin(x)), build.exp(build.sin(x))));
  });
});
