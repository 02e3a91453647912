// The numbers of the schedules are held by PyTorch's own, in the golden cases; here, what the cases do not cover.
import { setDefaultDevice, tensor } from "@gradkit/tensor";
import "@gradkit/autograd/install";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, describe, expect, test } from "vitest";
import {
  Adam,
  CosineAnnealingLR,
  CyclicLR,
  ExponentialLR,
  LinearLR,
  OneCycleLR,
  ReduceLROnPlateau,
  SequentialLR,
  SGD,
  StepLR,
} from "../index.ts";

beforeAll(() => setDefaultDevice(reference()));

const sgd = (lr = 1) => new SGD([tensor([1], { requiresGrad: true })], { lr });

test("a rate that is set by hand is the one to go on from", () => {
  const optimizer = sgd();
  const schedule = new ExponentialLR(optimizer, 0.5);
  for (const group of optimizer.paramGroups) group.lr = 100;
  schedule.step();
  expect(schedule.getLastLr()).toEqual([50]);
});

test("goes on after loading", () => {
  const optimizer = sgd();
  const schedule = new StepLR(optimizer, 2);
  schedule.step();
  const resumed = sgd();
  resumed.loadStateDict(optimizer.stateDict());
  const copy = new StepLR(resumed, 2);
  copy.loadStateDict(schedule.stateDict());
  copy.step();
  expect(copy.getLastLr()[0]).toBeCloseTo(0.1, 12);
});

describe("lastEpoch", () => {
  test("goes on from the groups' initial rate", () => {
    const optimizer = sgd(2);
    for (const group of optimizer.paramGroups) group.initialLr = 2;
    const schedule = new CosineAnnealingLR(optimizer, 10, { lastEpoch: 4 });
    expect(schedule.getLastLr()[0]).toBeCloseTo(1, 12); // epoch 5 of 10: half way down
  });

  test("needs one", () => {
    expect(() => new StepLR(sgd(), 2, { lastEpoch: 3 })).toThrowErrorMatchingInlineSnapshot(
      `[GradkitError: StepLR: the groups have no initialLr to go on from. Load the optimizer's state dict first]`,
    );
  });
});

test("momentum is cycled where the optimizer has it: as beta1 in Adam", () => {
  const optimizer = new Adam([tensor([1], { requiresGrad: true })]);
  new OneCycleLR(optimizer, 0.1, { totalSteps: 10 });
  expect(optimizer.paramGroups[0]?.betas).toEqual([0.95, 0.999]);
  expect(() => new OneCycleLR(sgd(), 0.1)).toThrow(/number of steps is unknown/);
  expect(() => new CyclicLR({ paramGroups: [{ lr: 1 }] }, 0.1, 1)).toThrow(/no momentum to cycle/);
});

test("one cycle ends", () => {
  const schedule = new OneCycleLR(sgd(), 0.1, { totalSteps: 2 });
  schedule.step();
  schedule.step();
  expect(() => schedule.step()).toThrow(/the cycle is over/);
});

test("a plateau is left alone while the metric gets better", () => {
  const optimizer = sgd();
  const schedule = new ReduceLROnPlateau(optimizer, { patience: 1, factor: 0.5, minLr: 0.3 });
  const rates = [5, 4, 4, 4, 4, 4, 4, 4].map((metric) => {
    schedule.step(metric);
    return optimizer.paramGroups[0]?.lr;
  });
  expect(rates).toEqual([1, 1, 1, 0.5, 0.5, 0.3, 0.3, 0.3]);
});

test("a sequence needs a milestone between each two", () => {
  const optimizer = sgd();
  expect(() => new SequentialLR(optimizer, [new LinearLR(optimizer), new ExponentialLR(optimizer, 0.9)], [])).toThrow(/need 1 milestones/);
});
