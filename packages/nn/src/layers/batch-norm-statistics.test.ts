// Running statistics are made anew for averaged weights; the layer itself is held by PyTorch's cases.
import { AveragedModel, updateBn } from "@gradkit/optim";
import { manualSeed, noGrad, randn, setDefaultDevice, type Tensor } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, expect, test } from "vitest";
import { BatchNorm1d, InstanceNorm1d, Linear, Sequential } from "../index.ts";

beforeAll(() => setDefaultDevice(reference()));

const values = (x: Tensor | null): number[] => [...(x as Tensor).dataSync()];

test("updateBn: the mean over batches of their statistics; the averages keep them, the model its own", async () => {
  manualSeed(0);
  const [linear, norm] = [new Linear(3, 2), new BatchNorm1d(2, { momentum: 0.3 })];
  const model = new Sequential(linear, norm);
  const averaged = new AveragedModel(model);
  model.eval();
  const batches = [randn([4, 3]), randn([4, 3])];
  const own = values(norm.runningMean);
  await averaged.use(() => updateBn([[batches[0] as Tensor, "label"], batches[1] as Tensor], model));
  expect([norm.momentum, model.training, values(norm.runningMean)]).toEqual([0.3, false, own]);
  const means = noGrad(() => batches.map((x) => linear.call(x).mean(0)));
  const variances = noGrad(() => batches.map((x) => linear.call(x).var(0)));
  averaged.use(() => {
    for (const [got, parts] of [
      [norm.runningMean, means],
      [norm.runningVar, variances],
    ] as const)
      values(got).forEach((x, i) => {
        expect(x).toBeCloseTo(((values(parts[0] as Tensor)[i] as number) + (values(parts[1] as Tensor)[i] as number)) / 2, 6);
      });
    expect(values(norm.numBatchesTracked)).toEqual([2]);
  });
});

test("instance normalisation, which counts no batches, keeps its statistics", async () => {
  const norm = new InstanceNorm1d(2, { trackRunningStats: true });
  const model = new Sequential(norm);
  model.call(randn([3, 2, 4]));
  const own = values(norm.runningMean);
  await updateBn([randn([3, 2, 4])], model);
  expect(values(norm.runningMean)).toEqual(own);
});
