// The meta device: what it says of shapes and dtypes is what the reference backend computes, and it has nothing else to say.
import { afterAll, beforeAll, expect, test } from "vitest";
import { noGrad } from "./grad-mode.ts";
import {
  type Backend,
  defaultDevice,
  Generator,
  memory,
  nonzero,
  normal,
  ones,
  setDefaultDevice,
  Tensor,
  tensor,
  uniform,
  withDevice,
  zeros,
} from "./index.ts";
import { scope } from "./lifetime.ts";
import { meta } from "./meta.ts";
import { reference } from "./testing/reference.ts";
import { allSamples } from "./testing/samples/all.ts";
import { makeInput } from "./testing/samples/make-input.ts";
import type { Sample } from "./testing/samples/sample.ts";

const oracle = reference();
beforeAll(() => setDefaultDevice(oracle));
afterAll(() => setDefaultDevice(oracle));

function specsOf({ inputs, call }: Sample, device: Backend): string[] {
  return noGrad(() => {
    const given = inputs.map((operand, stream) => makeInput(operand, stream, device));
    const result = scope(() => call(...given));
    const outputs = result instanceof Tensor ? [result] : result;
    expect(outputs.every((output) => output.device === device)).toBe(true);
    return outputs.map(({ dtype, shape }) => `${dtype} [${shape}]`);
  });
}

const { transfer, ...samples } = allSamples(); // whose samples move values to other devices

test.each(Object.entries(samples))("%s has the shapes and dtypes of the reference backend", (_, list) => {
  for (const sample of list) expect(specsOf(sample, meta()), sample.name).toEqual(specsOf(sample, oracle));
});

test("holds no memory, however large", () => {
  const device = meta();
  const x = zeros([2 ** 20, 2 ** 20], { device });
  const y = x.add(1).matmul(x.t()).softmax(-1);
  expect(y.shape).toEqual([2 ** 20, 2 ** 20]);
  expect(memory(device)).toEqual({ tensors: 0, liveBytes: 0, pooledBytes: 0 });
});

test("draws no random numbers on the host", () => {
  const generator = new Generator(1);
  uniform([2 ** 20, 2 ** 20], 0, 1, { generator, device: meta() });
  normal([2 ** 20, 2 ** 20], 0, 1, { generator, device: meta(), requiresGrad: true });
  expect(generator.state.draws).toBe(0);
});

test("takes tensors of every device, and gives none back", () => {
  const x = ones([2, 3]).t().to(meta());
  expect([x.shape, x.device.name]).toEqual([[3, 2], "meta"]);
  expect(() => x.to(oracle)).toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: read: a tensor on the meta device has a shape and no values. Make it on a device that computes; toEmpty(device) gives a module memory there]`,
  );
});

test("what needs a value rejects or throws", async () => {
  const x = ones([2, 3], { device: meta() });
  await expect(x.sum().item()).rejects.toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: read: a tensor on the meta device has a shape and no values. Make it on a device that computes; toEmpty(device) gives a module memory there]`,
  );
  await expect(x.t().tolist()).rejects.toThrow("no values");
  await expect(nonzero(x)).rejects.toThrow("no values");
  await expect(x.print()).rejects.toThrow("no values");
  expect(() => x.sum().itemSync()).toThrow("no values");
});

test("prints as PyTorch", () => {
  const device = meta();
  expect(String(zeros([2, 3], { device }))).toBe("tensor(..., device='meta', size=(2, 3))");
  expect(String(zeros([3], { device, dtype: "int32" }))).toBe("tensor(..., device='meta', size=(3,), dtype=int32)");
  expect(String(zeros([], { device }))).toBe("tensor(..., device='meta', size=())");
});

test("withDevice: the default device inside, and the one from before afterwards", () => {
  expect(withDevice(meta(), () => tensor([1, 2])).device).toBe(meta());
  expect(() =>
    withDevice(meta(), () => {
      throw new Error("inside");
    }),
  ).toThrow("inside");
  expect(() => withDevice(meta(), async () => 1)).toThrowErrorMatchingInlineSnapshot(
    `[DeviceError: withDevice: an async function goes on with the device that was there before. Pass it { device } instead]`,
  );
  expect(defaultDevice()).toBe(oracle);
});
