// Programs in plain code: released memory is filled with NaN, and a budget throws when memory grows.
import { cpu } from "@gradkit/backend-cpu";
import { Adam } from "@gradkit/optim";
import { manualSeed, memory, setDefaultDevice, setMemoryBudget } from "@gradkit/tensor";
import { expect, test } from "vitest";
import { setCollectorStep } from "../../packages/tensor/src/collector.ts";
import { batch, crossEntropy, mlp } from "./scenario.ts";
import { scenarios } from "./scenarios/index.ts";
import { images, lenet } from "./scenarios/training.ts";

const TIMEOUT_MS = 60_000; // the machine may be busy

test.each(scenarios)("$name", { timeout: TIMEOUT_MS }, async ({ testSteps, budget, start }) => {
  const device = await cpu({ poison: true });
  setDefaultDevice(device);
  setMemoryBudget(budget, device);
  manualSeed(0);
  const program = await start();
  for (let i = 0; i < testSteps; i++) await program.step(i);
  await program.check?.();
  setMemoryBudget(null, device);
});

test("optimizer steps release what the steps before made, without any collection", async () => {
  setDefaultDevice(await cpu({ poison: true }));
  const model = mlp(784, 128);
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
  const [x, y] = batch(64, 784);
  const live: number[] = [];
  for (let i = 0; i <= 100; i++) {
    optimizer.zeroGrad();
    crossEntropy.call(model.call(x), y).backward();
    optimizer.step();
    live.push(memory().liveBytes);
  }
  const losses = 64 * 90; // a scalar each, left to the collector
  expect((live[100] as number) - (live[10] as number)).toBe(losses);
});

test("a collection before every allocation takes nothing that is in use", async () => {
  const train = async (): Promise<number[]> => {
    setDefaultDevice(await cpu({ poison: true }));
    manualSeed(0);
    const model = lenet();
    const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
    const [x, y] = images();
    return Array.from({ length: 4 }, () => {
      optimizer.zeroGrad();
      const loss = crossEntropy.call(model.call(x), y);
      loss.backward();
      optimizer.step();
      return loss.itemSync();
    });
  };
  const expected = await train();
  setCollectorStep(0);
  try {
    expect(await train()).toEqual(expected);
  } finally {
    setCollectorStep(Number.POSITIVE_INFINITY);
  }
});
