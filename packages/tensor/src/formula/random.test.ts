import { describe, expect, it } from "vitest";
import { evaluate } from "./evaluate.ts";
import { formula, input, type Node, scalar } from "./nodes.ts";
import { bernoulli, hostNormal, hostRandomBits, hostThreefry, hostUniform, normal, randomBits, threefry, uniform } from "./random.ts";

// Random123's kat_vectors, threefry2x32 with 20 rounds: counter, key, result.
const known = [
  [[0x00000000, 0x00000000], [0x00000000, 0x00000000], [0x6b200159, 0x99ba4efe]],
  [[0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], [0x1cb996fc, 0xbb002be7]],
  [[0x243f6a88, 0x85a308d3], [0x13198a2e, 0x03707344], [0xc4923a9c, 0x483df7a0]],
] as const; // biome-ignore format: a table

const key: [Node, Node] = [scalar(0, "uint"), scalar(1, "uint")];
const draw = (node: Node) => {
  const run = evaluate(formula([], ["uint", "uint"], [node]));
  return (key0: number, key1: number, element: number): number => run([], [key0, key1], element)[0] as number;
};

describe("threefry", () => {
  it.each(known)("counter %j, key %j gives %j on the host", ([c0, c1], [k0, k1], expected) => {
    const out = new Uint32Array(2);
    hostThreefry(k0, k1, c0, c1, out);
    expect([...out]).toEqual(expected);
  });

  it.each(known)("counter %j, key %j gives %j as a formula", (counter, [k0, k1], expected) => {
    const inputs = threefry([input(0, "uint"), input(1, "uint")], key);
    expect(evaluate(formula(["uint", "uint"], ["uint", "uint"], inputs))(counter, [k0, k1], 0)).toEqual(expected);
  });
});

describe("numbers from bits", () => {
  const elements = Array.from({ length: 4000 }, (_, i) => i);

  it("draws the same bits and uniforms as formula and on the host", () => {
    const [bits, fraction] = [draw(randomBits(...key)), draw(uniform(...key))];
    for (const i of [...elements, 0xfffffffe]) {
      expect(bits(7, 0xdeadbeef, i)).toBe(hostRandomBits(7, 0xdeadbeef, i));
      expect(fraction(7, 0xdeadbeef, i)).toBe(hostUniform(7, 0xdeadbeef, i));
    }
  });

  it("draws the same normals to the last digits", () => {
    const gauss = draw(normal(...key));
    for (const i of elements) expect(gauss(1, 2, i)).toBeCloseTo(hostNormal(1, 2, i), 14);
  });

  it("has uniform's and normal's moments", () => {
    const mean = (f: (i: number) => number): number => elements.reduce((sum, i) => sum + f(i), 0) / elements.length;
    // bounds of four standard errors over 4,000 draws
    expect(Math.abs(mean((i) => hostUniform(3, 4, i)) - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / 4000));
    expect(Math.abs(mean((i) => hostNormal(3, 4, i)))).toBeLessThan(4 / Math.sqrt(4000));
    expect(Math.abs(mean((i) => hostNormal(3, 4, i) ** 2) - 1)).toBeLessThan(4 * Math.sqrt(2 / 4000));
    expect(Math.abs(mean((i) => hostNormal(3, 4, i) ** 4) - 3)).toBeLessThan(4 * Math.sqrt(96 / 4000));
  });

  it("keeps uniforms on the grid of 2^-24, below 1", () => {
    for (const i of elements) {
      const u = hostUniform(9, 9, i);
      expect(Number.isInteger(u * 2 ** 24) && u >= 0 && u < 1).toBe(true);
    }
  });

  it("draws true with probability p", () => {
    const run = evaluate(formula([], ["uint", "uint"], [bernoulli(...key, 0.25)]));
    const share = elements.reduce((sum, i) => sum + (run([], [5, 6], i)[0] as number), 0) / elements.length;
    expect(Math.abs(share - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / 4000));
  });
});
