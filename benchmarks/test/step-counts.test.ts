// The guard against slower training that needs no clock: what a step asks of the CPU backend, and what is compiled for it. The numbers below belong to
// the design: whoever changes one says why in the commit that does (`npm test -- benchmarks -u` writes them).
import { cpu } from "@gradkit/backend-cpu";
import { setDefaultDevice } from "@gradkit/tensor";
import { expect, test } from "vitest";
import { trainingStep } from "../src/gradkit/training.ts";
import type { ModelName } from "../src/models.ts";
import { type Counts, counting } from "./counting-backend.ts";
import { type Compiled, compiledDuring } from "./counting-modules.ts";

function table({ kernels, allocations, bytes }: Counts, { modules, bytes: code }: Compiled): string {
  const calls = Object.entries(kernels).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...calls.map(([name, count]) => `${name} ${count}`),
    `allocations ${allocations}, ${Math.round(bytes / 1024)} KiB`,
    `compiled before: ${modules} modules, ${Math.round(code / 1024)} KiB`,
  ].join("\n");
}

/** What the third step of training asks for: by then everything is compiled, and the optimizer has its state. */
async function thirdStep(model: ModelName): Promise<string> {
  const { backend, take } = counting(await cpu({ threads: 1 }));
  setDefaultDevice(backend);
  const step = trainingStep(model);
  const before = await compiledDuring(async () => {
    await step();
    await step();
  });
  take();
  const during = await compiledDuring(async () => void (await step()));
  expect(during.modules, "modules compiled by the third step").toBe(0);
  return table(take(), before);
}

test("a step of the MLP", async () => {
  expect(await thirdStep("mlp")).toMatchInlineSnapshot(`
    "logSoftmax 1
    map 5
    matmul 5
    reduce 3
    allocations 14, 533 KiB
    compiled before: 14 modules, 26 KiB"
  `);
});

test("a step of LeNet", async () => {
  expect(await thirdStep("lenet")).toMatchInlineSnapshot(`
    "conv 2
    convInputGrad 1
    convWeightGrad 2
    logSoftmax 1
    map 11
    matmul 9
    maxPool 2
    maxPoolGrad 2
    reduce 6
    allocations 38, 7939 KiB
    compiled before: 26 modules, 42 KiB"
  `);
});

test("a step of the CNN", async () => {
  expect(await thirdStep("cnn")).toMatchInlineSnapshot(`
    "conv 2
    convInputGrad 1
    convWeightGrad 2
    logSoftmax 1
    map 9
    matmul 6
    maxPool 1
    maxPoolGrad 1
    reduce 5
    allocations 29, 70231 KiB
    compiled before: 29 modules, 57 KiB"
  `);
});
