// How far the elementary functions are from the float64 ones, in units of the last place, over sampled ranges and at the special values.
import { type Formula, formula, input, node, type Primitive } from "@gradkit/tensor/backend";
import { evaluate } from "@gradkit/tensor/testing";
import { describe, expect, it } from "vitest";
import { type BothBackends, bothBackends, everyFeature, Pair, plainSimd } from "../../test/both-backends.ts";

/** Distance of float32 numbers around y; subnormal ones are all equally far apart. */
const ulp = (y: number): number => 2 ** (Math.floor(Math.log2(Math.max(Math.abs(Math.fround(y)), 2 ** -126))) - 23);

type Sample = (random: () => number) => number;
const between =
  (low: number, high: number): Sample =>
  (random) =>
    low + (high - low) * random();
/** Any magnitude from 2^low to 2^high, of either sign unless `positive`. */
const magnitude =
  (low: number, high: number, positive = false): Sample =>
  (random) =>
    (positive || random() < 0.5 ? 1 : -1) * 2 ** (low + (high - low) * random());

interface Row {
  readonly ulps: number;
  /** An absolute error that is allowed too, near zeros of the function. */
  readonly near?: number;
  readonly samples: readonly Sample[][];
}

const tiny = magnitude(-40, 0);
const one = (...samples: Sample[]): Sample[][] => samples.map((sample) => [sample]);

const rows: Partial<Record<Primitive, Row>> = {
  exp: { ulps: 1, samples: one(between(-104, 89), between(-1, 1)) },
  expm1: { ulps: 2, samples: one(between(-2, 2), between(-20, 89), tiny) },
  exp2: { ulps: 1.5, samples: one(between(-150, 128), between(-1, 1)) },
  log: { ulps: 1, samples: one(magnitude(-149, 128, true), between(0.5, 2)) },
  log1p: { ulps: 1, samples: one(between(-0.999999, 3), magnitude(-40, 127, true), tiny) },
  log2: { ulps: 1.5, samples: one(magnitude(-149, 128, true), between(0.5, 2)) },
  sin: { ulps: 2.5, near: 1e-9, samples: one(between(-4, 4), between(-100, 100), between(-1e5, 1e5), tiny) },
  cos: { ulps: 2.5, near: 1e-9, samples: one(between(-4, 4), between(-100, 100), between(-1e5, 1e5)) },
  tan: { ulps: 4, near: 1e-9, samples: one(between(-4, 4), between(-100, 100), tiny) },
  asin: { ulps: 2.5, samples: one(between(-1, 1), tiny) },
  acos: { ulps: 1.5, samples: one(between(-1, 1)) },
  atan: { ulps: 2.5, samples: one(between(-4, 4), magnitude(-40, 100)) },
  sinh: { ulps: 2, samples: one(between(-4, 4), between(-89.4, 89.4), tiny) },
  cosh: { ulps: 2, samples: one(between(-89.4, 89.4)) },
  tanh: { ulps: 2.5, samples: one(between(-1, 1), between(-10, 10), tiny) },
  asinh: { ulps: 2, samples: one(between(-4, 4), magnitude(-40, 127)) },
  acosh: { ulps: 2.5, samples: one(between(1, 4), magnitude(0, 127, true)) },
  atanh: { ulps: 2, samples: one(between(-1, 1), tiny) },
  erf: { ulps: 1.5, samples: one(between(-1, 1), between(-5, 5), tiny) },
  erfc: { ulps: 4, samples: one(between(-5, 5), between(5, 9.1), between(9.1, 10.2)) },
  lgamma: { ulps: 5, near: 1e-6, samples: one(between(0.01, 3), between(0.5, 20), magnitude(-30, 100, true)) },
  pow: {
    ulps: 1.5,
    samples: [
      [between(0, 3), between(-10, 10)],
      [magnitude(-126, 127, true), between(-2, 2)],
      [between(0.99, 1.01), between(-5000, 5000)],
      [between(-5, 5), (random): number => Math.round(between(-20, 20)(random))],
    ],
  },
  atan2: {
    ulps: 2.5,
    samples: [
      [between(-3, 3), between(-3, 3)],
      [magnitude(-30, 30), magnitude(-30, 30)],
      [magnitude(-120, 127), magnitude(-120, 127)],
    ],
  },
  rem: {
    ulps: 0,
    samples: [
      [between(-10, 10), between(-3, 3)],
      [magnitude(-100, 120), magnitude(-100, 120)],
    ],
  },
};

const specials = [
  0,
  0.5,
  0.99999994,
  1,
  1.0000001,
  2,
  3,
  4,
  9,
  10.06,
  87.5,
  88.7,
  88.8,
  89.3,
  89.5,
  100,
  103.9,
  104.1,
  128,
  149,
  150,
  1e5,
  1e-20,
  1e-40,
  3e38,
  Infinity,
].flatMap((x) => [Math.fround(x), -Math.fround(x)]);
specials.push(Number.NaN);

/** Where the reduction of the argument does not reach. */
const outOfReach = (op: Primitive, x: number): boolean => ["sin", "cos", "tan"].includes(op) && Math.abs(x) > 1e5 && Math.abs(x) < Infinity;

function compute(both: BothBackends, f: Formula, columns: readonly number[][]): number[] {
  const shape = [(columns[0] as number[]).length];
  const inputs = columns.map((column) => new Pair(both, { shape, strides: [1] }, (i) => column[i] ?? 0));
  const output = new Pair(both, { shape, strides: [1] }, () => 0);
  both.cpu.map(
    f,
    inputs.map(({ cpu }) => cpu),
    [],
    [output.cpu],
  );
  return output.read().cpu;
}

describe.each([
  ["relaxed", everyFeature],
  ["plain", plainSimd],
])("elementary functions (%s SIMD)", (_, features) => {
  const both = bothBackends(features);
  it.each(Object.entries(rows) as [Primitive, Row][])("%s", (op, { ulps, near = 0, samples }) => {
    const arity = (samples[0] as Sample[]).length;
    const inputs = Array.from({ length: arity }, (_each, k) => input(k, "float"));
    const f = formula(
      inputs.map(() => "float" as const),
      [],
      [node(op, "float", inputs)],
    );
    const exact = evaluate(f);
    let state = 1;
    const random = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;

    for (const sample of samples) {
      const columns = sample.map((draw) => Array.from({ length: 8192 }, () => Math.fround(draw(random))));
      compute(both, f, columns)
        .slice(0, 8192)
        .forEach((got, i) => {
          const args = columns.map((column) => column[i] as number);
          const want = exact(args, [], 0)[0] as number;
          if (Object.is(got, Math.fround(want))) return;
          const error = Math.abs(got - want);
          if (!(error <= ulps * ulp(want) || error <= near))
            expect.fail(`${op}(${args.join(", ")}) is ${got}, expected ${want}: ${error / ulp(want)} ulp`);
        });
    }

    const pairs = arity === 1 ? specials.map((x) => [x]) : specials.flatMap((x) => specials.map((y) => [x, y]));
    const given = pairs.filter(([x]) => !outOfReach(op, x as number));
    const columns = inputs.map((_each, k) => given.map((args) => args[k] as number));
    const results = compute(both, f, columns);
    given.forEach((args, i) => {
      const want = Math.fround(exact(args, [], 0)[0] as number);
      const got = results[i] as number;
      // zeros with their sign, infinities and NaN exactly
      const close = want !== 0 && Math.abs(got - want) <= Math.max(ulps * ulp(want), near);
      if (!Object.is(got, want) && !close) expect.fail(`${op}(${args.join(", ")}) is ${got}, expected ${want}`);
    });
  });
});
