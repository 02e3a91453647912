import { add, DeviceError, Generator, noGrad, tensor as onDevice, randn, scope, sum, type Tensor } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { describe, expect, test } from "vitest";
import { backward, grad, gradcheck } from "./index.ts";

const device = reference();
const tensor = (data: Parameters<typeof onDevice>[0], options: Parameters<typeof onDevice>[1] = {}): Tensor =>
  onDevice(data, { device, ...options });
const leaf = (data: Parameters<typeof onDevice>[0]): Tensor => tensor(data, { requiresGrad: true });
const list = (x: Tensor | null): number[] => [...(x as Tensor).dataSync()];

describe("accumulation", () => {
  test("gradients of several consumers are summed", () => {
    const x = leaf([1, 2]);
    x.mul(3).add(x).add(x.square()).sum().backward();
    expect(list(x.grad)).toEqual([6, 8]);
  });

  test("a second backward adds to grad, in place, as torch does", () => {
    const x = leaf([1, 2]);
    x.mul(3).sum().backward();
    const first = x.grad;
    x.mul(2).sum().backward();
    expect(x.grad).toBe(first);
    expect(list(first)).toEqual([5, 5]);
  });

  test("grads are contiguous, of the leaf's shape, and never share memory", () => {
    const [x, y] = [leaf([[1, 2, 3], [4, 5, 6]]), leaf([[1, 2, 3], [4, 5, 6]])]; // biome-ignore format: matrices
    const g = tensor([[1, 2], [3, 4], [5, 6]]); // biome-ignore format: a matrix
    add(x, y).t().backward(g);
    expect([x.grad?.shape, x.grad?.isContiguous]).toEqual([[2, 3], true]);
    expect(list(x.grad)).toEqual([1, 3, 5, 2, 4, 6]);
    noGrad(() => x.grad?.zero_());
    expect(list(y.grad)).toEqual([1, 3, 5, 2, 4, 6]);
    expect(list(g)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("the user's gradient is not taken over", () => {
    const x = leaf([1, 2]);
    const g = tensor([1, 1]);
    x.add(0).backward(g);
    x.add(0).backward(g);
    expect([list(x.grad), list(g)]).toEqual([[2, 2], [1, 1]]); // biome-ignore format: a pair
  });

  test("grads survive the scope around the step", () => {
    const x = leaf([1, 2]);
    const dx = scope(() => {
      x.square().sum().backward();
      return grad(x.square().sum(), x)[0];
    });
    expect([list(x.grad), list(dx)]).toEqual([[2, 4], [2, 4]]); // biome-ignore format: a pair
  });

  test("a function that rounds gives zeros, not nothing", () => {
    const x = leaf([1.5, 2]);
    x.floor().sum().backward();
    expect(list(x.grad)).toEqual([0, 0]);
  });

  test("inputs limits who gets a gradient, and reaches inner tensors", () => {
    const [x, w] = [leaf([1, 2]), leaf([3, 4])];
    const h = x.mul(w);
    h.square()
      .sum()
      .backward(null, { inputs: [h, w] });
    expect(x.grad).toBeNull();
    expect([list(h.grad), list(w.grad)]).toEqual([[6, 16], [6, 32]]); // biome-ignore format: a pair
  });

  test("a deep graph needs no deep stack", () => {
    const x = leaf([1]);
    let y = x;
    for (let i = 0; i < 20_000; i++) y = y.add(x);
    y.sum().backward();
    expect(list(x.grad)).toEqual([20_001]);
  });
});

describe("grad", () => {
  test("touches no grad and keeps the order of the inputs", () => {
    const [x, w] = [leaf([1, 2]), leaf([3, 4])];
    const [dw, dx] = grad(x.mul(w).sum(), [w, x]);
    expect([list(dw), list(dx), x.grad]).toEqual([[1, 2], [3, 4], null]); // biome-ignore format: a row
  });

  test("of an inner tensor, and of the output itself", () => {
    const x = leaf([1, 2]);
    const h = x.square();
    const y = h.mul(3).sum();
    const [dh, dy] = grad(y, [h, y], { retainGraph: true });
    expect([list(dh), list(dy)]).toEqual([[3, 3], [1]]); // biome-ignore format: a pair
  });

  test("of several outputs", () => {
    const x = leaf([1, 2]);
    const [dx] = grad([x.square(), x.sum()], x, { gradOutputs: [tensor([1, 10]), null] });
    expect(list(dx)).toEqual([3, 41]);
  });

  test("unused inputs", () => {
    const [x, w] = [leaf([1, 2]), leaf([3])];
    expect(() => grad(x.sum(), [x, w])).toThrowErrorMatchingInlineSnapshot(
      `[GradientError: grad: the outputs do not depend on input 1 (got [1]). Pass { allowUnused: true } to get null for it]`,
    );
    expect(grad(x.sum(), [w], { allowUnused: true })).toEqual([null]);
  });

  test("createGraph gives gradients with a history", () => {
    const x = leaf([2, 3]);
    const [dx] = grad(x.pow(3).sum(), x, { createGraph: true });
    const [ddx] = grad(dx.sum(), x, { createGraph: true });
    const [dddx] = grad(ddx.sum(), x);
    expect([list(dx), list(ddx), list(dddx)]).toEqual([[12, 27], [12, 18], [6, 6]]); // biome-ignore format: a row
  });

  test("backward with createGraph adds a gradient with a history to grad", () => {
    const x = leaf([2, 3]);
    x.square().sum().backward(null, { createGraph: true });
    x.grad?.square().sum().backward(); // d(2x)²/dx = 8x on top of 2x
    expect(list(x.grad)).toEqual([20, 30]);
  });
});

describe("hooks", () => {
  test("an inner tensor's hook sees its complete gradient once and may replace it", () => {
    const x = leaf([1, 2]);
    const h = x.mul(2);
    const seen: number[][] = [];
    h.registerHook((g) => {
      seen.push(list(g));
      return g.mul(10);
    });
    h.sum().add(h.square().sum()).backward();
    expect(seen).toEqual([[5, 9]]);
    expect(list(x.grad)).toEqual([100, 180]);
  });

  test("a leaf's hook runs on the sum of its consumers, before grad", () => {
    const x = leaf([1, 2]);
    const seen: Tensor[] = [];
    const remove = x.registerHook((g) => {
      seen.push(g);
      return undefined;
    });
    x.add(x.mul(2)).sum().backward();
    remove();
    x.sum().backward();
    expect(seen.map(list)).toEqual([[3, 3]]);
    expect(list(x.grad)).toEqual([4, 4]);
  });

  test("a gradient of another shape is refused", () => {
    const x = leaf([1, 2]);
    x.registerHook((g) => g.sum());
    expect(() => x.sum().backward()).toThrowErrorMatchingInlineSnapshot(
      `[GradientError: registerHook: a hook returned a gradient of another shape (got [] for a tensor [2])]`,
    );
  });
});

describe("errors", () => {
  test("no gradient for several elements", () => {
    expect(() => leaf([1, 2]).mul(2).backward()).toThrowErrorMatchingInlineSnapshot(
      `[GradientError: backward: only a single element has a gradient by itself (got [2]). Reduce it, for example with sum(), or pass its gradient]`,
    );
  });
  test("no history", () => {
    expect(() => tensor([1]).backward()).toThrowErrorMatchingInlineSnapshot(
      `[GradientError: backward: a tensor [1] does not require grad and has no history. Was it made under noGrad(), or from tensors without requiresGrad?]`,
    );
    expect(() => noGrad(() => leaf([1]).mul(2)).backward()).toThrow("does not require grad");
  });
  test("a gradient of another shape", () => {
    expect(() =>
      leaf([1, 2])
        .mul(2)
        .backward(tensor([1])),
    ).toThrowErrorMatchingInlineSnapshot(`[GradientError: backward: the gradient is float32 [1], the tensor float32 [2]]`);
  });
  test("an input without requiresGrad", () => {
    const x = leaf([1]);
    expect(() => grad(x.sum(), [tensor([1])])).toThrowErrorMatchingInlineSnapshot(
      `[GradientError: grad: an input [1] does not require grad]`,
    );
  });
  test("two backwards through one graph", () => {
    const x = leaf([1, 2]);
    const y = x.exp().sum();
    y.backward();
    expect(() => y.backward()).toThrowErrorMatchingInlineSnapshot(
      `[GradientError: backward: the graph was freed: the values saved for exp's gradient are gone. Pass { retainGraph: true } to the backward before]`,
    );
    expect(() => grad(y, [x])).toThrow("graph was freed");
  });
  test("a freed part that leads to no input is no obstacle", () => {
    const [x, w] = [leaf([1, 2]), leaf([3, 4])];
    const h = x.exp();
    h.sum().backward();
    expect(list(grad(h.mul(w).sum(), w)[0])).toEqual(list(h));
    expect(list(grad(h.mul(2).sum(), h)[0])).toEqual([2, 2]);
    expect(() => h.mul(w).sum().backward()).toThrow("graph was freed");
  });
  test("retainGraph allows it, and so does a graph that saved nothing", () => {
    const x = leaf([1, 2]);
    const y = x.square().sum();
    y.backward(null, { retainGraph: true });
    y.backward();
    expect(list(x.grad)).toEqual([4, 8]);
    const z = x.add(1).sum();
    z.backward();
    z.backward();
    expect(list(x.grad)).toEqual([6, 10]);
  });
  test("gradcheck tells a wrong gradient", async () => {
    const wrong = (x: Tensor): Tensor => x.square().add(x.detach());
    await expect(gradcheck(wrong, [leaf([1, 2])])).rejects.toThrow(
      /gradcheck: the gradient of input 0 \(\[2\]\) along a random direction is .*, central differences give/,
    );
    await expect(gradcheck((x) => x, [tensor([1])])).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GradientError: gradcheck: no input requires grad. Make those to be checked with { requiresGrad: true }]`,
    );
  });
});

describe("lifetimes", () => {
  test("backward frees what it saved, and its own temporaries", () => {
    const own = reference();
    const x = randn([100], { device: own, generator: new Generator(0), requiresGrad: true });
    const step = (): void => {
      const loss = scope(() => sum(x.exp().mul(x).tanh().softmax(0).square()));
      loss.backward();
      loss.dispose();
    };
    step();
    const before = own.memory().liveBytes;
    for (let i = 0; i < 5; i++) step();
    expect(own.memory().liveBytes).toBe(before);
    expect(before).toBe(2 * 400); // x and its grad
    x.grad = null;
  });

  test("grad leaves nothing but its results", () => {
    const own = reference();
    const x = randn([100], { device: own, generator: new Generator(0), requiresGrad: true });
    const w = randn([100, 10], { device: own, generator: new Generator(1), requiresGrad: true });
    const y = scope(() => x.matmul(w).relu().logSoftmax(0).mean());
    const gradients = grad(y, [x, w]);
    expect(own.memory().liveBytes).toBe(400 + 4000 + 4 + 400 + 4000);
    expect(gradients.map((g) => g.shape)).toEqual([[100], [100, 10]]);
  });

  test("a failed backward says why", () => {
    const [x, y] = [leaf([1]), onDevice([1], { device: reference(), requiresGrad: true })];
    expect(() => x.add(y)).toThrow(DeviceError);
  });
});

test("backward takes several roots", () => {
  const x = leaf([1, 2]);
  backward([x.sum(), x.square()], [null, tensor([1, 1])]);
  expect(list(x.grad)).toEqual([3, 5]);
});
