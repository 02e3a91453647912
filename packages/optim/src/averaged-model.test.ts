import "@gradkit/autograd/install";
import { noGrad, setDefaultDevice, type Tensor, tensor } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, expect, test } from "vitest";
import { AveragedModel, getEmaAvgFn, SGD, SWALR } from "./index.ts";

beforeAll(() => setDefaultDevice(reference()));

function model() {
  const w = tensor([1], { requiresGrad: true });
  const count = tensor([0]);
  return { w, count, namedParameters: () => [["w", w]] as const, namedBuffers: () => [["count", count]] as const };
}
const set = (x: Tensor, value: number): Tensor => noGrad(() => x.fill_(value));
const value = (x: Tensor): number => x.dataSync()[0] as number;

test("the mean of all models; buffers are the last one's", () => {
  const source = model();
  const averaged = new AveragedModel(source);
  for (const x of [2, 4, 9]) {
    set(source.w, x);
    set(source.count, x);
    averaged.updateParameters();
  }
  averaged.use(() => {
    expect(value(source.w)).toBeCloseTo(5, 6);
    expect(value(source.count)).toBe(9);
  });
  expect(value(source.w)).toBe(9);
});

test("an exponential average starts at the first model", () => {
  const source = model();
  const averaged = new AveragedModel(source, { avgFn: getEmaAvgFn(0.75) });
  for (const x of [2, 4, 8]) {
    set(source.w, x);
    averaged.updateParameters();
  }
  averaged.use(() => expect(value(source.w)).toBeCloseTo(0.75 * 2.5 + 0.25 * 8, 6));
});

test("the model's own weights come back after errors and promises", async () => {
  const source = model();
  const averaged = new AveragedModel(source);
  set(source.w, 3);
  expect(() =>
    averaged.use(() => {
      throw new Error("no");
    }),
  ).toThrow("no");
  expect(value(source.w)).toBe(3);
  const during = averaged.use(async () => {
    await Promise.resolve();
    return value(source.w);
  });
  expect(await during).toBe(1);
  expect(value(source.w)).toBe(3);
});

test("goes on where a saved one stood", () => {
  const source = model();
  const averaged = new AveragedModel(source);
  averaged.updateParameters();
  const saved = averaged.stateDict();
  expect(Object.keys(saved)).toEqual(["n_averaged", "module.w", "module.count"]);
  const other = model();
  const copy = new AveragedModel(other);
  copy.loadStateDict(saved);
  set(other.w, 5);
  copy.updateParameters();
  copy.use(() => expect(value(other.w)).toBeCloseTo(3, 6));
});

// torch.optim.swa_utils.SWALR(SGD(lr=1), swa_lr=0.1, anneal_epochs=4): a cosine from 1 to 0.1, then constant
test.each([
  ["cos", [1, 1 - 0.9 * 0.1464466, 0.55, 1 - 0.9 * 0.8535534, 0.1, 0.1]],
  ["linear", [1, 0.775, 0.55, 0.325, 0.1, 0.1]],
] as const)("SWALR, %s", (annealStrategy, expected) => {
  const optimizer = new SGD([model().w], { lr: 1 });
  const schedule = new SWALR(optimizer, 0.1, { annealEpochs: 4, annealStrategy });
  const rates = expected.map(() => {
    const [rate] = schedule.getLastLr();
    schedule.step();
    return rate as number;
  });
  rates.forEach((rate, i) => {
    expect(rate).toBeCloseTo(expected[i] as number, 6);
  });
});
