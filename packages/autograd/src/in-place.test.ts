// Writing over tensors that have a history: what torch differentiates, and what it refuses.

import { noGrad, tensor as onDevice, scope, type Tensor, zeros } from "@gradkit/tensor";
import { copy_ } from "@gradkit/tensor/recorder";
import { reference } from "@gradkit/tensor/testing";
import { describe, expect, test } from "vitest";
import { grad, gradcheck, gradgradcheck } from "./index.ts";

const device = reference();
const tensor = (data: Parameters<typeof onDevice>[0], options: Parameters<typeof onDevice>[1] = {}): Tensor =>
  onDevice(data, { device, ...options });
const leaf = (data: Parameters<typeof onDevice>[0]): Tensor => tensor(data, { requiresGrad: true });
const list = (x: Tensor | null): number[] => [...(x as Tensor).dataSync()];
const zerosLike = (x: Tensor, ...shape: number[]): Tensor => x.newZeros(shape);
const tight = { atol: 1e-7, rtol: 1e-6 };

type Row = readonly [name: string, fn: (...inputs: Tensor[]) => Tensor | readonly Tensor[], inputs: Tensor[]];
const [x3, y3, m23] = [leaf([0.5, -1.2, 2]), leaf([1.5, 0.3, -0.7]), leaf([[0.1, 0.2, 0.3], [1, 2, 3]])]; // biome-ignore format: a matrix

describe("torch differentiates", () => {
  const rows: Row[] = [
    ["add_ on an inner tensor", (x, y) => x.mul(2).add_(y), [x3, y3]],
    ["mul_ needs the old value, which is copied", (x, y) => x.mul(2).mul_(y), [x3, y3]],
    ["pow_ of the old value", (x) => x.mul(2).square_(), [x3]],
    ["exp_ saves its result", (x) => x.mul(2).exp_(), [x3]],
    ["a chain in place", (x, y) => x.mul(1).sin_().mul_(y).add_(1).exp_(), [x3, y3]],
    ["an operand that is broadcast", (x, y) => x.mul(1).mul_(y), [m23, y3]],
    ["the tensor itself as operand", (x) => { const h = x.mul(1); return h.mul_(h); }, [x3]],
    ["a tensor without history becomes part of the graph", (x) => tensor([1, 2, 3], { dtype: "float64" }).add_(x), [x3]],
    ["fill_ cuts the history", (x) => x.mul(1).fill_(2).add(x), [x3]],
    ["a row of a buffer", (x, y) => { const out = zerosLike(x, 2, 3); copy_(out.select(0, 0), x); copy_(out.select(0, 1), x.mul(y)); return out; }, [x3, y3]],
    ["part of an inner tensor", (x) => { const h = x.mul(2); h.slice(1, 1, 3).mul_(x.slice(1, 0, 2)); return h; }, [m23]],
    ["a transposed part", (x, y) => { const h = x.square(); h.t().slice(0, 0, 2).mul_(y.slice(0, 0, 2).unsqueeze(1)); return h.exp(); }, [m23, y3]],
    ["the view that was written, used afterwards", (x) => { const h = x.mul(1); const row = h.select(0, 1); row.square_(); return [h, row.exp()]; }, [m23]],
    ["an older view of a base that was written", (x, y) => { const h = x.mul(1); const row = h.select(0, 1); h.mul_(y); return row.square(); }, [m23, y3]],
    ["an older view when its sibling was written", (x) => { const h = x.mul(1); const all = h.view(6); h.select(0, 0).exp_(); return all.square(); }, [m23]],
    ["a view made before the base had a history", (x) => { const out = zerosLike(x, 3, 3); const [a, b] = [out.select(0, 0), out.slice(0, 0, 2)]; copy_(a, x); return b.exp(); }, [x3]],
    ["two views made before", (x, y) => { const out = zerosLike(x, 2, 3); const [a, b] = [out.select(0, 0), out.select(0, 1)]; copy_(a, x); copy_(b, y); b.mul_(x); return out; }, [x3, y3]],
    ["a view of a transposed base", (x) => { const h = x.t().contiguous().t().mul(1); h.select(1, 0).exp_(); return h; }, [m23]],
    ["overlapping windows of a base that was written", (x, y) => { const h = x.mul(1); const w = h.unfold(0, 2, 1); h.mul_(y); return w.square(); }, [x3, y3]],
  ]; // biome-ignore format: a table
  test.each(rows)("%s", async (_name, fn, inputs) => {
    expect(await gradcheck(fn, inputs, tight)).toBe(true);
    expect(await gradgradcheck(fn, inputs, tight)).toBe(true);
  });
});

describe("torch refuses", () => {
  test("a leaf", () => {
    expect(() => leaf([1]).add_(1)).toThrowErrorMatchingInlineSnapshot(
      `[GradientError: add_: a leaf that requires grad cannot be changed in place. Do it inside noGrad(), as optimizers do]`,
    );
  });
  test("a view of a leaf", () => {
    expect(() => leaf([1, 2]).slice(0, 0, 1).add_(1)).toThrowErrorMatchingInlineSnapshot(
      `[GradientError: add_: a view of a leaf that requires grad cannot be changed in place. Do it inside noGrad(), as optimizers do]`,
    );
  });
  test("an operand that was written before backward", () => {
    const [a, b] = [leaf([1, 2]), leaf([3, 4])];
    const h = b.mul(1);
    const y = a.mul(h).sum();
    h.add_(1);
    expect(() => y.backward()).toThrowErrorMatchingInlineSnapshot(
      `[GradientError: mul: a value needed by mul's gradient was changed in place after it was used (version 0, now 1). Use the op without _, or clone() before]`,
    );
  });
  test("a result that its own gradient reads", () => {
    const y = leaf([1, 2]).exp();
    y.add_(1);
    expect(() => y.sum().backward()).toThrow("a value needed by exp's gradient was changed in place");
  });
  test("a write through a view, under noGrad, or to a detached tensor", () => {
    const writes: ((w: Tensor) => void)[] = [
      (w) => noGrad(() => w.mul_(2)),
      (w) => noGrad(() => w.slice(0, 0, 1).zero_()),
      (w) => { w.detach().add_(1); },
    ]; // biome-ignore format: a list
    for (const write of writes) {
      const [x, w] = [leaf([1, 2]), leaf([3, 4])];
      const y = x.mul(w).sum();
      write(w);
      expect(() => y.backward()).toThrow("changed in place");
    }
  });
  test("a structured op's value", () => {
    const x = leaf([[1, 2], [3, 4]]); // biome-ignore format: a matrix
    const h = x.mul(1);
    const y = h.matmul(h).sum();
    h.zero_();
    expect(() => y.backward()).toThrow("a value needed by matmul's gradient was changed in place");
  });
});

describe("what is not read may be written", () => {
  test("the operands of add, and a factor whose partner needs no gradient", () => {
    const x = leaf([1, 2]);
    const h = x.mul(2);
    const y = h
      .add(1)
      .sum()
      .add(h.mul(tensor([5, 5])).sum());
    h.zero_();
    y.backward();
    expect(list(x.grad)).toEqual([12, 12]);
  });

  test("weights after the backward that read them", () => {
    const w = leaf([1, 2]);
    w.square().sum().backward();
    noGrad(() => w.sub_(w.accumulatedGrad as Tensor));
    w.grad = null;
    w.square().sum().backward();
    expect(list(w.grad)).toEqual([-2, -4]);
  });
});

test("a view outlives the handle of its base", () => {
  const x = leaf([1, 2]);
  const part = scope(() => x.mul(3).slice(0, 1, 2));
  part.square_();
  part.sum().backward();
  expect(list(x.grad)).toEqual([0, 36]);
});

test("hooks see the gradient of the value they were registered on", () => {
  const x = leaf([1, 2]);
  const h = x.mul(1);
  const seen: string[] = [];
  h.registerHook((g) => void seen.push(`before ${list(g)}`));
  h.mul_(3);
  h.registerHook((g) => void seen.push(`after ${list(g)}`));
  h.sum().backward();
  expect(seen).toEqual(["after 1,1", "before 3,3"]);
});

test("a view made under noGrad stays outside the graph", () => {
  const h = leaf([1, 2]).mul(2);
  expect(noGrad(() => h.slice(0, 0, 1)).requiresGrad).toBe(false);
});

test("gradients of written parts keep no memory", () => {
  const own = reference();
  const x = onDevice([1, 2, 3], { device: own, requiresGrad: true });
  const out = zeros([4, 3], { device: own });
  for (let i = 0; i < 4; i++) {
    const row = out.select(0, i);
    const value = x.mul(i);
    copy_(row, value);
    for (const made of [row, value]) made.dispose();
  }
  const loss = out.square().sum();
  const before = own.memory().liveBytes;
  const [dx] = grad(loss, x);
  expect(list(dx)).toEqual([28, 56, 84]);
  expect(own.memory().liveBytes).toBeLessThanOrEqual(before + 12);
});
