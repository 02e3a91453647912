// Every kernel × dtype of the sample tables is compiled and recorded on Dawn's null backend, which validates everything, executes nothing and
// exists on every machine; at WebGPU's default limits.
import { noGrad, scope, type Tensor } from "@gradkit/tensor";
import { allSamples, makeInput } from "@gradkit/tensor/testing";
import { describe, expect, it } from "vitest";
import { openNullGpu } from "../test/rig.ts";
import { webgpu } from "./webgpu.ts";

const device = await webgpu({ gpu: openNullGpu() });
if (!device) throw new Error("Dawn's null backend gives no device");

describe("kernels compile", () => {
  const samples = Object.entries(allSamples()).filter(([op]) => op !== "transfer");
  it.each(samples)("%s", { timeout: 60_000 }, async (_, list) => {
    for (const sample of list) {
      if (!sample.inputs.every(({ dtype = "float32" }) => device.capabilities.dtypes.has(dtype))) continue;
      noGrad(() =>
        scope(() => {
          sample.call(...(sample.inputs.map((operand, stream) => makeInput(operand, stream, device)) as Tensor[]));
        }),
      );
    }
    await expect(device.synchronize()).resolves.toBeUndefined();
  });
});
