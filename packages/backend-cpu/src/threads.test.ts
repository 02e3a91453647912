import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { DeviceError } from "@gradkit/tensor/backend";
import { describe, expect, it } from "vitest";
import type { CpuBuffer } from "./buffer.ts";
import { cpu } from "./cpu.ts";
import { oneThread, partStart } from "./lanes.ts";
import { Memory } from "./memory.ts";
import { Threads } from "./threads.ts";
import { ModuleBuilder } from "./wasm/emitter.ts";
import { detectFeatures } from "./wasm/features.ts";
import { i32 } from "./wasm/scalar.ts";
import { controlLayout } from "./worker-loop.ts";

function setUp(threads = 2) {
  const memory = new Memory(detectFeatures(), { poison: true });
  const shared = new Threads(memory, threads);
  memory.lanes = shared;
  const module = new ModuleBuilder(memory);
  module.func("add", ["i32", "i32"], null, (_f, address, value) => i32.store(address, i32.add(i32.load(address), value)));
  const add = module.kernel<(address: number, value: number) => void>("add");
  return { memory, shared, add };
}

/** Returns once a lane was run while the first one was still busy: proof that there are others. */
function warmUp({ memory, shared, add }: ReturnType<typeof setUp>): void {
  const { pointer } = memory.allocate(64);
  const cell = pointer >>> 2;
  memory.i32[cell] = 0;
  const end = performance.now() + 20_000;
  let met = false;
  while (!met) {
    if (performance.now() > end) throw new Error("no other thread came");
    if (shared.count(1e9, 2) === 1) continue;
    shared.fork(2, (lane) => {
      if (lane === 1) return add(pointer, 1);
      const before = Atomics.load(memory.i32, cell); // a worker that fell asleep just now does not come
      for (const soon = performance.now() + 50; !met && performance.now() < soon; ) met = Atomics.load(memory.i32, cell) > before;
    });
  }
}

describe("lanes", () => {
  it("divide a whole into adjacent parts", () => {
    for (const [total, parts, multiple] of [[100, 3, 1], [7, 7, 1], [64, 5, 8], [61, 4, 8], [3, 2, 8]] as const) {
      const starts = Array.from({ length: parts + 1 }, (_, part) => partStart(total, part, parts, multiple));
      expect(starts[0]).toBe(0);
      expect(starts.at(-1)).toBe(total);
      for (let part = 0; part < parts; part++) {
        expect(starts[part + 1]).toBeGreaterThanOrEqual(starts[part] as number);
        expect((starts[part] as number) % multiple).toBe(0);
      }
    }
  }); // biome-ignore format: rows

  it("run in order on one thread", () => {
    const seen: number[] = [];
    oneThread.fork(3, (lane) => seen.push(lane));
    expect(seen).toEqual([0, 1, 2]);
    expect(oneThread.count(1e12, 100)).toBe(1);
  });
});

describe("threads", () => {
  it("run lanes at the same time", () => {
    const all = setUp();
    warmUp(all);
  });

  it("run each call of each lane once, in the lane's order, with any number of threads and lanes", () => {
    for (const threads of [1, 2, 3, 5]) {
      const { memory, shared, add } = setUp(threads);
      const cells = memory.allocate(4 * 64).pointer;
      const start = cells >>> 2;
      for (let round = 0; round < 200; round++) {
        const lanes = 1 + (round % 63);
        memory.i32.fill(0, start, start + 64);
        shared.count(1e9, 2);
        shared.fork(lanes, (lane) => {
          for (let i = 0; i <= lane; i++) add(cells + 4 * lane, lane + 1);
        });
        expect([...memory.i32.slice(start, start + lanes)]).toEqual(Array.from({ length: lanes }, (_, lane) => (lane + 1) ** 2));
      }
    }
  });

  it("take more calls than there is room for", () => {
    const { memory, shared, add } = setUp();
    const cells = memory.allocate(4 * 4).pointer;
    memory.i32.fill(0, cells >>> 2, (cells >>> 2) + 4);
    const calls = controlLayout.words / 5;
    shared.fork(4, (lane) => {
      for (let i = 0; i < calls; i++) add(cells + 4 * lane, 1);
    });
    const total = Math.ceil(calls);
    expect([...memory.i32.slice(cells >>> 2, (cells >>> 2) + 4)]).toEqual([total, total, total, total]);
  });

  it("keep memory that was released in a fork until its end", () => {
    const { memory, shared, add } = setUp();
    const pointers: number[] = [];
    shared.fork(8, (lane) => {
      const scratch = memory.allocate(1 << 16);
      memory.i32[scratch.pointer >>> 2] = 0;
      add(scratch.pointer, lane);
      pointers.push(scratch.pointer);
      memory.release(scratch);
    });
    expect(new Set(pointers).size).toBe(8);
    expect(memory.allocate(1 << 16).pointer).toBe(pointers.at(-1)); // lane 0 comes last
  });

  it("go on after the memory has grown", () => {
    const all = setUp();
    warmUp(all);
    const { memory, shared, add } = all;
    const far: CpuBuffer[] = [];
    for (let round = 0; round < 20; round++) {
      const buffer = memory.allocate(20 << 20);
      far.push(buffer);
      const last = buffer.pointer + (20 << 20) - 256;
      memory.i32.fill(round, last >>> 2, (last >>> 2) + 8);
      shared.fork(8, (lane) => add(last + 4 * lane, lane));
      expect([...memory.i32.slice(last >>> 2, (last >>> 2) + 8)]).toEqual(Array.from({ length: 8 }, (_, lane) => round + lane));
    }
  });

  it("inside a fork, work on in one lane", () => {
    const { memory, shared, add } = setUp();
    const cells = memory.allocate(64).pointer;
    memory.i32.fill(0, cells >>> 2, (cells >>> 2) + 4);
    shared.fork(2, (lane) => {
      expect(shared.count(1e9, 8)).toBe(1);
      shared.fork(2, (inner) => add(cells + 8 * lane + 4 * inner, 1));
    });
    expect([...memory.i32.slice(cells >>> 2, (cells >>> 2) + 4)]).toEqual([1, 1, 1, 1]);
  });

  it("report a kernel that failed, and work on", () => {
    const { memory, shared, add } = setUp();
    const cell = memory.allocate(64).pointer;
    const outside = -64; // the last bytes of 4 GiB
    const forked = (): void =>
      shared.fork(3, (lane) => {
        if (lane > 0) add(lane === 2 ? outside : cell, 1);
      });
    if (memory.memory.buffer.byteLength < 2 ** 32) expect(forked).toThrow(DeviceError);
    shared.fork(2, () => add(cell, 0));
  });

  it("leave small work alone", () => {
    const { shared } = setUp();
    expect(shared.count(100, 64)).toBe(1);
    expect(shared.count(1e9, 1)).toBe(1);
  });

  it("are a whole number", async () => {
    await expect(cpu({ threads: 0 })).rejects.toThrowErrorMatchingInlineSnapshot(
      "[IndexError: cpu: threads must be a whole number above 0 (got 0)]",
    );
  });

  it("do not keep the process alive", () => {
    const script = `
      import { cpu } from "@gradkit/backend-cpu";
      import { ones } from "@gradkit/tensor";
      const device = await cpu({ threads: 3 });
      const x = ones([512, 512], { device });
      for (let i = 0; i < 10; i++) x.matmul(x);
      console.log(await x.matmul(x).sum().item());`;
    const output = execFileSync(process.execPath, ["--conditions=@gradkit/source", "--input-type=module", "--eval", script], {
      cwd: fileURLToPath(new URL("../../../tools", import.meta.url)),
      timeout: 60_000,
    });
    expect(output.toString().trim()).toBe(String(512 ** 3));
  });
});
