// The numbers of the schedules are held by PyTorch's own, in the golden cases; here, what the cases do not cover.
import { type GradkitError, setDefaultDevice, tensor } from "@gradkit/tensor";
import "@gradkit/autograd/install";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, describe, expect, test } from "vitest";
import {
  Adam,
  ConstantLR,
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  CyclicLR,
  ExponentialLR,
  LambdaLR,
  LinearLR,
  MultiplicativeLR,
  OneCycleLR,
  PolynomialLR,
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
  /** Rates of a schedule that is made anew after two steps, the optimizer's state being kept; and of one that is not. */
  const rates = (make: (optimizer: SGD, lastEpoch: number) => { step(): void }): [number[], number[]] => {
    const run = (again: boolean): number[] => {
      const optimizer = sgd(2);
      let schedule = make(optimizer, -1);
      return [1, 2, 3, 4, 5].map((epoch) => {
        schedule.step();
        if (again && epoch === 2) schedule = make(optimizer, epoch - 1); // which makes a step of its own
        return optimizer.paramGroups[0]?.lr as number;
      });
    };
    return [run(true), run(false)];
  };

  test.each([
    ["CosineAnnealingLR", (optimizer: SGD, lastEpoch: number) => new CosineAnnealingLR(optimizer, 4, { etaMin: 0.1, lastEpoch })],
    ["ExponentialLR", (optimizer: SGD, lastEpoch: number) => new ExponentialLR(optimizer, 0.5, { lastEpoch })],
    ["LinearLR", (optimizer: SGD, lastEpoch: number) => new LinearLR(optimizer, { totalIters: 4, lastEpoch })],
    ["PolynomialLR", (optimizer: SGD, lastEpoch: number) => new PolynomialLR(optimizer, { totalIters: 4, lastEpoch })],
    ["MultiplicativeLR", (optimizer: SGD, lastEpoch: number) => new MultiplicativeLR(optimizer, (epoch) => 1 / epoch, { lastEpoch })],
    ["LambdaLR", (optimizer: SGD, lastEpoch: number) => new LambdaLR(optimizer, (epoch) => 0.5 ** epoch, { lastEpoch })],
    ["CosineAnnealingWarmRestarts", (optimizer: SGD, lastEpoch: number) => new CosineAnnealingWarmRestarts(optimizer, 3, { lastEpoch })],
  ])("%s goes on where it stood", (_, make) => {
    const [resumed, straight] = rates(make);
    resumed.forEach((rate, i) => void expect(rate).toBeCloseTo(straight[i] as number, 12));
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

test("momenta may differ by group", () => {
  const optimizer = new SGD(
    [1, 2].map((x) => ({ params: tensor([x], { requiresGrad: true }) })),
    { lr: 1, momentum: 0.9 },
  );
  new OneCycleLR(optimizer, 0.1, { totalSteps: 10, maxMomentum: [0.9, 0.8] });
  expect(optimizer.paramGroups.map(({ momentum }) => momentum)).toEqual([0.9, 0.8]);
  const schedule = new CyclicLR(optimizer, 0.1, 1, { stepSizeUp: 1, baseMomentum: [0.5, 0.6] });
  schedule.step();
  expect(optimizer.paramGroups.map(({ momentum }) => momentum)).toEqual([0.5, 0.6]);
});

test("warm restarts take parts of epochs, and go on from their whole number", () => {
  const schedule = new CosineAnnealingWarmRestarts(sgd(), 2, { TMult: 2 });
  const at = (epoch?: number): number => {
    schedule.step(epoch);
    return schedule.getLastLr()[0] as number;
  };
  expect(at(0.5)).toBeCloseTo((1 + Math.cos(Math.PI / 4)) / 2, 12);
  expect(at(3)).toBeCloseTo((1 + Math.cos(Math.PI / 4)) / 2, 12); // the first of four
  expect(at(7.5)).toBeCloseTo((1 + Math.cos((1.5 * Math.PI) / 8)) / 2, 12);
  expect(at()).toBeCloseTo((1 + Math.cos((2 * Math.PI) / 8)) / 2, 12);
});

test("a sequence multiplies by the factor of epoch 0 where a MultiplicativeLR begins, as torch", () => {
  const optimizer = sgd();
  const parts = [new ConstantLR(optimizer, { factor: 0.5, totalIters: 9 }), new MultiplicativeLR(optimizer, (epoch) => epoch + 2)];
  const schedule = new SequentialLR(optimizer, parts, [2]);
  const rates = [1, 2, 3].map(() => {
    schedule.step();
    return schedule.getLastLr()[0];
  });
  expect(rates).toEqual([0.5, 1, 3]);
});

test("options that make no sense", () => {
  const messages = [
    () => new LinearLR(sgd(), { startFactor: 0 }),
    () => new ConstantLR(sgd(), { factor: 2 }),
    () => new CosineAnnealingWarmRestarts(sgd(), 0),
    () => new OneCycleLR(sgd(), 1, { totalSteps: 3, pctStart: 30 }),
    () => new OneCycleLR(sgd(), 1, { totalSteps: 3, annealStrategy: "cosine" as "cos" }),
    () => new CyclicLR(sgd(), 0.1, 1, { mode: "linear" as "triangular" }),
    () => new ReduceLROnPlateau(sgd(), { factor: 1 }),
    () => new ReduceLROnPlateau(sgd(), { mode: "low" as "min" }),
    () => new ReduceLROnPlateau(sgd(), { thresholdMode: "absolute" as "abs" }),
  ].map((make) => {
    try {
      make();
    } catch (error) {
      return (error as GradkitError).message;
    }
    return "";
  });
  expect(messages).toMatchInlineSnapshot(`
    [
      "LinearLR: startFactor must be above 0 (got 0). Nothing leads away from a rate of 0",
      "ConstantLR: factor must be from 0 to 1 (got 2)",
      "CosineAnnealingWarmRestarts: T0 and TMult must be whole numbers above 0 (got 0 and 1)",
      "OneCycleLR: pctStart must be from 0 to 1 (got 30)",
      "OneCycleLR: annealStrategy must be "cos" or "linear" (got "cosine")",
      "CyclicLR: mode must be "triangular", "triangular2" or "exp_range" (got "linear")",
      "ReduceLROnPlateau: factor must be below 1 (got 1)",
      "ReduceLROnPlateau: mode must be "min" or "max" (got "low")",
      "ReduceLROnPlateau: thresholdMode must be "rel" or "abs" (got "absolute")",
    ]
  `);
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
