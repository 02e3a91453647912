// The sample tables again, as gradients: every float sample away from kinks, against central differences in float64, first and second derivatives.
import type { Tensor } from "@gradkit/tensor";
import { allSamples, makeInput, reference, type Sample } from "@gradkit/tensor/testing";
import { describe, expect, it, vi } from "vitest";
import { gradcheck, gradgradcheck } from "./index.ts";

vi.setConfig({ testTimeout: 60_000 }); // the reference is slow, and machines are busy

const device = reference();
// differences of order eps² = 1e-12 times a third derivative, and rounding of 1e-16/1e-6 times the result
const tight = { atol: 1e-6, rtol: 1e-6 };
/** Differences run the op a dozen times an input. */
const largest = 200;

/** Ops, and single samples, without inputs that could have a gradient, or with outputs that are whole numbers or constant between jumps. */
const withoutGradient = new Set([
  "creation", "random", "update", "norm: norm 0", "inPlace: copy_ with a cast",
  "sign", "sgn", "floor", "ceil", "round", "trunc", "isnan", "isinf", "isfinite", "logicalNot", "bitwiseNot", "truncDivide", "floorDivide",
  "heaviside", "eq", "ne", "lt", "le", "gt", "ge", "logicalAnd", "logicalOr", "logicalXor", "bitwiseAnd", "bitwiseOr", "bitwiseXor",
  "any", "all", "argmax", "argmin", "histc", "searching", "bits",
]); // biome-ignore format: a list

const isFloat = (sample: Sample): boolean => sample.inputs.some(({ dtype = "float32" }) => dtype === "float32");
const isSmall = (sample: Sample): boolean => sample.inputs.every(({ shape }) => shape.reduce((a, b) => a * b, 1) <= largest);

/** Leaves in float64. The op gets copies of them, since it may write over its inputs. */
async function check({ inputs, call }: Sample): Promise<void> {
  const leaves = inputs.map((operand, stream) => makeInput(operand, stream, device, "float64"));
  for (const leaf of leaves) if (leaf.dtype === "float64") leaf.requiresGrad_();
  const copied = (...given: Tensor[]) => call(...given.map((input) => (input.requiresGrad ? input.clone() : input)));
  expect(await gradcheck(copied, leaves, tight)).toBe(true);
  expect(await gradgradcheck(copied, leaves, tight)).toBe(true);
}

for (const [op, samples] of Object.entries(allSamples())) {
  if (withoutGradient.has(op)) continue;
  describe(op, () => {
    const rows = samples.filter(
      (sample) => !sample.kinks && isFloat(sample) && isSmall(sample) && !withoutGradient.has(`${op}: ${sample.name}`),
    );
    it("has samples", () => expect(rows.length).toBeGreaterThan(0));
    for (const row of rows) it(row.name, () => check(row));
  });
}
