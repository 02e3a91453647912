// Training on the device: the CPU's numbers, few submits, bounded memory.
import { cpu } from "@gradkit/backend-cpu";
import { DataLoader, Dataset } from "@gradkit/data";
import { CrossEntropyLoss, Linear, ReLU, Sequential } from "@gradkit/nn";
import { Adam } from "@gradkit/optim";
import { type Backend, dropout, manualSeed, ones, randint, randn, randperm, setDefaultDevice, tensor } from "@gradkit/tensor";
import { describe, expect, it } from "vitest";
import { openBackend } from "../test/rig.ts";
import { losses, type networks, startRun } from "../test/training.ts";
import type { WebGpuBackend } from "./webgpu.ts";

const opened = await openBackend();

/** Both devices round each sum of 784 terms in another order; over 50 steps of 1e-3 the difference stays within a few units of float32. */
const noise = 2e-6;

/** On the host, as MNIST is: a batch is one upload. */
class Pictures extends Dataset<[Float32Array, number]> {
  readonly length: number;
  constructor(length: number) {
    super();
    this.length = length;
  }
  get(index: number): [Float32Array, number] {
    return [new Float32Array(784).fill(index / this.length), index % 10];
  }
}

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

  it("starts from the CPU's weights", async () => {
    const weights = async (on: Backend): Promise<unknown[]> =>
      Promise.all(Object.values(startRun(on, "lenet").model.stateDict()).map((weight) => weight.data()));
    expect(await weights(device)).toEqual(await weights(await cpu()));
  });

  it("the loop of the README is one submit and at most 25 dispatches a step", { timeout: 60_000 }, async () => {
    setDefaultDevice(device);
    manualSeed(0);
    const [steps, batchSize] = [6, 16];
    const train = new DataLoader(new Pictures(steps * batchSize), { batchSize, shuffle: true });
    const model = new Sequential(new Linear(784, 128), new ReLU(), new Linear(128, 10));
    const loss = new CrossEntropyLoss();
    const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
    const epoch = async (): Promise<void> => {
      for await (const [x, y] of train) {
        optimizer.zeroGrad();
        const output = loss.call(model.call(x), y);
        output.backward();
        optimizer.step();
        await output.item();
      }
    };
    await epoch();
    const before = device.counters();
    await epoch();
    const after = device.counters();
    expect(after.submits - before.submits).toBe(steps);
    expect((after.dispatches - before.dispatches) / steps).toBeLessThanOrEqual(25);
  });

  it("small tensors that are forgotten come back", { timeout: 60_000 }, async () => {
    setDefaultDevice(device);
    const x = tensor([1, 2]);
    const before = device.memory().liveBuffers;
    let most = 0;
    for (let i = 1; i <= 60_000; i++) {
      x.add(1);
      if (i % 1000 === 0) await x.data();
      most = Math.max(most, device.memory().liveBuffers - before);
    }
    expect(most).toBeLessThan(30_000);
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
