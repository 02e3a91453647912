// The sample tables that backends are tested with, against central differences: first and second derivatives of every op that has them.
import { isFloat, type Tensor } from "@gradkit/tensor";
import { allSamples, makeInput, reference, type Sample } from "@gradkit/tensor/testing";
import { expect, test } from "vitest";
import { gradcheck, gradgradcheck } from "./index.ts";

const device = reference();

/** Larger samples test kernels, not rules. */
const MAX_ELEMENTS = 60;

const withoutGradient = new Set([
  "heaviside", // torch has no derivative for it, not even by the value at 0
  "update", // writes several tensors at once: never recorded
]);

const isSmall = ({ inputs }: Sample): boolean => inputs.every(({ shape }) => shape.reduce((a, b) => a * b, 1) <= MAX_ELEMENTS);

const rows = Object.entries(allSamples())
  .filter(([op]) => !withoutGradient.has(op))
  .flatMap(([op, samples]) =>
    samples.filter((sample) => !sample.kinks && isSmall(sample)).map((sample) => [`${op}: ${sample.name}`, sample] as const),
  );

// differences of order eps² = 1e-12 times third derivatives, and rounding of 1e-16/1e-6
const tight = { atol: 1e-6, rtol: 1e-5 };

test.each(rows)("%s", async (_name, sample) => {
  /** Samples of in-place ops write over their inputs, which leaves do not allow. */
  const call = (...leaves: Tensor[]): readonly Tensor[] => [sample.call(...leaves.map((leaf) => leaf.clone()))].flat() as Tensor[];
  const inputs = sample.inputs.map((operand, i) => makeInput(operand, i, device, "float64"));
  for (const input of inputs) if (isFloat(input.dtype)) input.requiresGrad_();
  if (!call(...inputs).some((output) => output.requiresGrad)) return;
  expect(await gradcheck(call, inputs, tight)).toBe(true);
  expect(await gradgradcheck(call, inputs, tight)).toBe(true);
});
