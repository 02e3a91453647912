import { cpu } from "@gradkit/backend-cpu";
import { memory, noGrad, onesLike, randn, setDefaultDevice, type Tensor, tensor } from "@gradkit/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { type CustomFunctionOptions, customFunction, grad, gradcheck, gradgradcheck } from "./index.ts";

beforeAll(async () => setDefaultDevice(await cpu({ poison: true })));

const leaf = (data: number[]): Tensor => tensor(data, { requiresGrad: true });

/** exp, saving its result. */
const exp = customFunction(
  "myExp",
  (ctx, x: Tensor) => {
    const y = x.exp();
    ctx.saveForBackward(y);
    return y;
  },
  ({ savedTensors: [y] }, g) => g.mul(y as Tensor),
);

/** x·yⁿ, saving its arguments. */
const scaledPower = customFunction(
  "scaledPower",
  (ctx, x: Tensor, y: Tensor, n: number) => {
    ctx.saveForBackward(x, y);
    return x.mul(y.pow(n));
  },
  ({ savedTensors, args: [, , n], needsInputGrad }, g) => {
    const [x, y] = savedTensors as [Tensor, Tensor];
    return [
      g.mul(y.pow(n)),
      needsInputGrad[1]
        ? g
            .mul(x)
            .mul(n)
            .mul(y.pow(n - 1))
        : null,
      null,
    ];
  },
);

describe("customFunction", () => {
  it("passes gradcheck, and a second time", async () => {
    const [x, y] = [leaf([0.3, -0.8, 1.2]), leaf([1.1, 0.7, 2])];
    await gradcheck(exp, [x]);
    await gradgradcheck(exp, [x]);
    await gradcheck((a, b) => scaledPower(a, b, 3), [x, y]);
    await gradgradcheck((a, b) => scaledPower(a, b, 3), [x, y]);
  });

  it("uses the given backward, not the ops inside", async () => {
    const straightThrough = customFunction(
      "round",
      (_, x: Tensor) => x.round(),
      (_, g) => g,
    );
    const x = leaf([0.4, 1.6]);
    straightThrough(x)
      .mul(tensor([2, 3]))
      .sum()
      .backward();
    expect(await x.grad?.tolist()).toEqual([2, 3]);
  });

  it("gives several results, with zeros for those that nobody used", async () => {
    const given: number[][] = [];
    const both = customFunction(
      "both",
      (_, x: Tensor) => [x.mul(2), x.mul(3)] as const,
      (_, g, h) => {
        given.push([...(g.dataSync() as Float32Array)], [...(h.dataSync() as Float32Array)]);
        return g.mul(2).add(h.mul(3));
      },
    );
    const x = leaf([1, 2]);
    both(x)[1].sum().backward();
    expect(given).toEqual([
      [0, 0],
      [1, 1],
    ]);
    expect(await x.grad?.tolist()).toEqual([3, 3]);
  });

  it("is not recorded where nothing asks for it", () => {
    expect(exp(tensor([1])).requiresGrad).toBe(false);
    expect(noGrad(() => exp(leaf([1]))).requiresGrad).toBe(false);
    expect(exp(leaf([1])).gradFn?.name).toBe("myExp");
  });

  it("tells which arguments ask for a gradient", () => {
    let asked: readonly boolean[] = [];
    const product = customFunction(
      "product",
      (ctx, x: Tensor, y: Tensor) => {
        asked = ctx.needsInputGrad;
        ctx.saveForBackward(x, y);
        return x.mul(y);
      },
      ({ savedTensors: [x, y] }, g) => [g.mul(y as Tensor), g.mul(x as Tensor)],
    );
    const [x, y] = [leaf([2]), tensor([3])];
    product(x, y).sum().backward();
    expect(asked).toEqual([true, false]);
    expect(x.grad?.itemSync()).toBe(3);
    expect(y.grad).toBeNull();
  });

  it("may pass an argument through", async () => {
    const reverse = customFunction(
      "reverse",
      (_, x: Tensor) => x,
      (_, g) => g.neg(),
    );
    const x = leaf([1, 2]);
    const y = reverse(x);
    expect(y).not.toBe(x);
    y.sum().backward();
    expect(await x.grad?.tolist()).toEqual([-1, -1]);
  });

  it("releases at once what a backward that keeps nothing was given and made", () => {
    const square = (options: CustomFunctionOptions) =>
      customFunction(
        "square",
        (ctx, x: Tensor) => {
          ctx.saveForBackward(x);
          return x.mul(x);
        },
        ({ savedTensors: [x] }, g) => g.mul((x as Tensor).mul(2)),
        options,
      );
    const x = randn([2048], { requiresGrad: true });
    const left = (options: CustomFunctionOptions): number => {
      const before = memory().liveBytes;
      const y = square(options)(x);
      y.backward(onesLike(y).keep());
      y.dispose();
      x.grad = null;
      return (memory().liveBytes - before) / 8192;
    };
    expect(left({ scoped: true })).toBe(1); // the ones
    expect(left({})).toBeGreaterThan(1);
  });

  it("leaves to the user what the user can reach", async () => {
    const ones = tensor([1, 1]);
    const seen: Tensor[] = [];
    const f = customFunction(
      "f",
      (ctx, x: Tensor) => {
        ctx.saveForBackward(x);
        return x.mul(2);
      },
      ({ savedTensors }, g) => {
        seen.push(g, ...savedTensors, g.mul(5));
        return ones; // his own
      },
    );
    const x = leaf([1, 2]);
    const y = x.mul(1);
    f(y).add(y).sum().backward(); // the two gradients of y are added up
    expect(await x.grad?.tolist()).toEqual([2, 2]);
    expect(await ones.tolist()).toEqual([1, 1]);
    expect(await Promise.all(seen.map((t) => t.tolist()))).toEqual([
      [1, 1],
      [1, 2],
      [5, 5],
    ]);
  });

  it("finds what was changed in place, and a graph that is gone", () => {
    const x = leaf([1, 2]);
    const y = x.mul(1);
    const z = exp(y);
    z.sum().backward();
    expect(() => z.sum().backward()).toThrowErrorMatchingInlineSnapshot(
      `[GradientError: backward: the graph was freed: the values saved for myExp's gradient are gone. Pass { retainGraph: true } to the backward before]`,
    );
    const w = exp(y.detach().requiresGrad_());
    noGrad(() => w.mul_(2));
    expect(() => w.sum().backward()).toThrowErrorMatchingInlineSnapshot(
      `[GradientError: myExp: a value needed by myExp's gradient was changed in place after it was used (version 0, now 1). Use the op without _, or clone() before]`,
    );
  });

  it("names a backward that gives too few gradients, or other shapes", () => {
    const forward = (_: unknown, x: Tensor, y: Tensor): Tensor => x.mul(y);
    const [x, y] = [leaf([1, 2]), leaf([3, 4])];
    const few = customFunction("few", forward, (_, g) => g);
    expect(() => few(x, y).sum().backward()).toThrowErrorMatchingInlineSnapshot(
      `[GradientError: few: backward gave 1 gradients for 2 arguments. Give one each, null where there is none]`,
    );
    const shape = customFunction("shape", forward, (_, g) => [g, g.sum()]);
    expect(() => shape(x, y).sum().backward()).toThrowErrorMatchingInlineSnapshot(
      `[GradientError: shape: backward gave argument 1 a gradient of another shape (got [] for [2])]`,
    );
    expect(() => grad(shape(x, y).sum(), x)).not.toThrow(); // nobody asked for the other
  });
});
