// Indices that are out of range become errors at the next read, once.
import { IndexError, randn, setDefaultDevice, tensor } from "@gradkit/tensor";
import { beforeEach, describe, expect, it } from "vitest";
import { openBackend } from "../test/rig.ts";
import type { WebGpuBackend } from "./webgpu.ts";

const opened = await openBackend();
const at = (...indices: number[]) => tensor(indices, { dtype: "int32" });

describe.skipIf(!opened)("indices out of range", () => {
  const device = opened as WebGpuBackend;
  beforeEach(() => setDefaultDevice(device));

  it("in gather", async () => {
    const y = randn([4]).gather(0, at(1, 7, 0));
    await expect(y.data()).rejects.toThrow(
      new IndexError("gather", "index 7 is out of range for a dim of size 4 (the device found it; the result is not valid)"),
    );
    expect(await tensor([1, 2]).gather(0, at(1, 0)).tolist()).toEqual([2, 1]);
  });

  it("in scatter, below zero too, also when another tensor is read or nothing is", async () => {
    const other = tensor([5]);
    tensor([0, 0, 0]).scatterAdd(0, at(0, -2), tensor([1, 1]));
    await expect(other.item()).rejects.toThrow("scatter: index -2 is out of range for a dim of size 3");
    expect(await other.item()).toBe(5);
    tensor([0, 0, 0]).scatterAdd(0, at(3), tensor([1]));
    await expect(device.synchronize()).rejects.toThrow(IndexError);
    await expect(device.synchronize()).resolves.toBeUndefined();
  });
});
