// A small network learns what a line cannot.
import { Adam } from "@gradkit/optim";
import { Generator, setDefaultDevice, tensor } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, expect, test } from "vitest";
import { CrossEntropyLoss, Linear, Sequential, Tanh } from "../src/index.ts";

beforeAll(() => setDefaultDevice(reference()));

test("an MLP learns XOR", () => {
  const generator = new Generator(1);
  const model = new Sequential(new Linear(2, 8, { generator }), new Tanh(), new Linear(8, 2, { generator }));
  const x = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]); // biome-ignore format: a table
  const y = tensor([0, 1, 1, 0], { dtype: "int32" });
  const loss = new CrossEntropyLoss();
  const optimizer = new Adam(model.parameters(), { lr: 0.05 });
  for (let step = 0; step < 150; step++) {
    optimizer.zeroGrad();
    loss.call(model.call(x), y).backward();
    optimizer.step();
  }
  expect([...model.call(x).argmax(1).dataSync()]).toEqual([0, 1, 1, 0]);
  expect(loss.call(model.call(x), y).itemSync()).toBeLessThan(0.05);
});
