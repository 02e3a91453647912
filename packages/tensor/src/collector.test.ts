// Memory of what a program merely drops, in a running job: nothing here awaits.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { collectNow, unwatch, watch } from "./collector.ts";
import { LifetimeError, memory, ones, scope, setMemoryBudget, type Tensor, tensor, zeros } from "./index.ts";
import { reference } from "./testing/index.ts";

/** Several times: what an unfinished collection had taken for live survives the next one, and what it holds the one after. */
function collectAll(): void {
  for (let i = 0; i < 4; i++) collectNow();
}

describe("garbage", () => {
  it("returns its memory without a turn of the event loop", () => {
    const device = reference();
    for (let i = 0; i < 20; i++) zeros([64, 64], { device });
    const kept = ones([64, 64], { device });
    expect(memory(device).tensors).toBe(21);
    collectAll();
    expect(memory(device).tensors).toBe(1);
    expect(kept.sum().itemSync()).toBe(64 * 64);
  });

  it("is collected before a budget is overdrawn", () => {
    const device = reference();
    setMemoryBudget(2 ** 20, device);
    for (let i = 0; i < 150; i++) zeros([64, 64], { device }); // 16 KiB each
    setMemoryBudget(null, device);
    expect(memory(device).liveBytes).toBeLessThan(2 ** 20);
  });

  it("runs no microtask of the program", () => {
    let ran = false;
    void Promise.resolve().then(() => {
      ran = true;
    });
    collectAll();
    expect(ran).toBe(false);
  });

  it("is let go of by a job that never ends, whether or not memory is short", () => {
    const device = reference();
    const make = (): WeakRef<Tensor> => {
      const x = zeros([64, 64], { device });
      x.dispose();
      return new WeakRef(x);
    };
    const first = make();
    for (let i = 0; i < 1100; i++) make();
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    for (let i = 0; i < 3; i++) collect();
    expect(first.deref()).toBeUndefined();
  });

  it("calls its owner once, and never after unwatch", () => {
    const released: string[] = [];
    const owner = { release: (what: string) => void released.push(what) };
    const forget = (what: string): ReturnType<typeof watch<string>> => watch({}, 1, owner, what);
    forget("dropped");
    unwatch(forget("released otherwise"));
    collectAll();
    expect(released).toEqual(["dropped"]);
  });

  it("does not hold a device that was dropped", () => {
    const use = (): WeakRef<object> => {
      const device = reference();
      tensor([1, 2, 3], { device }).add(1);
      zeros([64, 64], { device });
      return new WeakRef(device);
    };
    const device = use();
    collectAll();
    expect(device.deref()).toBeUndefined();
  });
});

describe("a budget", () => {
  it("names what fills it, the largest first", () => {
    const device = reference();
    setMemoryBudget(300 * 1024, device);
    const kept: Tensor[] = [];
    const fill = (): void => {
      const x = ones([64, 64], { device });
      for (let i = 0; i < 40; i++) kept.push(i % 4 === 0 ? x.matmul(x) : x.exp());
    };
    expect(fill).toThrowErrorMatchingInlineSnapshot(
      `[DeviceError: allocate: the memory budget is spent: 16.0 KiB asked, 288.0 KiB live, budget 300.0 KiB. Most is held by 12 × exp [64, 64] float32 (192.0 KiB), 5 × matmul [64, 64] float32 (80.0 KiB), 1 × tensor [64, 64] float32 (16.0 KiB)]`,
    );
    setMemoryBudget(null, device);
    expect(kept.length).toBeGreaterThan(10);
    fill();
  });
});

describe("scope", () => {
  const device = reference();
  const x = ones([3], { device });

  it("spares what it returns, wherever that is", () => {
    class Pair {
      readonly first = x.add(1);
      readonly list = [new Map([["second", x.add(2)]]), new Set([x.add(3)])] as const;
    }
    let dropped = x;
    const pair = scope(() => {
      dropped = x.add(4);
      return new Pair();
    });
    expect([...pair.first.dataSync()]).toEqual([2, 2, 2]);
    const [map, set] = pair.list;
    expect([...map.values(), ...set].map((kept) => kept.released)).toEqual([false, false]);
    expect(dropped.released).toBe(true);
  });

  it("spares what keep() marks, hands survivors to the scope around it, and releases after an error", () => {
    const made: Tensor[] = [];
    const note = (t: Tensor): Tensor => {
      made.push(t);
      return t;
    };
    scope(() => {
      note(scope(() => note(x.add(1)).add(1)));
      note(x.add(2)).keep();
    });
    expect(made.map((t) => t.released)).toEqual([true, true, false]);
    expect(() =>
      scope(() => {
        note(x.add(3));
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(made.at(-1)?.released).toBe(true);
  });

  it("refuses async functions", () => {
    expect(() => scope(async () => x.add(1))).toThrowErrorMatchingInlineSnapshot(
      `[LifetimeError: scope: an async function goes on after the scope has ended. Use scope() on the synchronous parts between its awaits]`,
    );
  });
});

describe("a released tensor", () => {
  const device = reference();

  it("says why it was released", () => {
    const x = ones([2, 3], { device });
    const view = x.at(0);
    x.dispose();
    x.dispose(); // again: nothing happens
    expect(() => x.add(1)).toThrow(LifetimeError);
    expect(() => x.add(1)).toThrowErrorMatchingInlineSnapshot(
      `[LifetimeError: tensor: a tensor [2, 3] was released: dispose() was called on it. Leave it to the library, or call it after the last use. debugLifetimes(true) shows where it was made and released]`,
    );
    expect(view.sum().itemSync()).toBe(3);
    let inner = view;
    scope(() => {
      inner = view.exp();
    });
    expect(() => inner.sum()).toThrowErrorMatchingInlineSnapshot(
      `[LifetimeError: tensor: a tensor [3] was released: the scope() that it was made in has ended. Return it from there, or mark it with keep(). debugLifetimes(true) shows where it was made and released]`,
    );
  });

  it("is released at the end of its block with `using`", () => {
    const before = memory(device).tensors;
    {
      using x = ones([4], { device });
      expect(memory(device).tensors).toBe(before + x.ndim);
    }
    expect(memory(device).tensors).toBe(before);
  });
});
