// The numbers are held by PyTorch's cases; here, the line search where they are few, history across saves, and what LBFGS refuses.
import "@gradkit/autograd/install";
import { setDefaultDevice, type Tensor, tensor } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, describe, expect, test } from "vitest";
import { LBFGS, type LBFGSOptions } from "./index.ts";

beforeAll(() => setDefaultDevice(reference()));

/** Rosenbrock's banana, its minimum at (1, 1). */
const rosenbrock = (x: Tensor): Tensor => {
  const [a, b] = [x.select(0, 0), x.select(0, 1)];
  return b.sub(a.square()).square().mul(100).add(a.neg().add(1).square());
};

function problem(options: Partial<LBFGSOptions>, start: readonly number[] = [-1.5, 2]) {
  const x = tensor([...start], { requiresGrad: true });
  const optimizer = new LBFGS([x], options);
  let evaluations = 0;
  const closure = (): Tensor => {
    evaluations++;
    optimizer.zeroGrad();
    const loss = rosenbrock(x);
    loss.backward();
    return loss;
  };
  return { x, optimizer, closure, evaluations: () => evaluations };
}

const values = (x: Tensor): number[] => [...x.dataSync()];

describe("strong Wolfe", () => {
  test("finds the minimum of a curved valley", async () => {
    const { x, optimizer, closure } = problem({ lineSearchFn: "strong_wolfe", maxIter: 60 });
    const first = await optimizer.step(closure);
    expect(first.itemSync()).toBeCloseTo(100 * (2 - 2.25) ** 2 + 2.5 ** 2, 4);
    expect(values(x)[0]).toBeCloseTo(1, 3); // the valley's floor is flat: 1e-6 in loss is 1e-3 in x
    expect(values(x)[1]).toBeCloseTo(1, 3);
  });

  test("stops at maxEval, after the search that reaches it", async () => {
    const { optimizer, closure, evaluations } = problem({ lineSearchFn: "strong_wolfe", maxEval: 4 });
    await optimizer.step(closure);
    expect(evaluations()).toBeGreaterThanOrEqual(4);
    expect(evaluations()).toBeLessThan(4 + 25);
  });

  test("takes async closures", async () => {
    const { x, optimizer, closure } = problem({ lineSearchFn: "strong_wolfe", maxIter: 60 });
    await optimizer.step(async () => {
      await Promise.resolve();
      return closure();
    });
    expect(values(x)[0]).toBeCloseTo(1, 3);
  });
});

test("goes on where a saved one stood", async () => {
  const options = { lineSearchFn: "strong_wolfe", maxIter: 5 } as const;
  const original = problem(options);
  await original.optimizer.step(original.closure);
  const copy = problem(options, values(original.x));
  copy.optimizer.loadStateDict(original.optimizer.stateDict());
  for (const { optimizer, closure } of [original, copy]) await optimizer.step(closure);
  expect(values(copy.x)).toEqual(values(original.x));
  expect(copy.optimizer.stateDict().state[0]?.n_iter).toBe(original.optimizer.stateDict().state[0]?.n_iter);
});

test("at the minimum the closure is called once", async () => {
  const { optimizer, closure, evaluations } = problem({}, [1, 1]);
  await optimizer.step(closure);
  expect(evaluations()).toBe(1);
});

test("refuses groups and other searches", () => {
  const leaf = (): Tensor => tensor([1], { requiresGrad: true });
  expect(() => new LBFGS([{ params: leaf() }, { params: leaf() }])).toThrowErrorMatchingInlineSnapshot(
    `[GradkitError: LBFGS: parameters must be one group. Its steps look at all of them together]`,
  );
  expect(() => new LBFGS([leaf()], { lineSearchFn: "armijo" as never })).toThrowErrorMatchingInlineSnapshot(
    `[GradkitError: LBFGS: lineSearchFn is "strong_wolfe" or null (got "armijo")]`,
  );
});
