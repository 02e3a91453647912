// Training on the device: the CPU's numbers, few submits, bounded memory.
import { cpu } from "@gradkit/backend-cpu";
import { type Backend, dropout, manualSeed, ones, randint, randn, randperm, setDefaultDevice } from "@gradkit/tensor";
import { describe, expect, it } from "vitest";
import { openBackend } from "../test/rig.ts";
import { losses, type networks, startRun } from "../test/training.ts";
import type { WebGpuBackend } from "./webgpu.ts";

const opened = await openBackend();

/** Both devices round each sum of 784 terms in another order; over 50 steps of 1e-3 the difference stays within a few units of float32. */
const noise = 2e-6;

describe.skipIf(!opened)("training", () => {
  const device = opened as WebGpuBackend;

  const compare = async (network: keyof typeof networks, steps: number): Promise<void> => {
    const got = await losses(startRun(device, network), steps);
    const expected = await losses(startRun(await cpu(), network), steps);
    expect(got.length).toBe(steps);
    got.forEach((loss, i) => {
      expect(Math.abs(loss - (expected[i] as number)) / (expected[i] as number), `step ${i}`).toBeLessThan(noise);
    });
    expect(got.at(-1)).toBeLessThan(0.9 * (got[0] as number));
  };

  it("an MLP follows the CPU's loss curve for 50 steps, dropout included", { timeout: 120_000 }, () => compare("mlpWithDropout", 50));
  it("LeNet follows it too", { timeout: 240_000 }, () => compare("lenet", 15));

  it("draws what the CPU draws", async () => {
    const draw = async (on: Backend): Promise<unknown[]> => {
      setDefaultDevice(on);
      manualSeed(3);
      const exact = [randint(0, 100, [50]), randperm(20), dropout(ones([64]), 0.3)];
      return Promise.all(exact.map((x) => x.tolist()));
    };
    expect(await draw(device)).toEqual(await draw(await cpu()));
    setDefaultDevice(device);
    expect(await randn([5]).data()).toHaveLength(5);
  });

  it("one submit and at most 25 dispatches a step", { timeout: 60_000 }, async () => {
    const run = startRun(device, "mlp");
    await losses(run, 3);
    const before = device.counters();
    await losses(run, 5);
    const after = device.counters();
    expect(after.submits - before.submits).toBe(5);
    expect((after.dispatches - before.dispatches) / 5).toBeLessThanOrEqual(25);
  });

  it("500 steps hold the same memory as 50", { timeout: 240_000 }, async () => {
    const run = startRun(device, "mlp", { batchSize: 8 });
    const held = (): number => device.memory().liveBytes + device.memory().pooledBytes;
    await losses(run, 50);
    const early = held();
    await losses(run, 450);
    expect(held()).toBeLessThan(2 * early);
  });
});
