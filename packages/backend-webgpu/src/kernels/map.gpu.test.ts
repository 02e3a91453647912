// What map puts off (constants, calls that may still be joined by others) happens in the order in which it was asked for.

import { full, setDefaultDevice, tensor, zeros } from "@gradkit/tensor";
import { add, formula, input, type Node, scalar } from "@gradkit/tensor/backend";
import { beforeEach, describe, expect, it } from "vitest";
import { openBackend } from "../../test/rig.ts";
import type { WebGpuBackend } from "../webgpu.ts";

const opened = await openBackend();

describe.skipIf(!opened)("map", () => {
  const device = opened as WebGpuBackend;
  beforeEach(() => setDefaultDevice(device));
  const dispatches = async (work: () => Promise<unknown>): Promise<number> => {
    const before = device.counters().dispatches;
    await work();
    return device.counters().dispatches - before;
  };

  it("a constant costs no dispatch where a map reads it", async () => {
    const x = tensor([1, 2, 3]);
    expect(await dispatches(async () => expect(await x.add(full([3], 4)).tolist()).toEqual([5, 6, 7]))).toBe(1);
    expect(
      await dispatches(async () =>
        expect(
          await full([2], 4)
            .add(full([2], 5))
            .tolist(),
        ).toEqual([9, 9]),
      ),
    ).toBe(1);
  });

  it("a constant is there before a part of it is written, and for what reads it otherwise", async () => {
    const x = zeros([4]);
    x.slice(0, 1, 2).add_(tensor([7]));
    expect(await x.sum().item()).toBe(7);
    expect(await x.tolist()).toEqual([0, 7, 0, 0]);
    expect(await full([3], 2).cumsum(0).tolist()).toEqual([2, 4, 6]);
  });

  it("a constant of memory that a held call still reads comes after it", async () => {
    const a = tensor([1, 2, 3]);
    const b = a.mul(2);
    a.dispose();
    const c = full([3], 9); // may take the memory of a
    expect(await b.tolist()).toEqual([2, 4, 6]);
    expect(await c.tolist()).toEqual([9, 9, 9]);
  });

  it("a write from the host comes after a constant, and after what is held", async () => {
    const x = full([3], 9);
    device.write(x.buffer, 0, Float32Array.of(1));
    expect(await x.tolist()).toEqual([1, 9, 9]);
    const y = x.add(1);
    device.write(x.buffer, 0, Float32Array.of(5));
    expect(await y.tolist()).toEqual([2, 10, 10]);
    expect(await x.tolist()).toEqual([5, 9, 9]);
  });

  it("bytes may be written anywhere", async () => {
    const x = tensor([1, 2, 3, 4, 5, 6, 7], { dtype: "uint8" });
    device.write(x.buffer, 1, Uint8Array.of(20, 30));
    device.write(x.buffer, 4, Uint8Array.of(50));
    expect(await x.tolist()).toEqual([1, 20, 30, 4, 50, 6, 7]);
  });

  it("independent calls of one formula are one dispatch; those that build on each other are not", async () => {
    const [a, b] = [tensor([1, 2, 3]), tensor([[4], [5]])];
    const independent = await dispatches(async () => {
      const [x, y] = [a.sin(), b.sin()];
      expect((await y.data())[1]).toBeCloseTo(Math.sin(5), 6);
      expect((await x.data())[2]).toBeCloseTo(Math.sin(3), 6);
    });
    expect(independent).toBe(1);
    expect(await dispatches(async () => expect(await a.neg().neg().tolist()).toEqual([1, 2, 3]))).toBe(2);
  });

  it("more operands than a kernel may have buffers", async () => {
    const count = 11;
    const x = Array.from({ length: count }, (_, i) => tensor([i, 10 * i]));
    const terms = x.map((_, i): Node => input(i, "float"));
    const total = terms.reduce((sum, term) => add(sum, term), scalar(0, "float"));
    const out = [zeros([2]), x[3] as (typeof x)[0]]; // the second in place
    device.map(
      formula(
        x.map(() => "float"),
        ["float"],
        [total, add(total, 1)],
      ),
      x,
      [0.5],
      out,
    );
    expect(await (out[0] as (typeof x)[0]).tolist()).toEqual([55.5, 550.5]);
    expect(await (x[3] as (typeof x)[0]).tolist()).toEqual([56.5, 551.5]);
    expect(await (x[10] as (typeof x)[0]).tolist()).toEqual([10, 100]);
  });

  it("more results than a kernel may have buffers", async () => {
    const x = tensor([1, 2]);
    const out = Array.from({ length: 11 }, () => zeros([2]));
    const outputs = out.map((_, i) => add(input(0, "float"), i));
    device.map(formula(["float"], [], outputs), [x], [], out);
    expect(await Promise.all(out.map((y) => y.tolist()))).toEqual(out.map((_, i) => [1 + i, 2 + i]));
  });
});
