// What a training loop in plain code holds: no dispose, no scope, no keep.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { cpu } from "@gradkit/backend-cpu";
import { Generator, linear, markStep, noGrad, randn, type Tensor } from "@gradkit/tensor";
import { expect, test } from "vitest";
import "./index.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

test("1,000 training steps hold as much as 10", async () => {
  const device = await cpu({ poison: true });
  const options = { device, generator: new Generator(0) };
  const parameter = (...shape: number[]): Tensor => randn(shape, { ...options, requiresGrad: true });
  const [x, w1, b1, w2] = [randn([64, 50], options), parameter(80, 50), parameter(80), parameter(10, 80)];
  const parameters = [w1, b1, w2];
  const step = (): void => {
    const hidden = linear(x, w1, b1).relu();
    const loss = linear(hidden, w2).mul(0.1).logSoftmax(1).square().mean();
    loss.backward();
    noGrad(() => {
      for (const p of parameters) {
        p.sub_(p.accumulatedGrad as Tensor, { alpha: 1e-3 });
        p.grad = null;
      }
    });
    loss.dispose(); // a scalar is never released by the library, and too small to be noticed in time by the collector
    markStep(parameters); // as optimizers do
  };
  const live: number[] = [];
  for (let i = 1; i <= 1000; i++) {
    step();
    if (i === 10 || i === 1000) live.push(device.memory().liveBytes);
  }
  expect(live[1]).toBe(live[0]);
});

test("a graph that nobody walks is garbage with its output", async () => {
  const device = await cpu({ poison: true });
  const x = randn([64, 64], { device, generator: new Generator(0), requiresGrad: true });
  const graph = (): WeakRef<object> => new WeakRef(x.exp().mul(x).matmul(x).gradFn as object);
  const node = graph();
  for (let turn = 0; turn < 5 && node.deref(); turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
  }
  expect(node.deref()).toBeUndefined();
});

test("a loss that is kept keeps no activations", async () => {
  const device = await cpu({ poison: true });
  const x = randn([512, 512], { device, generator: new Generator(0), requiresGrad: true });
  const before = device.memory().liveBytes;
  const losses: Tensor[] = [];
  for (let i = 0; i < 20; i++) {
    const loss = x.exp().tanh().square().mean();
    loss.backward();
    losses.push(loss);
    markStep(x);
  }
  markStep(x);
  markStep(x);
  const megabyte = 2 ** 20; // one activation, or the grad of x
  expect(device.memory().liveBytes - before).toBeLessThan(2 * megabyte);
  expect(losses).toHaveLength(20);
});
