import { cpu } from "@gradkit/backend-cpu";
import { memory, noGrad, ones, setDefaultDevice, type Tensor, tensor } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, describe, expect, test } from "vitest";
import { gradcheck, hessian, jacobian, jvp, valueAndGrad, vjp, vmap } from "../index.ts";

const close = (x: Tensor, expected: readonly number[], shape?: readonly number[]): void => {
  const values = [...x.dataSync()];
  expect(values.length).toBe(expected.length);
  values.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i] as number, 5); // float32
  });
  if (shape) expect(x.shape).toEqual(shape);
};

describe.each(["reference", "cpu"])("%s", (name) => {
  beforeAll(async () => setDefaultDevice(name === "cpu" ? await cpu() : reference()));
  const x = (): Tensor => tensor([1, 2, 3]);

  describe("valueAndGrad", () => {
    test("gives value and gradient, marks nothing and leaves no graph", () => {
      const w = x();
      const [value, gradient] = valueAndGrad((v: Tensor) => v.pow(3).sum())(w);
      expect(value.itemSync()).toBe(36);
      close(gradient, [3, 12, 27]);
      expect([w.requiresGrad, value.requiresGrad, gradient.requiresGrad, w.grad]).toEqual([false, false, false, null]);
    });

    test("by several arguments, past those that are no tensors, inside noGrad too", () => {
      const f = valueAndGrad((a: Tensor, power: number, b: Tensor) => a.pow(power).mul(b).sum(), { argnums: [2, 0] });
      const [, [db, da]] = noGrad(() => f(x(), 2, tensor([1, 0, -1])));
      close(db, [1, 4, 9]);
      close(da, [2, 0, -6]);
    });

    test("is differentiable itself inside another one, and in a recorded graph", () => {
      const second = valueAndGrad((v: Tensor) => valueAndGrad((u: Tensor) => u.pow(3).sum())(v)[1].sum());
      close(second(x())[1], [6, 12, 18]);
      const leaf = tensor([1, 2, 3], { requiresGrad: true });
      valueAndGrad((u: Tensor) => u.pow(3).sum())(leaf.mul(2))[1]
        .sum()
        .backward(); // d/dx 3·(2x)² = 24x
      close(leaf.grad as Tensor, [24, 48, 72]);
    });

    test("a parameter is an argument as any other: its grad is not touched", () => {
      const w = tensor([1, 2], { requiresGrad: true });
      const [, gradient] = valueAndGrad((v: Tensor) => v.square().sum())(w);
      expect([gradient.requiresGrad, w.grad]).toEqual([false, null]);
      const [, recorded] = valueAndGrad((v: Tensor) => v.square().sum(), { createGraph: true })(w);
      recorded.sum().backward();
      close(w.grad as Tensor, [2, 2]);
    });

    test("what does not depend on the argument has zeros, and what is no scalar throws", () => {
      close(valueAndGrad((_: Tensor) => ones([]))(x())[1], [0, 0, 0]);
      expect(() => valueAndGrad((v: Tensor) => v)(x())).toThrowErrorMatchingInlineSnapshot(
        `[GradientError: valueAndGrad: the function must give one element (got [3]). Sum what it gives]`,
      );
      expect(() => valueAndGrad((v: number) => tensor(v))(1)).toThrowErrorMatchingInlineSnapshot(
        `[GradientError: valueAndGrad: argument 0 is no tensor (got number). Name tensors in argnums]`,
      );
    });
  });

  // y = (a·b, sum a), with a different Jacobian for each input and output
  const pair = (a: Tensor, b: Tensor): [Tensor, Tensor] => [a.mul(b), a.sum()];
  const b = (): Tensor => tensor([4, 5, 6]);

  test("vjp, as often as it is asked", () => {
    const [[product, sum], pull] = vjp(pair, x(), b());
    close(product, [4, 10, 18]);
    close(sum, [6]);
    for (const scale of [1, 2]) {
      const [da, db] = pull(tensor([1, 0, scale]), tensor(10));
      close(da, [14, 10, 10 + 6 * scale]);
      close(db, [1, 0, 3 * scale]);
    }
    expect(() => pull(ones([3]))).toThrowErrorMatchingInlineSnapshot(`[GradientError: vjp: 1 cotangents for 2 outputs. Pass one each]`);
  });

  test("jvp", () => {
    const [[product], [dProduct, dSum]] = jvp(pair, [x(), b()], [tensor([1, 0, 1]), tensor([0, 1, 2])]);
    close(product, [4, 10, 18]);
    close(dProduct, [4, 2, 12]);
    close(dSum, [2]);
  });

  test("jvp of what is constant or linear", () => {
    close(jvp((v: Tensor) => v.mul(3), [x()], [ones([3])])[1], [3, 3, 3]);
    close(jvp((_: Tensor) => ones([2]), [x()], [ones([3])])[1], [0, 0]);
  });

  test("jvp and vjp agree: u·(J v) = (uᵀJ)·v", () => {
    const f = (v: Tensor): Tensor => v.softmax(0).mul(v.exp());
    const [u, v] = [tensor([0.3, -1, 2]), tensor([1, 0.5, -0.7])];
    const point = tensor([0.1, -0.4, 0.8]);
    const [, pull] = vjp(f, point);
    const [, push] = jvp(f, [point], [v]);
    expect(u.dot(push).itemSync()).toBeCloseTo(pull(u)[0].dot(v).itemSync(), 5);
  });

  test("jacobian", () => {
    close(
      jacobian(
        (v: Tensor) =>
          v
            .square()
            .sum(0, { keepdim: true })
            .mul(tensor([1, 2])),
        x(),
      ),
      [2, 4, 6, 4, 8, 12],
      [2, 3],
    );
    const [da, db] = jacobian((a: Tensor, c: Tensor) => a.mul(c).sum(), [x(), b()]);
    close(da, [4, 5, 6], [3]);
    close(db, [1, 2, 3], [3]);
    close(
      jacobian((v: Tensor) => v.view(1, 3).matmul(ones([3, 2])), x()),
      [1, 1, 1, 1, 1, 1],
      [1, 2, 3],
    );
    close(
      jacobian((_: Tensor) => ones([2]), x()),
      [0, 0, 0, 0, 0, 0],
      [2, 3],
    );
  });

  test("hessian", () => {
    close(
      hessian((v: Tensor) => v.prod(), x()),
      [0, 3, 2, 3, 0, 1, 2, 1, 0],
      [3, 3],
    );
    close(
      hessian((v: Tensor) => v.sum(), x()),
      new Array(9).fill(0),
      [3, 3],
    );
    const [[aa, ac], [ca]] = hessian((a: Tensor, c: Tensor) => a.square().mul(c).sum(), [x(), b()]);
    close(aa, [8, 0, 0, 0, 10, 0, 0, 0, 12]);
    close(ac, [2, 0, 0, 0, 4, 0, 0, 0, 6]);
    close(ca, [2, 0, 0, 0, 4, 0, 0, 0, 6]);
    expect(() => hessian((v: Tensor) => v, x())).toThrowErrorMatchingInlineSnapshot(
      `[GradientError: hessian: the function must give one element (got [3]). Sum what it gives]`,
    );
  });

  test("vmap", () => {
    const [m, n] = [tensor([[1, 2, 3], [4, 5, 6]]), tensor([[1, 0], [0, 1], [1, 1]])]; // biome-ignore format: matrices
    close(vmap((a: Tensor, c: Tensor) => a.dot(c))(m, m), [14, 77], [2]);
    close(vmap((a: Tensor, c: Tensor) => a.dot(c), { inDims: [0, 1] })(m, n), [4, 11], [2]);
    close(vmap((a: Tensor, c: Tensor) => a.mul(c), { inDims: [0, null], outDims: 1 })(m, x()), [1, 4, 4, 10, 9, 18], [3, 2]);
    const [sums, shifted] = vmap((a: Tensor, by: number) => [a.sum(), a.add(by)] as const)(m, 1);
    close(sums, [6, 15]);
    close(shifted, [2, 3, 4, 5, 6, 7], [2, 3]);
    expect(() => vmap((a: Tensor, c: Tensor) => a.add(c))(m, n)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: vmap: the arguments' batch dims differ in size (got 2, 3)]`,
    );
    expect(() => vmap((a: Tensor) => a, { inDims: [null] })(m)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: vmap: no argument has a batch dim. Name one in inDims]`,
    );
  });

  test("vmap of a gradient is a gradient by example; the batch's own gradient flows through vmap", () => {
    const m = tensor([[1, 2, 3], [4, 5, 6]], { requiresGrad: true }); // biome-ignore format: a matrix
    const [, gradients] = vmap(valueAndGrad((v: Tensor) => v.square().sum()))(m.detach());
    close(gradients, [2, 4, 6, 8, 10, 12], [2, 3]);
    vmap((v: Tensor) => v.square().sum())(m)
      .sum()
      .backward();
    close(m.grad as Tensor, [2, 4, 6, 8, 10, 12]);
  });

  test("valueAndGrad and jacobian leave no temporaries", () => {
    const w = x();
    const calls = [() => valueAndGrad((v: Tensor) => v.sin().mul(v).sum())(w), () => [jacobian((v: Tensor) => v.sin().mul(v), w)]];
    for (const call of calls) {
      const { liveBytes } = memory();
      for (const result of call() as Tensor[]) result.dispose();
      expect(memory().liveBytes).toBe(liveBytes);
    }
  });
});

test("their results pass gradcheck as functions of the arguments", async () => {
  setDefaultDevice(reference());
  const w = tensor([0.3, -0.7, 1.1], { requiresGrad: true });
  const f = (v: Tensor): Tensor => v.tanh().mul(v.exp());
  await gradcheck((v) => hessian((u: Tensor) => f(u).sum(), v.mul(1)), [w]);
  await gradcheck((v) => jacobian(f, v.mul(1)), [w]);
  await gradcheck((v) => jvp(f, [v.mul(1)], [v.square()])[1], [w]);
  await gradcheck((v) => vjp(f, v.mul(1))[1](v.square())[0], [w]);
});
