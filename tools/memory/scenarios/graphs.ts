// Loops whose graphs are not one forward and one backward.
import { grad } from "@gradkit/autograd";
import { Linear } from "@gradkit/nn";
import { Adam, SGD } from "@gradkit/optim";
import { noGrad, ones, randn, type Tensor, zeros } from "@gradkit/tensor";
import { batch, crossEntropy, expectValues, megabyte, mlp, pushLatest, type Scenario } from "../scenario.ts";

const bounds = { testSteps: 200, budget: 8 * megabyte };

function expectFinite(loss: Tensor): void {
  if (!Number.isFinite(loss.itemSync())) throw new Error("the loss is not finite");
}

export const graphScenarios: readonly Scenario[] = [
  {
    name: "GAN: two optimizers, a pool of detached fakes",
    steps: 5000,
    ...bounds,
    start() {
      const [generator, critic] = [mlp(64, 128), new Linear(10, 1)];
      const [forGenerator, forCritic] = [new Adam(generator.parameters(), { lr: 1e-4 }), new Adam(critic.parameters(), { lr: 1e-4 })];
      const pool: [Tensor, ArrayLike<number>][] = [];
      return {
        step(i) {
          const fake = generator.call(randn([256, 64]));
          pushLatest(pool, [fake.detach(), fake.dataSync()], 40);
          const [old] = pool[i % pool.length] as [Tensor, ArrayLike<number>];
          forCritic.zeroGrad();
          const judged = critic
            .call(randn([256, 10]))
            .softplus()
            .mean()
            .add(critic.call(old).neg().softplus().mean());
          judged.backward();
          forCritic.step();
          forGenerator.zeroGrad();
          const loss = critic.call(fake).softplus().mean();
          loss.backward();
          forGenerator.step();
          expectValues("fakes after the steps of both", fake, pool.at(-1)?.[1] as ArrayLike<number>);
          expectFinite(loss);
        },
        check() {
          for (const [fake, values] of pool) expectValues("a fake of the pool", fake, values);
        },
      };
    },
  },
  {
    name: "recurrent state, detached and carried",
    steps: 5000,
    ...bounds,
    start() {
      const [input, hidden, output] = [new Linear(32, 128), new Linear(128, 128), new Linear(128, 10)];
      const optimizer = new SGD([...input.parameters(), ...hidden.parameters(), ...output.parameters()], { lr: 0.01 });
      let h = zeros([32, 128]);
      return {
        step() {
          h = h.detach();
          const before = h.dataSync();
          const start = h;
          for (let t = 0; t < 5; t++)
            h = input
              .call(randn([32, 32]))
              .add(hidden.call(h))
              .tanh();
          const loss = output.call(h).square().mean();
          optimizer.zeroGrad();
          loss.backward();
          optimizer.step();
          expectFinite(loss);
          expectValues("the state at the start", start, before);
        },
      };
    },
  },
  {
    name: "gradients accumulated over 4 batches",
    steps: 4000,
    ...bounds,
    start() {
      const model = mlp(256, 128);
      const optimizer = new SGD(model.parameters(), { lr: 0.01 });
      const [x, y] = batch(64, 256);
      return {
        step() {
          optimizer.zeroGrad();
          const before = noGrad(() => model.call(x)).dataSync();
          for (let part = 0; part < 4; part++) {
            const logits = model.call(x);
            crossEntropy.call(logits, y).mul(0.25).backward();
            expectValues("logits of a part", logits, before);
          }
          optimizer.step();
        },
      };
    },
  },
  {
    name: "two losses on one trunk, retainGraph",
    steps: 4000,
    ...bounds,
    start() {
      const [trunk, first, second] = [new Linear(256, 128), new Linear(128, 10), new Linear(128, 10)];
      const optimizer = new SGD([...trunk.parameters(), ...first.parameters(), ...second.parameters()], { lr: 0.01 });
      return {
        step() {
          const [x, y] = batch(64, 256);
          optimizer.zeroGrad();
          const features = trunk.call(x).relu();
          const values = features.dataSync();
          crossEntropy.call(first.call(features), y).backward(null, { retainGraph: true });
          expectValues("the trunk between two backwards", features, values);
          const loss = crossEntropy.call(second.call(features), y);
          loss.backward();
          optimizer.step();
          expectFinite(loss);
        },
      };
    },
  },
  {
    name: "double backward: a penalty on the gradient",
    steps: 4000,
    ...bounds,
    start() {
      const model = mlp(64, 128);
      const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
      return {
        step() {
          const x = randn([64, 64], { requiresGrad: true });
          optimizer.zeroGrad();
          const y = model.call(x).tanh();
          const [slope] = grad(y, [x], { gradOutputs: ones(y.shape), createGraph: true });
          const values = slope.dataSync();
          const loss = y.square().mean().add(slope.square().sum(1).sqrt().sub(1).square().mean());
          loss.backward();
          expectValues("the gradient after backward", slope, values);
          optimizer.step();
          expectFinite(loss);
        },
      };
    },
  },
];
