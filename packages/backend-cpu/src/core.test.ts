import { conv2d, logSoftmax, tensor } from "@gradkit/tensor";
import { expect, it } from "vitest";
import { cpu } from "./core.ts";
import { cpu as fullCpu } from "./cpu.ts";

const numbers = [0.3, -1.7, 2.1, 0.9, -0.2, 1.4, -2.6, 0.1, 0.7];

it("computes by decompositions what the full device has kernels for", async () => {
  const [core, full] = [await cpu(), await fullCpu()];
  const run = (device: typeof core) => {
    const x = tensor(numbers, { device }).reshape(1, 1, 3, 3);
    const weight = tensor([1, -2, 0.5, 3], { device }).reshape(1, 1, 2, 2);
    return [logSoftmax(x, 3), x.softmax(2), conv2d(x, weight)].map((y) => [...y.dataSync()]);
  };
  for (const [k, values] of run(core).entries()) {
    run(full)[k]?.forEach((expected, i) => {
      expect(values[i]).toBeCloseTo(expected, 6); // float32, in another order
    });
  }
});

it("reduces over leading dims as the full device does", async () => {
  const run = (device: Awaited<ReturnType<typeof cpu>>) => {
    const x = tensor(
      Float32Array.from({ length: 320 * 5 * 24 }, (_, i) => Math.sin(i)),
      { shape: [320, 5, 24], device },
    );
    const turned = x.permute(1, 0, 2);
    const all = [x.sum(0), x.mean([0, 1]), turned.sum(0), x.amax(0), x.sum(2), x.slice(0, 0, 40).sum(0), x.gt(0).sum(0), x.gt(2).any(0)];
    return all.map((y) => [...y.dataSync()]);
  };
  const expected = run(await fullCpu());
  for (const [k, values] of run(await cpu()).entries()) {
    values.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[k]?.[i] as number, 4); // sums of 320 numbers up to 1, in another order
    });
  }
});

it("names the device that has what is left out", async () => {
  const x = tensor([0.5], { device: await cpu() });
  expect(() => x.lgamma()).toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: lgamma: the small CPU device does not have it. Import cpu from @gradkit/backend-cpu, not from its /core]`,
  );
  expect(() => x.sort()).toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: sort: the small CPU device does not have it. Import cpu from @gradkit/backend-cpu, not from its /core]`,
  );
  expect(() => x.cumsum(0)).toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: scan: the small CPU device does not have it. Import cpu from @gradkit/backend-cpu, not from its /core]`,
  );
});
