// Which op computes in which dtype under autocast, on the reference backend with halves.
import { beforeAll, describe, expect, test } from "vitest";
import { autocast } from "./autocast.ts";
import { mul } from "./formula-kit.ts";
import {
  addmm,
  type Backend,
  cat,
  cdist,
  conv2d,
  convTranspose2d,
  dist,
  einsum,
  gridSample,
  linear,
  ones,
  pointwise,
  setDefaultDevice,
  type Tensor,
  tensordot,
} from "./index.ts";
import { meta } from "./meta.ts";
import { reference } from "./testing/reference.ts";

const device = reference();
beforeAll(() => setDefaultDevice(device));

const x = (...shape: number[]): Tensor => ones(shape);
const h = (...shape: number[]): Tensor => ones(shape, { dtype: "float16" });

test("a device without halves is named, with what it has", () => {
  const poor: Backend = { ...device, name: "poor", capabilities: { dtypes: new Set(["float32", "int32"]), syncRead: true } };
  expect(() => autocast(() => 1, { device: poor })).toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: autocast: the poor backend has no float16 (it has float32, int32). Pass { enabled: false } there]`,
  );
  expect(autocast(() => 1, { device: poor, enabled: false })).toBe(1);
});

describe.runIf(device.capabilities.dtypes.has("float16"))("autocast", () => {
  test.each<[string, () => Tensor]>([
    ["matmul", () => x(2, 3).matmul(x(3, 2))],
    ["linear", () => linear(x(2, 3), x(4, 3), x(4))],
    ["addmm", () => addmm(x(2, 2), x(2, 3), x(3, 2))],
    ["einsum", () => einsum("ij,jk->ik", [x(2, 3), x(3, 2)])],
    ["conv2d", () => conv2d(x(1, 1, 3, 3), x(2, 1, 2, 2), x(2))],
    ["convTranspose2d", () => convTranspose2d(x(1, 1, 3, 3), x(1, 2, 2, 2), x(2))],
    ["add, of what comes", () => h(2).add(1)],
    ["relu, of what comes", () => h(2).relu()],
    ["mean, of what comes", () => h(2).mean()],
  ])("%s computes in float16", (_, fn) => {
    expect(autocast(fn).dtype).toBe("float16");
  });

  test.each<[string, () => Tensor]>([
    ["softmax", () => h(2, 3).softmax(1)],
    ["logSoftmax", () => h(2, 3).logSoftmax(1)],
    ["exp", () => h(2).exp()],
    ["log1p", () => h(2).log1p()],
    ["pow", () => h(2).pow(3)],
    ["square", () => h(2).pow(2)],
    ["rsqrt", () => h(2).rsqrt()],
    ["sum", () => h(2).sum()],
    ["prod", () => h(2).prod()],
    ["cumsum", () => h(2).cumsum(0)],
    ["norm", () => h(2).norm()],
    ["dist", () => dist(h(2), h(2))],
    ["cdist", () => cdist(h(2, 3), h(2, 3))],
    ["add, of the wider", () => h(2).add(x(2))],
    ["cat, of the widest", () => cat([h(2), x(2)])],
    ["tensordot, of the widest", () => tensordot(h(2, 2), x(2, 2), 1)],
    ["gridSample, of the widest", () => gridSample(h(1, 1, 2, 2), x(1, 2, 2, 2))],
    ["relu, of what comes", () => x(2).relu()],
  ])("%s computes in float32", (_, fn) => {
    expect(autocast(fn).dtype).toBe("float32");
  });

  test("sums do not overflow where halves would", () => {
    const large = ones([4], { dtype: "float16" }).mul(60000);
    expect([large.sum().itemSync(), autocast(() => large.sum().itemSync())]).toEqual([Number.POSITIVE_INFINITY, 240000]);
    expect(autocast(() => dist(large, large.neg()).itemSync())).toBe(240000);
  });

  test("products are rounded to halves, operands first", () => {
    const a = x(1, 1).mul(1 + 2 ** -11); // rounds to 1
    const product = autocast(() => a.matmul(x(1, 1).mul(2049)));
    expect(product.itemSync()).toBe(2048);
  });

  test("leaves alone: whole numbers, float64, other devices, writes in place", () => {
    const whole = ones([2, 2], { dtype: "int32" });
    const double = ones([2, 2], { dtype: "float64" });
    const elsewhere = ones([2, 2], { device: meta() });
    for (const m of [whole, double, elsewhere]) expect(autocast(() => m.matmul(m)).dtype).toBe(m.dtype);
    expect(autocast(() => h(2).exp_()).dtype).toBe("float16");
    const target = x(2, 2);
    expect(autocast(() => target.add_(target.matmul(target)))).toBe(target);
    expect(target.dtype).toBe("float32");
  });

  test("nests, and ends: after an error too", () => {
    const product = (): string => x(2, 2).matmul(x(2, 2)).dtype;
    expect(
      autocast(() => [product(), autocast(product, { enabled: false }), product(), autocast(product, { device: meta() }), product()]),
    ).toEqual(["float16", "float32", "float16", "float32", "float16"]);
    expect(() =>
      autocast(() => {
        throw new Error("inside");
      }),
    ).toThrow("inside");
    expect(product()).toBe("float32");
    expect(() => autocast(async () => 1)).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: autocast: an async function goes on after autocast has ended. Use it on the synchronous parts between awaits]`,
    );
  });

  test("ops of your own take what comes", () => {
    const twice = pointwise("twice", (v) => mul(v, 2));
    expect([autocast(() => twice(h(2))).dtype, autocast(() => twice(x(2))).dtype]).toEqual(["float16", "float32"]);
  });
});
