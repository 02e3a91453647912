// Recurrent layers write whole sequences into shared buffers through many views: the device must give the CPU's numbers for them.
import { cpu } from "@gradkit/backend-cpu";
import { GRU, LSTM, packPaddedSequence, RNN } from "@gradkit/nn";
import { type Backend, manualSeed, randn, setDefaultDevice, type Tensor } from "@gradkit/tensor";
import { describe, expect, it } from "vitest";
import { openBackend } from "../test/rig.ts";
import type { WebGpuBackend } from "./webgpu.ts";

const opened = await openBackend();

const layers = {
  RNN: () => new RNN(4, 6, { bidirectional: true }),
  GRU: () => new GRU(4, 6, { bidirectional: true }),
  LSTM: () => new LSTM(4, 6, { numLayers: 2 }),
  "LSTM with projections": () => new LSTM(4, 6, { bidirectional: true, projSize: 3 }),
};

/** Outputs, last states and the gradients of all parameters. */
async function run(device: Backend, make: () => RNN | GRU | LSTM): Promise<number[]> {
  setDefaultDevice(device);
  manualSeed(1);
  const model = make();
  const [output, state] = model.callPacked(packPaddedSequence(randn([5, 3, 4]), [5, 4, 2]));
  const results = [output.data, ...[state].flat()] as Tensor[];
  results
    .map((x) => x.square().sum())
    .reduce((a, b) => a.add(b))
    .backward();
  const all = [...results, ...[...model.parameters()].map((parameter) => parameter.grad as Tensor)];
  return (await Promise.all(all.map((x) => x.data()))).flatMap((data) => [...data]);
}

describe.skipIf(!opened)("recurrent layers", () => {
  it.each(Object.entries(layers))("%s: the CPU's values and gradients", { timeout: 60_000 }, async (_, make) => {
    const [got, expected] = [await run(opened as WebGpuBackend, make), await run(await cpu(), make)];
    expect(got.length).toBe(expected.length);
    got.forEach((value, i) => {
      expect(Math.abs(value - (expected[i] as number))).toBeLessThan(2e-5 * (1 + Math.abs(expected[i] as number))); // the driver's tanh and exp
    });
  });
});
