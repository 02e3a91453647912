import { describe, expect, it } from "vitest";
import { oneThread } from "../lanes.ts";
import { doWhile, forRange, when } from "./control.ts";
import { ModuleBuilder, signedLeb, type Target, unsignedLeb } from "./emitter.ts";
import { detectFeatures } from "./features.ts";
import { f32, i32 } from "./scalar.ts";
import { f32x4, i32x4, v128 } from "./simd.ts";

const features = detectFeatures();
const target = (shared: boolean, relaxedSimd = features.relaxedSimd): Target => ({
  memory: new WebAssembly.Memory({ initial: 1, maximum: 4, shared }),
  shared,
  maximumPages: 4,
  relaxedSimd,
  lanes: oneThread,
});

type Numeric = (...args: number[]) => number;

describe("LEB128", () => {
  // the format's own examples (DWARF 4, figures 22 and 23), and the ends of the range
  it.each([
    [2, [0x02]],
    [127, [0x7f]],
    [128, [0x80, 0x01]],
    [12857, [0xb9, 0x64]],
    [0xffff_ffff, [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ])("writes %d without sign", (value, bytes) => expect(unsignedLeb(value)).toEqual(bytes));
  it.each([
    [2, [0x02]],
    [-2, [0x7e]],
    [127, [0xff, 0x00]],
    [-127, [0x81, 0x7f]],
    [-128, [0x80, 0x7f]],
    [-0x8000_0000, [0x80, 0x80, 0x80, 0x80, 0x78]],
  ])("writes %d with sign", (value, bytes) => expect(signedLeb(value)).toEqual(bytes));
});

describe("modules", () => {
  it("hold functions that call each other", () => {
    const module = new ModuleBuilder(target(true));
    const square = module.func("square", ["f32"], "f32", (_f, x) => f32.mul(x, x));
    module.func("sumOfSquares", ["f32", "f32"], "f32", (_f, x, y) => f32.add(square(x), square(y)));
    expect(module.kernel<Numeric>("sumOfSquares")(3, 4)).toBe(25);
  });

  it("share one memory, and keep constants in locals", () => {
    for (const shared of [true, false]) {
      const given = target(shared);
      const module = new ModuleBuilder(given);
      module.func("scale", ["i32", "i32"], null, (f, address, count) => {
        const i = f.i32();
        return forRange(i, 0, count, 4, [v128.store(address, f32x4.madd(v128.load(address), 3, 1)), address.set(i32.add(address, 16))]);
      });
      const data = new Float32Array(given.memory.buffer);
      data.set([1, 2, 3, 4, 5, 6, 7, 8, 9]);
      module.kernel("scale")(0, 8);
      expect([...data.subarray(0, 9)]).toEqual([4, 7, 10, 13, 16, 19, 22, 25, 9]);
    }
  });

  it("round once in a multiply-add where the engine can, twice where it is told not to", () => {
    const run = (relaxed: boolean): number => {
      const module = new ModuleBuilder(target(false, relaxed));
      module.func("madd", ["f32", "f32", "f32"], "f32", (_f, a, b, c) =>
        f32x4.lane(f32x4.madd(f32x4.splat(a), f32x4.splat(b), f32x4.splat(c)), 0),
      );
      return module.kernel<Numeric>("madd")(1 + 2 ** -12, 1 + 2 ** -12, -1);
    };
    expect(run(false)).toBe(2 ** -11);
    expect([2 ** -11, 2 ** -11 + 2 ** -24]).toContain(run(features.relaxedSimd));
  });

  it("branch and loop", () => {
    const module = new ModuleBuilder(target(false));
    module.func("collatz", ["i32"], "i32", (f, n) => {
      const steps = f.i32();
      return [
        doWhile([when(i32.and(n, 1), n.set(i32.add(i32.mul(n, 3), 1)), n.set(i32.shrU(n, 1))), steps.set(i32.add(steps, 1))], i32.ne(n, 1)),
        steps,
      ];
    });
    expect(module.kernel<Numeric>("collatz")(27)).toBe(111);
  });

  it("convert and compare", () => {
    const module = new ModuleBuilder(target(false));
    module.func("truncate", ["f32"], "i32", (_f, x) => i32.truncSatF32(x));
    module.func("lanes", ["i32"], "i32", (_f, x) =>
      i32x4.lane(v128.shuffle(i32x4.splat(x), v128.const(new Int32Array([5, 6, 7, 8])), [0, 1, 6, 7]), 2),
    );
    const [truncate, lanes] = [module.kernel<Numeric>("truncate"), module.kernel<Numeric>("lanes")];
    expect([truncate?.(-1.9), truncate?.(1e20), truncate?.(Number.NaN), lanes?.(1)]).toEqual([-1, 0x7fff_ffff, 0, 7]);
  });
});
