import { cpu } from "@gradkit/backend-cpu";
import { defaultGenerator, dropout, Generator, manualSeed, noGrad, randn, setDefaultDevice, type Tensor, tensor } from "@gradkit/tensor";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { checkpoint, grad, gradcheck, gradgradcheck } from "./index.ts";

const device = await cpu({ poison: true });
beforeAll(() => setDefaultDevice(device));
beforeEach(() => void manualSeed(0));

const parameter = (...shape: number[]): Tensor => randn(shape, { generator: new Generator(1), requiresGrad: true });
const bits = async (t: Tensor | null | undefined): Promise<unknown> => t && (await t.data());

/** What plain code and checkpointed code give: the output, the gradients of x and of what the function captured, the generator after. */
async function compare(block: (x: Tensor) => Tensor, captured: Tensor[], x: Tensor): Promise<void> {
  const run = async (call: (x: Tensor) => Tensor): Promise<unknown[]> => {
    manualSeed(5);
    const inner = x.mul(2);
    const y = call(inner);
    y.square().sum().backward();
    const result = [y, x.grad, ...captured.map((t) => t.grad)];
    const values = await Promise.all(result.map(bits));
    for (const t of [x, ...captured]) t.grad = null;
    return [...values, defaultGenerator.state];
  };
  const plain = await run(block);
  expect(await run((inner) => checkpoint(block, inner))).toEqual(plain);
  expect(await run((inner) => checkpoint((a) => checkpoint(block, a.mul(1)), inner))).toEqual(plain);
}

describe("checkpoint", () => {
  it("gives the gradients of plain code, bit for bit, with the same dropout", async () => {
    const [w, v, x] = [parameter(8, 8), parameter(8), parameter(4, 8)];
    await compare((a) => dropout(a.matmul(w).add(v).relu(), 0.5).matmul(w).tanh(), [w, v], x);
    await compare((a) => dropout(a.sigmoid(), 0.3).mul(v).softmax(1), [v], x);
    await compare((a) => a, [], x);
    await compare((a) => a.mul(2), [], x);
  });

  it("reaches captured parameters when no input asks for a gradient", async () => {
    const w = parameter(3);
    checkpoint((a: Tensor) => a.mul(w).exp().sum(), tensor([1, 2, 3])).backward();
    const plain = tensor(await w.tolist(), { requiresGrad: true });
    tensor([1, 2, 3]).mul(plain).exp().sum().backward();
    expect(await bits(w.grad)).toEqual(await bits(plain.grad));
  });

  it("passes gradcheck and works with grad, hooks, several and other arguments", async () => {
    const f = (a: Tensor, b: Tensor): Tensor => checkpoint((p: Tensor, q: Tensor, k: number) => p.mul(q).sin().mul(k).exp(), a, b, 0.5);
    const inputs = [tensor([0.3, -1, 2], { requiresGrad: true }), tensor([1, 0.5, -0.2], { requiresGrad: true })];
    await gradcheck(f, inputs);
    await gradgradcheck(f, inputs);
    const x = parameter(3);
    const [{ hidden, out }, seen] = [checkpoint((a: Tensor) => ({ hidden: a.exp(), out: a.exp().sin() }), x), [] as Tensor[]];
    hidden.registerHook((g) => void seen.push(g));
    const [dx] = grad(hidden.mul(3).sum().add(out.sum()), x);
    expect(seen).toHaveLength(1);
    expect(dx.shape).toEqual([3]);
    expect(x.grad).toBeNull();
  });

  it("calls the function once more, and only for backward", () => {
    let calls = 0;
    const f = (a: Tensor): Tensor => {
      calls++;
      return a.exp().sin().cos();
    };
    const x = parameter(3);
    const y = checkpoint(f, x).sum();
    expect(calls).toBe(1);
    y.backward();
    expect(calls).toBe(2);
  });

  it("may be walked twice where the graph is kept", async () => {
    const x = parameter(3);
    const y = checkpoint((a: Tensor) => a.exp().sin(), x).sum();
    y.backward(null, { retainGraph: true });
    const once = await x.grad?.mul(2).data();
    y.backward();
    expect(await bits(x.grad)).toEqual(once);
    expect(() => y.backward()).toThrow("the graph was freed");
  });

  it("just calls under noGrad", () => {
    const y = noGrad(() => checkpoint((a: Tensor) => a.exp(), parameter(3)));
    expect(y.requiresGrad).toBe(false);
  });

  it("holds the inputs, not what lies between, and lets go of all after backward", () => {
    const deep = (a: Tensor): Tensor => {
      let y = a;
      for (let i = 0; i < 10; i++) y = y.sin();
      return y;
    };
    const held = (call: (x: Tensor) => Tensor): [forward: number, after: number] => {
      const x = parameter(64, 1024); // 256 KiB, as each activation
      const start = device.memory().liveBytes;
      const y = call(x);
      const forward = device.memory().liveBytes - start;
      y.sum().backward();
      x.grad = null;
      const after = device.memory().liveBytes - start;
      x.dispose();
      return [forward / x.numel / 4, after / x.numel / 4];
    };
    expect(held(deep)[0]).toBeCloseTo(10, 1);
    const [forward, after] = held((x) => checkpoint(deep, x));
    expect(forward).toBeCloseTo(1, 1); // the output
    expect(after).toBeCloseTo(1, 1);
  });

  it("names a function that does something else the second time", () => {
    let calls = 0;
    const f = (a: Tensor): Tensor => (++calls === 1 ? a.exp().sin() : a.mul(2).exp().sin().cos());
    const y = checkpoint(f, parameter(2, 3)).sum();
    expect(() => y.backward()).toThrowErrorMatchingInlineSnapshot(
      `[GradientError: checkpoint: the function saved other values for its gradient when it was called again (got float32 [2, 3], float32 [2, 3], float32 [2, 3], at first float32 [2, 3], float32 [2, 3]). It must do the same in each call]`,
    );
  });

  it("finds an input that was changed in place", () => {
    const x = parameter(3).mul(1);
    const y = checkpoint((a: Tensor) => a.exp().sin(), x).sum();
    noGrad(() => x.mul_(2));
    expect(() => y.backward()).toThrowErrorMatchingInlineSnapshot(
      `[GradientError: checkpoint: a value needed by checkpoint's gradient was changed in place after it was used (version 0, now 1). Use the op without _, or clone() before]`,
    );
  });
});
