// Loops that train and keep some of what they made.
import type { Linear } from "@gradkit/nn";
import { Adam } from "@gradkit/optim";
import { cat, type Tensor } from "@gradkit/tensor";
import { batch, crossEntropy, expectValues, megabyte, mlp, type Program, pushLatest, type Scenario } from "../scenario.ts";

/** A step of training; `keep` sees the logits and the loss after backward. */
function training(keep: (logits: Tensor, loss: Tensor, i: number) => void, check: () => void, model = mlp(256, 128)): Program {
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
  return {
    step(i) {
      const [x, y] = batch(64, 256);
      optimizer.zeroGrad();
      const logits = model.call(x);
      const loss = crossEntropy.call(logits, y);
      loss.backward();
      optimizer.step();
      keep(logits, loss, i);
    },
    check,
  };
}

const bounds = { testSteps: 200, budget: 8 * megabyte };

export const keepingScenarios: readonly Scenario[] = [
  {
    name: "losses.push(loss)",
    steps: 5000,
    ...bounds,
    start() {
      const losses: Tensor[] = [];
      const values: number[] = [];
      return training(
        (_, loss) => {
          losses.push(loss);
          values.push(loss.itemSync());
        },
        () => {
          for (const [i, loss] of losses.entries()) expectValues(`loss ${i}`, loss, [values[i] as number]);
        },
      );
    },
  },
  {
    name: "logits read after backward",
    steps: 5000,
    ...bounds,
    start() {
      const model = mlp(256, 128);
      const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
      let before: { logits: Tensor; values: ArrayLike<number> } | null = null;
      return {
        step() {
          const [x, y] = batch(64, 256);
          optimizer.zeroGrad();
          const logits = model.call(x);
          const values = logits.dataSync();
          crossEntropy.call(logits, y).backward();
          if (before) expectValues("logits of the step before", before.logits, before.values);
          optimizer.step();
          expectValues("logits after the step", logits, values);
          before = { logits, values };
        },
      };
    },
  },
  {
    name: "cat of detached logits at the end of an epoch",
    steps: 5000,
    ...bounds,
    start() {
      let epoch: Tensor[] = [];
      let values: number[] = [];
      return training(
        (logits) => {
          epoch.push(logits.detach());
          values.push(...logits.dataSync());
          if (epoch.length < 50) return;
          expectValues("the logits of the epoch", cat(epoch).flatten(), values);
          [epoch, values] = [[], []];
        },
        () => {},
      );
    },
  },
  {
    name: "forward hooks that keep activations",
    steps: 5000,
    ...bounds,
    start() {
      const kept: [Tensor, ArrayLike<number>][] = [];
      const model = mlp(256, 128);
      for (const layer of model.children() as Linear[]) {
        layer.registerForwardHook((_, __, output) => {
          const activation = (output as Tensor).detach();
          pushLatest(kept, [activation, activation.dataSync()], 30);
          return undefined;
        });
      }
      const check = (): void => {
        for (const [activation, values] of kept) expectValues("an activation", activation, values);
      };
      return training(
        (_, __, i) => {
          if (i % 20 === 0) check();
        },
        check,
        model,
      );
    },
  },
  {
    name: "exponential average of the weights, out of place",
    steps: 2000,
    ...bounds,
    testSteps: 80,
    start() {
      const model = mlp(256, 128);
      const weight = model.parameters()[0] as Tensor;
      let average = weight.detach().mul(1);
      let expected = average.dataSync().slice();
      return training(
        () => {
          average = average.mul(0.5).add(weight.detach().mul(0.5)); // halves are exact
          const now = weight.dataSync();
          expected = expected.map((value, i) => value * 0.5 + (now[i] as number) * 0.5);
        },
        () => expectValues("the average", average, expected),
        model,
      );
    },
  },
];
