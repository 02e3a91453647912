// What goes wrong on a device reaches the user as a DeviceError that says what it was.
import { DeviceError, ones, setDefaultDevice, type TypedArray, tensor } from "@gradkit/tensor";
import { beforeEach, describe, expect, it } from "vitest";
import { openBackend, openGpu } from "../test/rig.ts";
import { losses, startRun } from "../test/training.ts";
import type { WebGpuBuffer } from "./buffers.ts";
import { Device } from "./device.ts";
import { createWebGpu, type WebGpuBackend, webgpu } from "./webgpu.ts";

const opened = await openBackend();
const adapterGiving = (requestDevice: () => Promise<unknown>) => ({
  requestAdapter: async () => ({ requestDevice, info: {}, limits: {} }),
});

describe("no device", () => {
  it("no adapter is null", async () => {
    expect(await webgpu({ gpu: { requestAdapter: async () => null } })).toBeNull();
  });

  it("an adapter without what every WebGPU device has is an error", async () => {
    const gpu = adapterGiving(async () => {
      throw new Error("required limit maxStorageBuffersPerShaderStage is 4");
    });
    const failed = webgpu({ gpu });
    await expect(failed).rejects.toThrow(DeviceError);
    await expect(failed).rejects.toThrow("webgpu: the adapter gives no device: required limit maxStorageBuffersPerShaderStage is 4");
  });
});

describe.skipIf(!opened)("errors on the device", () => {
  let gpu: GPUDevice;
  let device: WebGpuBackend;

  beforeEach(async () => {
    const adapter = (await openGpu().requestAdapter()) as GPUAdapter;
    gpu = await adapter.requestDevice();
    device = createWebGpu(new Device(gpu, openGpu()), "test");
    setDefaultDevice(device);
  });

  it("a buffer beyond the limits", () => {
    const limit = gpu.limits.maxStorageBufferBindingSize;
    expect(() => device.allocate(limit + 1)).toThrow(
      new DeviceError("allocate", `a buffer of ${limit + 1} bytes exceeds this device's limit of ${limit}. Use smaller tensors`),
    );
  });

  it("a command that is refused names the kernels of its submit, once", async () => {
    const x = ones([4]);
    await x.data();
    (x.buffer as WebGpuBuffer).memory.gpu.destroy();
    const failed = x.add(1).data();
    await expect(failed).rejects.toThrow(DeviceError);
    await expect(failed).rejects.toThrow(/a command was refused in a submit of map \d+.*destroyed/s);
    expect(await ones([2]).data()).toEqual(Float32Array.of(1, 1));
  });

  it("an error outside of any submit waits for the next use", async () => {
    gpu.createBuffer({ size: 4, usage: 0x1 | 0x80 }); // mapping and storage exclude each other
    await gpu.queue.onSubmittedWorkDone();
    expect(() => device.allocate(4)).toThrow("a command was refused");
    expect(device.allocate(4).byteLength).toBe(4);
  });

  it("out of memory says how much was asked for", async () => {
    class GPUOutOfMemoryError {
      readonly message = "no room";
    }
    let due = false;
    const full = new Proxy(gpu, {
      get(target, key) {
        if (key === "popErrorScope" && due)
          return () => {
            const closed = target.popErrorScope();
            if (!due) return closed;
            due = false;
            return closed.then(() => new GPUOutOfMemoryError());
          };
        const value = Reflect.get(target, key, target) as unknown;
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const small = createWebGpu(new Device(full, openGpu()), "test");
    due = true;
    const buffer = small.allocate(1000);
    await expect(small.read(buffer, 0, 1000)).rejects.toThrow(
      new DeviceError("webgpu", "out of memory in allocate(1024 bytes, with 1024 live and 0 pooled): no room"),
    );
  });

  it("a lost device says so at every use, and training goes on elsewhere", { timeout: 60_000 }, async () => {
    const whole = await losses(startRun(opened as WebGpuBackend, "mlp"), 4);
    const run = startRun(device, "mlp");
    expect((await losses(run, 2)).map(Math.fround)).toEqual(whole.slice(0, 2).map(Math.fround));
    const saved: [string, TypedArray, readonly number[]][] = [];
    for (const [name, weight] of Object.entries(run.model.stateDict())) saved.push([name, await weight.data(), weight.shape]);

    gpu.destroy();
    await gpu.lost;
    const failed = run.step();
    await expect(failed).rejects.toThrow(DeviceError);
    await expect(run.step()).rejects.toThrow(/the device was lost \(destroyed\).*Make a new one with await webgpu\(\)/s);
    await expect(device.synchronize()).rejects.toThrow("the device was lost");

    const next = (await webgpu({ gpu: openGpu() })) as WebGpuBackend;
    const resumed = startRun(next, "mlp", { first: 2 });
    resumed.model.loadStateDict(Object.fromEntries(saved.map(([name, data, shape]) => [name, tensor(data, { shape })])));
    expect(await resumed.step()).toBe(whole[2]); // the weights alone decide the next loss
  });
});
