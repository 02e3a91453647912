// Lion, Muon and Adafactor where PyTorch's cases do not reach.
import "@gradkit/autograd/install";
import { memory, noGrad, randn, setDefaultDevice, type Tensor, tensor, zeros } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, expect, test } from "vitest";
import { Adafactor, Lion, Muon } from "./index.ts";

beforeAll(() => setDefaultDevice(reference()));

const values = (x: Tensor): number[] => [...x.dataSync()];

test("Lion steps along the sign, decay apart", () => {
  const w = tensor([1, -1, 2], { requiresGrad: true });
  w.grad = tensor([0.3, 0, -5]);
  const optimizer = new Lion([w], { lr: 0.1, weightDecay: 0.5 });
  optimizer.step();
  [1 * 0.95 - 0.1, -1 * 0.95, 2 * 0.95 + 0.1].forEach((x, i) => {
    expect(values(w)[i]).toBeCloseTo(x, 6);
  });
  // m = 0.01 g, and 0.9 m outweighs 0.1 g' as long as g' is small
  w.grad = tensor([-0.02, 0, 0]);
  const [before] = values(w) as [number];
  optimizer.step();
  expect(values(w)[0]).toBeCloseTo(before * 0.95 - 0.1 * Math.sign(0.9 * 0.01 * 0.3 + 0.1 * -0.02), 6);
});

test("Muon's step is nearly orthogonal, whichever side is longer", () => {
  for (const shape of [
    [6, 3],
    [3, 6],
  ] as const) {
    const w = zeros(shape, { requiresGrad: true });
    w.grad = randn(shape);
    new Muon([w], { lr: 1, weightDecay: 0 }).step();
    const step = noGrad(() => (shape[0] > shape[1] ? w.div(Math.sqrt(2)).t() : w)); // the rate grows with the height
    const diagonal = noGrad(() => values(step.matmul(step.t()).diagonal()));
    for (const x of diagonal) expect(Math.abs(x - 1)).toBeLessThan(0.6); // five iterations bring singular values into [0.7, 1.2]
  }
});

test("Muon takes matrices only", () => {
  expect(() => new Muon([zeros([3], { requiresGrad: true })])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: Muon: a parameter is no matrix (got [3]). Give the others to AdamW]`,
  );
  expect(() => new Muon([zeros([3, 3], { requiresGrad: true })], { nsSteps: 100 })).toThrowErrorMatchingInlineSnapshot(
    `[GradkitError: Muon: nsSteps must be below 100 (got 100)]`,
  );
});

test("Adafactor remembers rows and columns of matrices, for stacks of them too; it goes on where a saved one stood", () => {
  const make = (from: Tensor) => {
    const w = noGrad(() => from.clone()).requiresGrad_();
    return { w, optimizer: new Adafactor([w], { lr: 0.1 }) };
  };
  const step = ({ w, optimizer }: ReturnType<typeof make>): void => {
    w.grad = noGrad(() => w.mul(2));
    optimizer.step();
  };
  const original = make(randn([2, 4, 3]));
  step(original);
  const state = original.optimizer.stateDict().state[0] as Record<string, Tensor>;
  expect([state.row_var?.shape, state.col_var?.shape]).toEqual([
    [2, 4, 1],
    [2, 1, 3],
  ]);
  const copy = make(original.w);
  copy.optimizer.loadStateDict(original.optimizer.stateDict());
  step(original);
  step(copy);
  expect(values(copy.w)).toEqual(values(original.w));
});

test("their steps leave no temporaries", () => {
  const w = randn([4, 3]).requiresGrad_();
  w.grad = randn([4, 3]);
  for (const optimizer of [new Adafactor([w]), new Muon([w]), new Lion([w])]) {
    optimizer.step();
    const { liveBytes } = memory();
    optimizer.step();
    expect(memory().liveBytes).toBe(liveBytes);
  }
});
