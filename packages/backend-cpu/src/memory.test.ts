import { DeviceError } from "@gradkit/tensor/backend";
import { describe, expect, it } from "vitest";
import type { CpuBuffer } from "./buffer.ts";
import { Memory } from "./memory.ts";
import { classByteLength, sizeClass } from "./size-class.ts";
import { detectFeatures } from "./wasm/features.ts";

const features = detectFeatures();
const plain = { ...features, sharedMemory: false };

describe("size classes", () => {
  it("hold what was asked, in aligned blocks, and waste a fifth at most beyond 256 bytes", () => {
    for (let n = 1; n < 70_000; n += 1 + (n >>> 7)) {
      const bytes = classByteLength(sizeClass(n));
      expect(bytes % 64).toBe(0);
      expect(bytes).toBeGreaterThanOrEqual(n);
      if (sizeClass(n) > 0) expect(classByteLength(sizeClass(n) - 1)).toBeLessThan(n);
      if (n > 256) expect(bytes).toBeLessThanOrEqual(1.25 * n);
    }
    expect(classByteLength(sizeClass(2 ** 32))).toBe(2 ** 32);
  });
});

describe("memory", () => {
  for (const given of [features, plain]) {
    it(`gives blocks that never overlap (${given.sharedMemory ? "shared" : "plain"})`, () => {
      const memory = new Memory(given);
      const live: CpuBuffer[] = [];
      let seed = 1;
      const random = (n: number): number => (seed = Math.imul(seed, 48271) & 0x7fffffff) % n;
      for (let step = 0; step < 3000; step++) {
        if (random(3) > 0 || live.length === 0) {
          const buffer = memory.allocate(random(2) ? random(5000) : random(200_000));
          memory.u8.fill(buffer.pointer & 0xff, buffer.pointer, buffer.pointer + buffer.byteLength);
          live.push(buffer);
        } else {
          const [buffer] = live.splice(random(live.length), 1) as [CpuBuffer];
          const bytes = memory.u8.subarray(buffer.pointer, buffer.pointer + buffer.byteLength);
          expect(bytes.every((byte) => byte === (buffer.pointer & 0xff))).toBe(true);
          memory.release(buffer);
        }
      }
      for (const buffer of live) memory.release(buffer);
      expect(memory.liveBytes).toBe(0);
    });
  }

  it("uses released blocks again", () => {
    const memory = new Memory(features);
    const first = memory.allocate(1 << 20);
    memory.release(first);
    expect(memory.pooledBytes).toBe(1 << 20);
    expect(memory.allocate((1 << 20) - 100).pointer).toBe(first.pointer);
    const small = memory.allocate(100);
    memory.release(small);
    expect(memory.allocate(128).pointer).toBe(small.pointer);
  });

  it("merges released neighbours before it gives up", () => {
    const memory = new Memory(features, { maximumBytes: 2 ** 24 });
    const parts = Array.from({ length: 12 }, () => memory.allocate(2 ** 20));
    for (const part of parts) memory.release(part);
    expect(memory.allocate(12 * 2 ** 20 - 2 ** 18).byteLength).toBe(12 * 2 ** 20 - 2 ** 18);
  });

  it("says what was asked and what is live when exhausted", () => {
    const memory = new Memory(features, { maximumBytes: 2 ** 24 });
    memory.allocate(2 ** 23);
    expect(() => memory.allocate(2 ** 23)).toThrowErrorMatchingInlineSnapshot(
      `[DeviceError: allocate: out of memory: 8.0 MiB asked, 8.0 MiB live, limit 16.0 MiB. Use smaller batches, or release what is no longer needed]`,
    );
    expect(() => memory.allocate(2 ** 23)).toThrow(DeviceError);
    expect(memory.allocate(2 ** 22).byteLength).toBe(2 ** 22);
  });

  it("refuses to release twice", () => {
    const memory = new Memory(features);
    const buffer = memory.allocate(10);
    memory.release(buffer);
    expect(() => memory.release(buffer)).toThrow(DeviceError);
  });

  it("takes back the slabs of small buffers that were simply dropped", async () => {
    const memory = new Memory(features);
    const collect = await garbageCollector();
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < 20_000; i++) memory.allocate(64);
      collect();
      await new Promise((resolve) => setTimeout(resolve, 5)); // finalizers run between tasks
    }
    expect(memory.liveBytes + memory.pooledBytes).toBeLessThan(8 * 2 ** 20); // 25.6 MB were allocated
  });

  it("poisons what was released, in test mode", () => {
    const memory = new Memory(features, { poison: true });
    const buffer = memory.allocate(8192);
    memory.f32.fill(1, buffer.pointer >>> 2, (buffer.pointer >>> 2) + 2048);
    memory.release(buffer);
    expect(memory.f32[buffer.pointer >>> 2]).toBeNaN();
  });
});

async function garbageCollector(): Promise<() => void> {
  const { setFlagsFromString } = await import("node:v8");
  const { runInNewContext } = await import("node:vm");
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
