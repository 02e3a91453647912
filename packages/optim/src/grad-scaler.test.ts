// The scale's course is torch.amp.GradScaler's.
import "@gradkit/autograd/install";
import { ones, setDefaultDevice, type Tensor, tensor } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { clipGradNorm_, GradScaler, SGD } from "./index.ts";

beforeAll(() => setDefaultDevice(reference()));

let w: Tensor;
let optimizer: SGD;
beforeEach(() => {
  w = tensor([1, 2], { requiresGrad: true });
  optimizer = new SGD([w], { lr: 0.5 });
});

/** Gradients of the loss are `factor`, unscaled. */
async function train(scaler: GradScaler, factor: number): Promise<boolean> {
  optimizer.zeroGrad();
  scaler.scale(w.mul(factor).sum()).backward();
  const made = await scaler.step(optimizer);
  await scaler.update();
  return made;
}

test("steps with the gradients of the loss, and starts at 65536", async () => {
  const scaler = new GradScaler();
  expect(scaler.getScale()).toBe(65536);
  expect(scaler.scale(tensor(2)).itemSync()).toBe(131072);
  expect(await train(scaler, 2)).toBe(true);
  expect([...w.dataSync()]).toEqual([0, 1]);
});

test("skips steps with an infinity or NaN, and halves the scale; doubles it after many without", async () => {
  const scaler = new GradScaler({ growthInterval: 2 });
  const scales: number[] = [];
  for (const factor of [Number.POSITIVE_INFINITY, 1, Number.NaN, 1, 1, 1, 1]) {
    const before = [...w.dataSync()];
    const made = await train(scaler, factor);
    expect(made).toBe(Number.isFinite(factor));
    if (!made) expect([...w.dataSync()]).toEqual(before);
    scales.push(scaler.getScale());
  }
  expect(scales).toEqual([32768, 32768, 16384, 16384, 32768, 32768, 65536]);
});

test("gradients are unscaled once, before clipping or by step", async () => {
  const scaler = new GradScaler();
  scaler.scale(w.mul(3).sum()).backward();
  scaler.unscale_(optimizer);
  expect(clipGradNorm_([w], 1e9).itemSync()).toBeCloseTo(Math.hypot(3, 3), 5);
  await scaler.step(optimizer);
  expect([...w.dataSync()]).toEqual([-0.5, 0.5]);
});

test("one infinity among several optimizers: the others step, the scale falls", async () => {
  const other = ones([1], { requiresGrad: true });
  const second = new SGD([other], { lr: 1 });
  const scaler = new GradScaler();
  scaler.scale(w.mul(Number.POSITIVE_INFINITY).sum().add(other.sum())).backward();
  expect([await scaler.step(optimizer), await scaler.step(second)]).toEqual([false, true]);
  await scaler.update();
  expect([scaler.getScale(), other.itemSync()]).toEqual([32768, 0]);
});

test("state has PyTorch's keys; update takes a scale of one's own", async () => {
  const scaler = new GradScaler();
  await train(scaler, 1);
  await scaler.update(8);
  expect(scaler.stateDict()).toEqual({ scale: 8, growth_factor: 2, backoff_factor: 0.5, growth_interval: 2000, _growth_tracker: 1 });
  const restored = new GradScaler({ initScale: 1 });
  restored.loadStateDict(scaler.stateDict() as Parameters<GradScaler["loadStateDict"]>[0]);
  expect(restored.stateDict()).toEqual(scaler.stateDict());
});

test("does nothing where it is not enabled", async () => {
  const scaler = new GradScaler({ enabled: false });
  expect([await train(scaler, 2), scaler.getScale(), scaler.stateDict()]).toEqual([true, 1, {}]);
  expect([...w.dataSync()]).toEqual([0, 1]);
});

test("what is out of order: messages", async () => {
  const message = async (fn: () => unknown): Promise<string> => {
    try {
      await fn();
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  };
  const scaler = new GradScaler();
  const found = [await message(() => scaler.update()), await message(() => scaler.step(optimizer))];
  await scaler.update(1);
  scaler.scale(w.sum()).backward();
  scaler.unscale_(optimizer);
  found.push(await message(() => scaler.unscale_(optimizer)));
  await scaler.step(optimizer);
  found.push(await message(() => scaler.step(optimizer)), await message(() => scaler.unscale_(optimizer)));
  found.push(await message(() => new GradScaler({ growthFactor: 1 })), await message(() => new GradScaler({ backoffFactor: 1 })));
  expect(found).toMatchInlineSnapshot(`
    [
      "update: no gradients were looked at since the last one. Call step() before",
      "step: the optimizer has no gradients. Call backward() on the scaled loss first",
      "unscale_: the gradients were unscaled since the last update()",
      "step: it was called for this optimizer since the last update()",
      "unscale_: step() was called since the last update()",
      "GradScaler: growthFactor must be above 1 (got 1)",
      "GradScaler: backoffFactor must be below 1 (got 1)",
    ]
  `);
});
