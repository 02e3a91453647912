// Gradients on the CPU backend against the reference: the kernels that rules call, on the layouts that gradients have (broadcast, transposed).
import { cpu } from "@gradkit/backend-cpu";
import { Generator, isFloat, randn, type Tensor } from "@gradkit/tensor";
import { allSamples, makeInput, reference, type Sample } from "@gradkit/tensor/testing";
import { expect, test } from "vitest";
import { grad } from "./index.ts";

const devices = { cpu: await cpu({ poison: true }), reference: reference() };
type Device = Tensor["device"];

/** Gradients of the sample's inputs, for random cotangents that are the same on every device. */
function gradients({ inputs, call }: Sample, device: Device): Float64Array[] {
  const leaves = inputs.map((operand, i) => makeInput(operand, i, device));
  for (const leaf of leaves) if (isFloat(leaf.dtype)) leaf.requiresGrad_();
  const copies = leaves.map((leaf) => (isFloat(leaf.dtype) ? leaf.mul(1) : leaf)); // in-place ops may not write over leaves
  const outputs = ([call(...copies)].flat() as Tensor[]).filter((output) => output.requiresGrad);
  if (outputs.length === 0) return [];
  const generator = new Generator(0);
  const host = reference();
  const gradOutputs = outputs.map(({ shape }) => randn(shape, { device: host, generator }).to(device));
  const found = grad(
    outputs,
    leaves.filter((leaf) => leaf.requiresGrad),
    { gradOutputs, allowUnused: true },
  );
  return found.map((g) => Float64Array.from(g?.dataSync() ?? []));
}

const rows = Object.entries(allSamples())
  .filter(([op]) => op !== "update")
  .flatMap(([op, samples]) => samples.filter(({ kinks }) => !kinks).map((sample) => [`${op}: ${sample.name}`, sample] as const));

/** Gradients chain a few kernels more than the op, and are sums of its terms: relative to the largest of them, and to what the op itself is allowed. */
const allowed = (value: number, largest: number, { absolute, relative }: Sample["tolerance"]): number =>
  2e-6 * largest + (2e-5 + 16 * relative) * Math.abs(value) + 16 * absolute;

test.each(rows)("%s", (_name, sample) => {
  const [got, expected] = [gradients(sample, devices.cpu), gradients(sample, devices.reference)];
  expect(got.length).toBe(expected.length);
  expected.forEach((values, i) => {
    const largest = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    const other = got[i] as Float64Array;
    expect(other.length).toBe(values.length);
    values.forEach((value, at) => {
      if (!(Math.abs((other[at] as number) - value) <= allowed(value, largest, sample.tolerance))) expect(other[at]).toBe(value);
    });
  });
});
