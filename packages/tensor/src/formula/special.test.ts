import { describe, expect, it } from "vitest";
import { digamma } from "./digamma.ts";
import { evaluate } from "./evaluate.ts";
import { formula, input } from "./nodes.ts";
import { erf, erfc, lgamma } from "./special.ts";

// Values made with mpmath at 30 digits.
// biome-ignore format: a table
const values: Record<"erf" | "erfc" | "lgamma" | "digamma", [number, number][]> = {
  erf: [[1e-10, 1.1283791670955126e-10], [0.1, 0.1124629160182849], [0.5, 0.5204998778130465], [0.9, 0.7969082124228322], [1, 0.8427007929497149], [1.1, 0.8802050695740817], [2, 0.9953222650189527], [3.5, 0.9999992569016276], [5.5, 0.9999999999999927]],
  erfc: [[-3, 1.9999779095030015], [-0.5, 1.5204998778130465], [0.1, 0.887537083981715], [0.5, 0.4795001221869535], [0.51, 0.4707563801588296], [1, 0.15729920705028513], [2, 0.004677734981047266], [5, 1.537459794428035e-12], [6.3, 5.124221687395715e-19], [10, 2.088487583762545e-45], [26, 5.663192408856143e-296]],
  lgamma: [[1e-5, 11.512919692895826], [0.3, 1.0957979948180756], [0.5, 0.5723649429247001], [0.999, 0.0005780385328913802], [1.0001, -5.771334222047127e-5], [1.46, -0.12148500100400743], [1.99, -0.004195529088791668], [2.4, 0.21685932244884157], [3.7, 1.428072326665388], [9.9, 12.57717990421988], [10.1, 13.027526738633236], [100.5, 361.4355404677776], [10000000000, 220258509288.81058], [-0.5, 1.2655121234846454], [-1.3, 1.2024757863901114], [-2.7, -0.07140708531564569], [-10.25, -14.20399790093109]],
  digamma: [[0.1, -10.423754940411076], [1, -0.5772156649015329], [2.5, 0.7031566406452432], [9.99, 2.250700372831201], [10, 2.251752589066721], [50, 3.901989673427892], [-0.5, 0.03648997397857652], [-3.3, 3.620353460592126]],
};

const relative = (got: number, expected: number): number => Math.abs(got / expected - 1);

describe("erf, erfc, lgamma and digamma", () => {
  it.each(values.erf)("erf(%d)", (x, expected) => {
    expect(relative(erf(x), expected)).toBeLessThan(1e-15);
    expect(erf(-x)).toBe(-erf(x));
  });
  it.each(values.erfc)("erfc(%d)", (x, expected) => expect(relative(erfc(x), expected)).toBeLessThan(1.5e-15));
  it.each(values.lgamma)("lgamma(%d)", (x, expected) => expect(relative(lgamma(x), expected)).toBeLessThan(1e-14));

  const psi = evaluate(formula(["float"], [], [digamma(input(0, "float"))]));
  it.each(values.digamma)("digamma(%d)", (x, expected) => expect(relative(psi([x], [], 0)[0]!, expected)).toBeLessThan(1e-14));

  it("takes infinities, zeros and NaN as C does", () => {
    expect([erf(Infinity), erf(-Infinity), erf(-0), erf(Number.NaN)]).toEqual([1, -1, -0, Number.NaN]);
    expect([erfc(Infinity), erfc(-Infinity), erfc(0), erfc(Number.NaN)]).toEqual([0, 2, 1, Number.NaN]);
    expect([lgamma(0), lgamma(-3), lgamma(-Infinity), lgamma(1), lgamma(2)]).toEqual([Infinity, Infinity, Infinity, 0, 0]);
  });
});
