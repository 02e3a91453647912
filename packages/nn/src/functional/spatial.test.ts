// What cases of numbers leave open in resizing, folding and pooling: laws, gradients and messages.
import { gradcheck, gradgradcheck } from "@gradkit/autograd";
import {
  affineGrid, arange, avgPool2d, Generator, gridSample, maxPool2dWithIndices, ones, onesLike, rand, randn, setDefaultDevice, type Tensor, tensor,
} from "@gradkit/tensor"; // biome-ignore format: a list
import { reference } from "@gradkit/tensor/testing";
import { beforeAll, describe, expect, test } from "vitest";
import { AdaptiveAvgPool2d, AvgPool1d, AvgPool2d, ConvTranspose2d, Fold, LPPool2d, MaxUnpool2d, Unfold, Upsample } from "../index.ts";
import { fold, unfold } from "./fold.ts";
import { type InterpolateOptions, interpolate, upsampleBilinear, upsampleNearest } from "./interpolate.ts";
import { lpPool2d } from "./lp-pool.ts";
import { maxUnpool2d } from "./max-unpool.ts";

beforeAll(() => setDefaultDevice(reference()));

const values = (x: Tensor): number[] => [...x.dataSync()];
const tight = { atol: 1e-7, rtol: 1e-6 };
const picture = (shape: number[] = [1, 2, 4, 3]): Tensor => randn(shape, { generator: new Generator(4), requiresGrad: true });
const expectClose = (got: Tensor, expected: Tensor): void => {
  expect(got.shape).toEqual(expected.shape);
  expect(Math.max(...values(got.sub(expected).abs()))).toBeLessThan(1e-5);
};
const message = (fn: () => unknown): string => {
  try {
    fn();
  } catch (error) {
    return (error as Error).message;
  }
  return "";
};

describe("interpolate", () => {
  const smooth: InterpolateOptions[] = [
    { size: [3, 5], mode: "bilinear" },
    { size: [2, 2], mode: "bilinear", antialias: true },
    { scaleFactor: 1.7, mode: "bicubic" },
    { size: [7, 2], mode: "bicubic", alignCorners: true },
    { size: [2, 2], mode: "bicubic", antialias: true },
    { size: [3, 2], mode: "area" },
    { size: [5, 7], mode: "nearest" },
  ];
  test.each(smooth)("gradients: %j", async (options) => {
    expect(await gradcheck((x: Tensor) => interpolate(x, options), [picture()], tight)).toBe(true);
    expect(await gradgradcheck((x: Tensor) => interpolate(x, options).square(), [picture()], tight)).toBe(true);
  });

  test.each(smooth)("a constant stays what it is: %j", (options) => {
    const x = ones([1, 1, 6, 5]);
    const y = interpolate(x, options);
    expectClose(y, onesLike(y));
  });

  test("a line stays a line, between aligned corners", () => {
    const x = arange(4, { dtype: "float32" }).view(1, 1, 4);
    expectClose(interpolate(x, { size: 7, mode: "linear", alignCorners: true }), arange(7).mul(0.5).view(1, 1, 7));
  });

  test("antialiasing averages over what a pixel covers", () => {
    const x = tensor([0, 0, 0, 8, 0, 0, 0, 0]).view(1, 1, 1, 8);
    const y = interpolate(x, { size: [1, 4], mode: "bilinear", antialias: true });
    expectClose(y, tensor([0, 3 / 8, 1 / 8, 0].map((w) => 8 * w)).view(1, 1, 1, 4)); // triangles of width 4
  });

  test("coordinates follow the factor, or the sizes", () => {
    const x = arange(5, { dtype: "float32" }).view(1, 1, 5);
    expect(values(interpolate(x, { scaleFactor: 1.5 }))).toEqual([0, 0, 1, 2, 2, 3, 4]);
    expect(interpolate(x, { scaleFactor: 1.5, mode: "linear" }).dataSync()[6]).toBeCloseTo(6.5 / 1.5 - 0.5, 5);
    expect(interpolate(x, { scaleFactor: 1.5, mode: "linear", recomputeScaleFactor: true }).dataSync()[6]).toBe(4);
  });

  test("messages", () => {
    const x = picture();
    expect([
      message(() => interpolate(x)),
      message(() => interpolate(x, { size: 2, scaleFactor: 2 })),
      message(() => interpolate(x, { size: 2, mode: "linear" })),
      message(() => interpolate(x, { size: 2, alignCorners: false })),
      message(() => interpolate(x, { size: [2, 2, 2] })),
      message(() => interpolate(x, { scaleFactor: 0.1 })),
      message(() => interpolate(x, { size: 2, antialias: true })),
      message(() => interpolate(x.to("int32"), { size: 2, mode: "bilinear" })),
    ]).toMatchInlineSnapshot(`
      [
        "interpolate: neither size nor scaleFactor was given. Pass one of them",
        "interpolate: size and scaleFactor were both given. Pass one of them",
        "interpolate: mode "linear" takes 1 spatial dims (got [1, 2, 4, 3])",
        "interpolate: mode "nearest" has no alignCorners. Only linear, bilinear, bicubic and trilinear have",
        "interpolate: size must be one number or 2 (got [2, 2, 2])",
        "interpolate: the output would be [0, 0] (got x [1, 2, 4, 3])",
        "interpolate: antialias is for the modes "bilinear" and "bicubic" (got "nearest")",
        "interpolate: mode "bilinear" takes floats (got int32). Convert with .to("float32")",
      ]
    `);
  });
});

describe("unfold and fold", () => {
  const options = { dilation: [1, 2], padding: [1, 0], stride: [2, 1] };
  test("are each other's transpose", () => {
    const x = rand([2, 3, 5, 4], { generator: new Generator(1) });
    const columns = unfold(x, [3, 2], options);
    const other = randn(columns.shape, { generator: new Generator(2) });
    const back = fold(other, [5, 4], [3, 2], options);
    expect(back.mul(x).sum().itemSync()).toBeCloseTo(columns.mul(other).sum().itemSync(), 4);
  });

  test("gradients", async () => {
    expect(await gradcheck((x: Tensor) => unfold(x, [3, 2], options), [picture([1, 1, 5, 4])], tight)).toBe(true);
    expect(await gradcheck((x: Tensor) => fold(x, [4, 3], 2).square(), [picture([1, 4, 6])], tight)).toBe(true);
    expect(await gradgradcheck((x: Tensor) => fold(x, [4, 3], 2).square(), [picture([1, 4, 6])], tight)).toBe(true);
  });

  test("without a batch, and what does not fit", () => {
    expect(unfold(picture([2, 4, 4]), 2).shape).toEqual([8, 9]);
    expect(fold(picture([8, 9]), 4, 2).shape).toEqual([2, 4, 4]);
    expect([
      message(() => unfold(picture(), 5)),
      message(() => fold(picture([1, 4, 5]), [4, 3], 2)),
      message(() => fold(picture([1, 3, 6]), [4, 3], 2)),
    ]).toMatchInlineSnapshot(`
      [
        "unfold: windows are larger than the padded input (got [1, 2, 4, 3])",
        "fold: an output of [4, 3] has 3 × 2 windows, x has 5 (got [1, 4, 5])",
        "fold: dim 1 must divide by the kernel's 4 elements (got [1, 3, 6])",
      ]
    `);
  });
});

describe("pools", () => {
  test("what is unpooled is what pooling took", async () => {
    const { values: maxima, indices } = maxPool2dWithIndices(picture([1, 2, 4, 6]), 2);
    const back = maxUnpool2d(maxima, indices, 2);
    expect(back.shape).toEqual([1, 2, 4, 6]);
    const again = maxPool2dWithIndices(back.where(back.ne(0), -9), 2);
    expect(values(again.values)).toEqual(values(maxima));
    const leaf = maxima.detach().requiresGrad_();
    expect(await gradcheck((x: Tensor) => maxUnpool2d(x, indices, 2).square(), [leaf], tight)).toBe(true);
    expect(maxUnpool2d(maxima, indices, 2, { outputSize: [5, 7] }).shape).toEqual([1, 2, 5, 7]);
    expect(message(() => maxUnpool2d(maxima, indices, 2, { outputSize: [6, 6] }))).toMatchInlineSnapshot(
      `"maxUnpool2d: outputSize [6, 6] must be within stride [2, 2] of [4, 6]"`,
    );
  });

  test("power averages", async () => {
    const positive = picture().square().add(0.1).detach().requiresGrad_();
    expect(await gradcheck((x: Tensor) => lpPool2d(x, 3, 2, { stride: 1 }), [positive], tight)).toBe(true);
    expectClose(lpPool2d(positive, 1, 2), avgPool2d(positive, 2).mul(4));
  });

  test("an average over windows that hold infinity, and over none", () => {
    const x = tensor([1, Number.POSITIVE_INFINITY, 3, 5]).view(1, 1, 1, 4);
    expect(values(avgPool2d(x, [1, 2]))).toEqual([Number.POSITIVE_INFINITY, 4]);
    expect(avgPool2d(ones([0, 2, 4, 4]), 2).shape).toEqual([0, 2, 2, 2]);
    expect(new AdaptiveAvgPool2d([0, 2]).call(ones([1, 2, 4, 4])).shape).toEqual([1, 2, 0, 2]);
  });
});

test("a grid of the identity leaves pictures as they are", () => {
  const x = picture([2, 1, 3, 4]);
  const theta = tensor([[1, 0, 0], [0, 1, 0]]).expand(2, 2, 3); // biome-ignore format: a matrix
  for (const alignCorners of [true, false]) {
    const grid = affineGrid(theta, x.shape, { alignCorners });
    for (const mode of ["bilinear", "nearest", "bicubic"] as const) expectClose(gridSample(x, grid, { mode, alignCorners }), x);
  }
});

test("an output size of a transposed convolution", () => {
  const layer = new ConvTranspose2d(2, 3, 3, { stride: 2, padding: 1 });
  expect(layer.call(picture([1, 2, 4, 4])).shape).toEqual([1, 3, 7, 7]);
  expect(layer.call(picture([1, 2, 4, 4]), [8, 7]).shape).toEqual([1, 3, 8, 7]);
  expect(message(() => layer.call(picture([1, 2, 4, 4]), [9, 7]))).toMatchInlineSnapshot(`
    "ConvTranspose2d: outputSize [9, 7] must be from [7, 7] to less than a stride [2, 2] above
      in ConvTranspose2d(2, 3, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1))"
  `);
});

test("modules print as PyTorch's", () => {
  expect(
    [
      new AvgPool1d(2),
      new AvgPool2d(3, { stride: 2, padding: 1 }),
      new AdaptiveAvgPool2d([7, null]),
      new LPPool2d(2, 3),
      new MaxUnpool2d(2),
      new ConvTranspose2d(2, 4, 3, { stride: 2, outputPadding: 1, groups: 2, bias: false }),
      new Unfold(2, { stride: 2 }),
      new Fold([5, 5], 3),
      new Upsample({ scaleFactor: 2, mode: "bilinear" }),
      new Upsample({ size: [3, 5] }),
    ].map(String),
  ).toEqual([
    "AvgPool1d(kernel_size=(2,), stride=(2,), padding=(0,))",
    "AvgPool2d(kernel_size=3, stride=2, padding=1)",
    "AdaptiveAvgPool2d(output_size=(7, None))",
    "LPPool2d(norm_type=2, kernel_size=3, stride=None, ceil_mode=False)",
    "MaxUnpool2d(kernel_size=(2, 2), stride=(2, 2), padding=(0, 0))",
    "ConvTranspose2d(2, 4, kernel_size=(3, 3), stride=(2, 2), output_padding=(1, 1), groups=2, bias=False)",
    "Unfold(kernel_size=2, dilation=1, padding=0, stride=2)",
    "Fold(output_size=(5, 5), kernel_size=3, dilation=1, padding=0, stride=1)",
    "Upsample(scale_factor=2.0, mode='bilinear')",
    "Upsample(size=(3, 5), mode='nearest')",
  ]);
});

test("the older names of interpolate: repeated elements, and lines on which corners keep their values", () => {
  const x = tensor([[[[0, 3]]]]);
  expect([...upsampleNearest(x, { scaleFactor: [1, 2] }).dataSync()]).toEqual([0, 0, 3, 3]);
  expect([...upsampleBilinear(x, { size: [1, 4] }).dataSync()]).toEqual([0, 1, 2, 3]);
});
