// Every differentiable row against central differences in float64, and its second derivative against those of the first.
import { describe, expect, it } from "vitest";
import { binary, ternary, unary } from "../../src/formula/table.ts";
import { type BinaryName, type RowName, rowFunction, type TernaryName, type UnaryName } from "./rows.ts";

/** Where a row is sampled; points nearer than `margin` to a kink are left out. */
interface Domain {
  readonly ranges: readonly (readonly [number, number])[];
  readonly scalars?: Readonly<Record<string, number>>;
  /** Distance to the nearest kink. */
  readonly clear?: (...args: number[]) => number;
}

const margin = 0.02;
const away =
  (...kinks: number[]) =>
  (x: number): number =>
    Math.min(...kinks.map((kink) => Math.abs(x - kink)));
const line = (low: number, high: number, rest: Omit<Domain, "ranges"> = {}): Domain => ({ ranges: [[low, high]], ...rest });
const plane = (low: number, high: number, rest: Omit<Domain, "ranges"> = {}): Domain => ({
  ranges: [
    [low, high],
    [low, high],
  ],
  ...rest,
});
const unequal = (a: number, b: number): number => Math.abs(a - b);
/** Distance of a/b to a whole number, and of b to 0. */
const betweenMultiples = (a: number, b: number): number => Math.min(Math.abs(a / b - Math.round(a / b)), Math.abs(b) - 0.2);

/** null: no derivative at all. */
const unaryDomains: Record<UnaryName, Domain | null> = {
  abs: line(-3, 3, { clear: away(0) }),
  neg: line(-3, 3),
  positive: line(-3, 3),
  sign: null,
  sgn: null,
  angle: null,
  square: line(-3, 3),
  sqrt: line(0.2, 4),
  rsqrt: line(0.2, 4),
  reciprocal: line(0.3, 4),
  exp: line(-3, 3),
  exp2: line(-3, 3),
  expm1: line(-3, 3),
  log: line(0.2, 4),
  log1p: line(-0.8, 4),
  log2: line(0.2, 4),
  log10: line(0.2, 4),
  logit: line(0.15, 0.85),
  sin: line(-4, 4),
  cos: line(-4, 4),
  tan: line(-1.2, 1.2),
  asin: line(-0.8, 0.8),
  acos: line(-0.8, 0.8),
  atan: line(-4, 4),
  sinh: line(-3, 3),
  cosh: line(-3, 3),
  tanh: line(-3, 3),
  asinh: line(-4, 4),
  acosh: line(1.3, 5),
  atanh: line(-0.8, 0.8),
  sinc: line(-3, 3, { clear: away(0) }),
  deg2rad: line(-3, 3),
  rad2deg: line(-3, 3),
  erf: line(-3, 3),
  erfc: line(-3, 3),
  lgamma: line(-1.8, 12, { clear: (x) => (x > 0.2 ? 1 : Math.abs(x - Math.round(x)) - 0.15) }),
  digamma: line(-1.8, 12, { clear: (x) => (x > 0.2 ? 1 : Math.abs(x - Math.round(x)) - 0.2) }),
  floor: null,
  ceil: null,
  round: null,
  trunc: null,
  frac: line(-3, 3, { clear: (x) => Math.abs(x - Math.round(x)) }),
  isnan: null,
  isinf: null,
  isfinite: null,
  nanToNum: line(-3, 3),
  logicalNot: null,
  bitwiseNot: null,
  relu: line(-3, 3, { clear: away(0) }),
  relu6: line(-2, 8, { clear: away(0, 6) }),
  leakyRelu: line(-3, 3, { scalars: { negativeSlope: 0.3 }, clear: away(0) }),
  hardtanh: line(-3, 3, { scalars: { minVal: -1, maxVal: 2 }, clear: away(-1, 2) }),
  hardsigmoid: line(-5, 5, { clear: away(-3, 3) }),
  hardswish: line(-5, 5, { clear: away(-3, 3) }),
  hardshrink: line(-2, 2, { scalars: { lambd: 0.7 }, clear: away(-0.7, 0.7) }),
  softshrink: line(-2, 2, { scalars: { lambd: 0.7 }, clear: away(-0.7, 0.7) }),
  elu: line(-3, 3, { scalars: { alpha: 1.7 }, clear: away(0) }),
  celu: line(-3, 3, { scalars: { alpha: 1.7 }, clear: away(0) }),
  selu: line(-3, 3, { clear: away(0) }),
  sigmoid: line(-5, 5),
  logsigmoid: line(-5, 5, { clear: away(0) }), // smooth, but its value has |x| inside
  silu: line(-5, 5),
  mish: line(-5, 5),
  softplus: line(-3, 3, { scalars: { beta: 1.5, threshold: 20 } }),
  softsign: line(-3, 3, { clear: away(0) }),
  tanhshrink: line(-3, 3),
  gelu: line(-4, 4),
  geluTanh: line(-4, 4),
};

const binaryDomains: Record<BinaryName, Domain | null> = {
  add: plane(-3, 3),
  sub: plane(-3, 3),
  mul: plane(-3, 3),
  div: plane(0.3, 3),
  truncDivide: null,
  floorDivide: null,
  fmod: plane(-3, 3, { clear: betweenMultiples }),
  remainder: plane(-3, 3, { clear: betweenMultiples }),
  pow: plane(0.3, 3),
  atan2: plane(0.2, 3),
  hypot: plane(0.2, 3, { clear: unequal }),
  copysign: plane(-3, 3, { clear: (a, b) => Math.min(Math.abs(a), Math.abs(b)) }),
  xlogy: plane(0.2, 3),
  heaviside: null,
  logaddexp: plane(-3, 3, { clear: unequal }),
  logaddexp2: plane(-3, 3, { clear: unequal }),
  maximum: plane(-3, 3, { clear: unequal }),
  minimum: plane(-3, 3, { clear: unequal }),
  fmax: plane(-3, 3, { clear: unequal }),
  fmin: plane(-3, 3, { clear: unequal }),
  clampMin: plane(-3, 3, { clear: unequal }),
  clampMax: plane(-3, 3, { clear: unequal }),
  eq: null,
  ne: null,
  lt: null,
  le: null,
  gt: null,
  ge: null,
  logicalAnd: null,
  logicalOr: null,
  logicalXor: null,
  bitwiseAnd: null,
  bitwiseOr: null,
  bitwiseXor: null,
};

const space = (rest: Omit<Domain, "ranges"> = {}): Domain => ({
  ranges: [
    [-3, 3],
    [0.3, 3],
    [0.3, 3],
  ],
  ...rest,
});

const ternaryDomains: Record<TernaryName, Domain> = {
  where: { ...space(), ranges: [[0, 1], [-3, 3], [-3, 3]] }, // biome-ignore format: a list
  clamp: space({ clear: (x, low, high) => Math.min(unequal(x, low), unequal(x, high), unequal(low, high)) }),
  lerp: space({ clear: (_a, _b, weight) => unequal(weight, 0.5) }),
  threshold: space({ clear: unequal }),
  addcmul: space({ scalars: { value: 0.7 } }),
  addcdiv: space({ scalars: { value: 0.7 } }),
};

/** Deterministic points: multiples of the golden ratio and its relatives, modulo 1. */
function points({ ranges, clear }: Domain): number[][] {
  const result: number[][] = [];
  for (let i = 1; result.length < 25; i++) {
    const args = ranges.map(([low, high], k) => low + (high - low) * ((i * [0.6180339887, 0.7548776662, 0.8191725134][k]!) % 1));
    if ((clear?.(...args) ?? 1) > margin) result.push(args);
  }
  return result;
}

/** Fourth-order central difference: its own error is about 1e-11 at these functions' scales. */
function numeric(f: (args: readonly number[]) => number, args: readonly number[], k: number): number {
  const h = 1e-3;
  const at = (offset: number): number => f(args.map((arg, i) => (i === k ? arg + offset * h : arg)));
  return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h);
}

const tolerance = 2e-8; // h⁴ times a fifth derivative that may reach 1e4 near the ends of a domain; a wrong rule is off by 1e-3 and more

const near = (got: number, expected: number): boolean => Math.abs(got - expected) <= tolerance * Math.max(1, Math.abs(expected));

function check(name: RowName, domain: Domain): void {
  const row = rowFunction(name, domain.scalars);
  const variables = domain.ranges.map((_, k) => k).filter((k) => !(name === "where" && k === 0));
  const sum = (args: readonly number[]): number => row.gradients(args).reduce<number>((total, g) => total + (g ?? 0), 0);
  for (const point of points(domain)) {
    const args = name === "where" ? [Math.round(point[0]!), point[1]!, point[2]!] : point;
    const gradients = row.gradients(args);
    const second = row.secondGradients(args);
    for (const k of variables) {
      const expected = numeric(row.value, args, k);
      if (!near(gradients[k] ?? 0, expected))
        throw new Error(`${name}(${args}): gradient ${k} is ${gradients[k]}, differences give ${expected}`);
      const curvature = numeric(sum, args, k);
      if (!near(second[k]!, curvature))
        throw new Error(`${name}(${args}): second derivative ${k} is ${second[k]}, differences give ${curvature}`);
    }
  }
}

const named = <Name extends string>(domains: Record<Name, Domain | null>): [Name, Domain][] =>
  (Object.entries(domains) as [Name, Domain | null][]).filter((entry): entry is [Name, Domain] => entry[1] !== null);
const flat = <Name extends string>(domains: Record<Name, Domain | null>): Name[] =>
  (Object.keys(domains) as Name[]).filter((name) => domains[name] === null && !name.startsWith("bitwise"));

describe("first and second derivatives match central differences", () => {
  it.each([...named(unaryDomains), ...named(binaryDomains), ...named(ternaryDomains)])("%s", (name, domain) => {
    expect(() => check(name, domain)).not.toThrow();
  });
});

describe("rows without a derivative say so", () => {
  it.each([...flat(unaryDomains), ...flat(binaryDomains)])("%s", (name) => {
    const arity = name in unary ? 1 : 2;
    expect(rowFunction(name).gradients(arity === 1 ? [0.3] : [0.3, 0.7])).toEqual(arity === 1 ? [null] : [null, null]);
  });
});

it("the domains cover the tables", () => {
  expect(Object.keys({ ...unaryDomains, ...binaryDomains, ...ternaryDomains })).toEqual(Object.keys({ ...unary, ...binary, ...ternary }));
});
