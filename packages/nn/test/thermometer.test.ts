// The regression of Stevens, Antiga & Viehmann, "Deep Learning with PyTorch" (2020), chapter 5, with the numbers that PyTorch gets.
import { SGD } from "@gradkit/optim";
import { setDefaultDevice, type Tensor, tensor } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, expect, test } from "vitest";
import { Module, MSELoss, parameter } from "../src/index.ts";

const celsius = [0.5, 14, 15, 28, 11, 8, 3, -4, 6, 13, 21];
const unknown = [35.7, 55.9, 58.2, 81.9, 56.3, 48.9, 33.9, 21.8, 48.4, 60.4, 68.4];

class Line extends Module {
  w = parameter(tensor(1));
  b = parameter(tensor(0));
  forward(x: Tensor): Tensor {
    return x.mul(this.w).add(this.b);
  }
}

/** Losses before each step, and the model after the last. */
function fit(inputScale: number, epochs: number): { losses: number[]; w: number; b: number } {
  const [x, y] = [tensor(unknown.map((value) => value * inputScale)), tensor(celsius)];
  const line = new Line();
  const loss = new MSELoss();
  const optimizer = new SGD(line.parameters(), { lr: 1e-2 });
  const losses: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    optimizer.zeroGrad();
    const value = loss.call(line.call(x), y);
    value.backward();
    optimizer.step();
    losses.push(value.itemSync());
  }
  return { losses, w: line.w.itemSync(), b: line.b.itemSync() };
}

beforeAll(() => setDefaultDevice(reference()));

test("scaled inputs: converges to the book's line", () => {
  const { losses, w, b } = fit(0.1, 5000);
  expect(losses[0]).toBeCloseTo(80.3643, 4);
  expect(losses.at(-1)).toBeCloseTo(2.9276, 4);
  expect(w).toBeCloseTo(5.3671, 4);
  expect(b).toBeCloseTo(-17.3012, 3); // the book prints four digits; float32 steps leave 2e-4
});

test("raw inputs: the loss is the book's, then diverges to infinity and NaN without an exception", () => {
  const { losses, w, b } = fit(1, 40);
  expect(losses[0]).toBeCloseTo(1763.8846, 3);
  expect(losses).toContain(Number.POSITIVE_INFINITY);
  expect(losses.at(-1)).toBeNaN();
  expect([w, b]).toEqual([Number.NaN, Number.NaN]);
});
