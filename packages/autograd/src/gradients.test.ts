// Every op against central differences, first and second derivatives, in float64.
import * as ops from "@gradkit/tensor";
import { addmm, Generator, rand, randn, type Tensor, tensor, where } from "@gradkit/tensor";
import { convInputGrad, convWeightGrad, logSoftmaxGrad, softmaxGrad } from "@gradkit/tensor/recorder";
import { reference } from "@gradkit/tensor/testing";
import { describe, expect, test } from "vitest";
import { gradcheck, gradgradcheck } from "./index.ts";

const device = reference();
const generator = new Generator(7);
const options = { device, generator, dtype: "float64", requiresGrad: true } as const;
/** Away from 0 and 1, where many functions have a kink or an end. */
const unit = (...shape: number[]): Tensor =>
  rand(shape, { ...options, requiresGrad: false })
    .mul(0.7)
    .add(0.15)
    .requiresGrad_();
const normal = (...shape: number[]): Tensor => randn(shape, options);
const ints = (data: number[] | number[][]): Tensor => tensor(data, { dtype: "int32", device });
const values = (data: number[] | number[][]): Tensor => tensor(data, { dtype: "float64", device, requiresGrad: true });
/** Far enough apart that no step of a difference changes their order. */
const distinct = (...shape: number[]): Tensor => {
  const count = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float64Array.from({ length: count }, (_, i) => ((i * 7) % count) / count),
    { shape, dtype: "float64", device, requiresGrad: true },
  );
};

// differences of order eps² = 1e-12, and rounding of 1e-16/1e-6
const tight = { atol: 1e-7, rtol: 1e-6 };

type Row = readonly [name: string, fn: (...inputs: Tensor[]) => Tensor | readonly Tensor[], inputs: Tensor[]];

function check(rows: readonly Row[]): void {
  test.each(rows)("%s", async (_name, fn, inputs) => {
    expect(await gradcheck(fn, inputs, tight)).toBe(true);
    expect(await gradgradcheck(fn, inputs, tight)).toBe(true);
  });
}

describe("pointwise", () => {
  const unary = [
    "abs", "neg", "square", "sqrt", "rsqrt", "reciprocal", "exp", "exp2", "expm1", "log", "log1p", "log2", "log10", "logit", "sin", "cos", "tan",
    "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "atanh", "sinc", "erf", "erfc", "lgamma", "frac", "relu", "relu6", "leakyRelu", "hardtanh",
    "hardsigmoid", "hardswish", "elu", "celu", "selu", "sigmoid", "logsigmoid", "silu", "mish", "softplus", "softsign", "tanhshrink", "gelu", "geluTanh",
  ] as const; // biome-ignore format: a list
  check(unary.map((name): Row => [name, (x) => (x as Tensor)[name](), [unit(3, 4)]]));
  check([
    ["acosh", (x) => x.add(1.2).acosh(), [unit(5)]],
    ["floor has the gradient 0", (x) => x.floor().add(x), [unit(5)]],
    ["add broadcasts", (x, y) => x.add(y), [normal(2, 3), normal(3)]],
    ["sub of a column", (x, y) => x.sub(y), [normal(2, 3), normal(2, 1)]],
    ["mul of rank 0", (x, y) => x.mul(y), [normal(2, 3), normal()]],
    ["mul of row and column", (x, y) => x.mul(y), [normal(3), normal(2, 1)]],
    ["mul with itself", (x) => x.mul(x), [normal(4)]],
    ["div", (x, y) => x.div(y), [normal(2, 3), unit(2, 1)]],
    ["pow", (x, y) => x.pow(y), [unit(4), normal(4)]],
    ["pow of a number", (x) => ops.pow(2.5, x), [normal(4)]],
    ["atan2", (x, y) => x.atan2(y), [unit(4), unit(4)]],
    ["hypot", (x, y) => x.hypot(y), [unit(4), unit(4)]],
    ["logaddexp", (x, y) => x.logaddexp(y), [normal(4), normal(4)]],
    ["maximum", (x, y) => x.maximum(y), [distinct(4), distinct(2, 2).add(0.5).view(4).detach().requiresGrad_()]],
    ["where", (x, y) => where(tensor([true, false, true], { device }), x, y), [normal(3), normal(2, 3)]],
    ["lerp", (x, y, w) => x.lerp(y, w), [normal(3), normal(3), unit(1)]],
    ["clamp", (x, low) => x.clamp(low, 0.8), [unit(6), values([0.01])]],
    ["addcdiv", (x, a, b) => x.addcdiv(a, b, { value: 0.5 }), [normal(3), normal(3), unit(3)]],
    ["dtype and back", (x) => x.to("float64").clone(), [normal(3)]],
  ]);
});

describe("movement", () => {
  check([
    ["expand", (x) => x.expand(2, 3, 4), [normal(3, 1)]],
    ["permute", (x) => x.permute(2, 0, 1), [normal(2, 3, 4)]],
    ["reshape of a transposed", (x) => x.t().reshape(2, 6), [normal(3, 4)]],
    ["slice", (x) => x.slice(1, 1, 6, 2), [normal(2, 6)]],
    ["select", (x) => x.select(0, -1), [normal(2, 3)]],
    ["flip", (x) => x.flip(0, 1), [normal(2, 3)]],
    ["diagonal", (x) => x.diagonal({ offset: 1 }), [normal(3, 4)]],
    ["diagonal of matrices", (x) => x.diagonal({ offset: -1, dim1: -2, dim2: -1 }), [normal(2, 3, 4)]],
    ["unfold overlapping", (x) => x.unfold(0, 3, 1), [normal(6, 2)]],
    ["unfold apart", (x) => x.unfold(1, 2, 3), [normal(2, 8)]],
    ["squeeze, unsqueeze, flatten", (x) => x.unsqueeze(1).flatten(1).squeeze(), [normal(3, 1, 2)]],
    ["cat", (x, y) => ops.cat([x, y, x], 1), [normal(2, 3), normal(2, 1)]],
    ["stack", (x, y) => ops.stack([x, y], -1), [normal(2, 3), normal(2, 3)]],
    ["split", (x) => x.split(2), [normal(5)]],
    ["pad and crop", (x) => ops.pad(x, [1, -1, 0, 2]), [normal(2, 3)]],
  ]);
});

describe("reduce", () => {
  check([
    ["sum", (x) => x.sum([0, 2]), [normal(2, 3, 4)]],
    ["sum, keepdim", (x) => x.sum(1, { keepdim: true }), [normal(2, 3)]],
    ["mean", (x) => x.mean(0), [normal(2, 3)]],
    ["mean of all", (x) => x.mean(), [normal(2, 3)]],
    ["prod", (x) => x.prod(), [normal(2, 3)]],
    ["prod along a dim", (x) => x.prod(0, { keepdim: true }), [normal(3, 2)]],
    [
      "prod with a zero",
      (x) => x.prod(0),
      [
        values([
          [2, 3],
          [0, 0.5],
          [4, 0],
        ]),
      ],
    ],
    ["prod with two zeros", (x) => x.prod(), [values([2, 0, 3, 0])]],
    ["amax", (x) => x.amax([0, 1]), [distinct(2, 3, 2)]],
    ["amin", (x) => x.amin(1, { keepdim: true }), [distinct(2, 3)]],
    ["max along a dim", (x) => x.max(0).values, [distinct(4, 3)]],
    ["min along a dim", (x) => x.min(-1, { keepdim: true }).values, [distinct(4, 3)]],
    ["var", (x) => x.var(1), [normal(2, 4)]],
    ["std", (x) => x.std(), [normal(5)]],
    ["norm", (x) => x.norm(), [normal(5)]],
    ["norm of order 3", (x) => x.norm(3, 1), [normal(2, 3)]],
    ["logsumexp", (x) => x.logsumexp(1), [normal(2, 3)]],
  ]);
});

describe("matmul", () => {
  check([
    ["matrices", (a, b) => a.matmul(b), [normal(2, 3), normal(3, 4)]],
    ["vectors", (a, b) => a.matmul(b), [normal(3), normal(3)]],
    ["matrix and vector", (a, b) => a.matmul(b), [normal(2, 3), normal(3)]],
    ["batches", (a, b) => a.matmul(b), [normal(2, 2, 3), normal(2, 3, 2)]],
    ["broadcast batches", (a, b) => a.matmul(b), [normal(2, 1, 2, 3), normal(3, 3, 2)]],
    ["one matrix for a batch", (a, b) => a.matmul(b), [normal(4, 2, 3), normal(3, 2)]],
    ["transposed operands", (a, b) => a.t().matmul(b.t()), [normal(3, 2), normal(4, 3)]],
    ["linear", (x, w, b) => ops.linear(x, w, b), [normal(2, 2, 3), normal(4, 3), normal(4)]],
    ["addmm", (c, a, b) => addmm(c, a, b, { alpha: 0.5, beta: 2 }), [normal(2, 1), normal(2, 3), normal(3, 4)]],
  ]);
});

describe("gather and scatter", () => {
  const index = ints([[0, 2, 0], [1, 1, 0]]); // biome-ignore format: a matrix
  check([
    ["gather with repeats", (x) => x.gather(0, index), [normal(3, 3)]],
    ["gather of a part", (x) => x.gather(1, ints([[3], [0]])), [normal(3, 4)]],
    ["indexSelect", (x) => x.indexSelect(1, ints([2, 0, 2])), [normal(2, 3)]],
    [
      "embeddingLookup",
      (w) =>
        ops.embeddingLookup(
          ints([
            [0, 3],
            [3, 1],
          ]),
          w,
        ),
      [normal(4, 2)],
    ],
    [
      "scatter",
      (x, src) =>
        x.scatter(
          0,
          ints([
            [0, 2, 1],
            [1, 0, 0],
          ]),
          src,
        ),
      [normal(3, 3), normal(2, 3)],
    ],
    ["scatter of a larger src", (x, src) => x.scatter(1, ints([[1], [0]]), src), [normal(3, 3), normal(3, 4)]],
    ["scatterAdd", (x, src) => x.scatterAdd(0, index, src), [normal(3, 3), normal(2, 3)]],
    ["indexAdd", (x, src) => x.indexAdd(0, ints([1, 1, 0]), src, { alpha: 2 }), [normal(2, 3), normal(3, 3)]],
  ]);
});

describe("scan and sort", () => {
  check([
    ["cumsum", (x) => x.cumsum(0), [normal(3, 2)]],
    ["cumprod", (x) => x.cumprod(1), [normal(2, 4)]],
    ["cumprod with a zero", (x) => x.cumprod(0), [values([2, 0, 3, 0.5])]],
    [
      "cumprod with several zeros",
      (x) => x.cumprod(1),
      [
        values([
          [2, 0, 3, 0, 5],
          [0, 0, 1, 2, 3],
          [1, 2, 3, 4, 0],
        ]),
      ],
    ],
    ["cummax", (x) => x.cummax(0).values, [distinct(5, 2)]],
    ["cummin", (x) => x.cummin(1).values, [distinct(2, 5)]],
    ["sort", (x) => x.sort(0, { descending: true }).values, [distinct(4, 3)]],
    ["topk", (x) => x.topk(2, 1).values, [distinct(3, 4)]],
  ]);
});

describe("conv, pool, softmax, batchNorm", () => {
  const attrs = { stride: [2, 1], padding: [1, 0], dilation: [1, 2], groups: 2 };
  check([
    ["conv1d", (x, w, b) => ops.conv1d(x, w, b, { padding: 1 }), [normal(2, 2, 5), normal(3, 2, 3), normal(3)]],
    ["conv2d", (x, w, b) => ops.conv2d(x, w, b, attrs), [normal(1, 2, 4, 6), normal(4, 1, 3, 2), normal(4)]],
    ["conv2d that leaves a rest", (x, w) => ops.conv2d(x, w, null, { stride: 3 }), [normal(1, 1, 6, 5), normal(1, 1, 2, 2)]],
    ["convInputGrad", (g, w) => convInputGrad(g, w, { ...attrs, inputSize: [4, 6] }), [normal(1, 4, 2, 4), normal(4, 1, 3, 2)]],
    ["convWeightGrad", (g, x) => convWeightGrad(g, x, { ...attrs, kernelSize: [3, 2] }), [normal(1, 4, 2, 4), normal(1, 2, 4, 6)]],
    ["maxPool2d, overlapping", (x) => ops.maxPool2d(x, 3, { stride: 2, padding: 1 }), [distinct(1, 2, 5, 5)]],
    ["maxPool1d", (x) => ops.maxPool1d(x, 2), [distinct(2, 6)]],
    ["softmax", (x) => x.softmax(1), [normal(2, 4)]],
    ["logSoftmax", (x) => x.logSoftmax(0), [normal(3, 2)]],
    ["softmaxGrad", (g, y) => softmaxGrad(g, y, 1), [normal(2, 3), unit(2, 3)]],
    ["logSoftmaxGrad", (g, y) => logSoftmaxGrad(g, y, 1), [normal(2, 3), unit(2, 3)]],
    ["batchNorm", (x, w, b) => ops.batchNormTraining(x, w, b, 1e-2).y, [normal(3, 2, 4), normal(2), normal(2)]],
    ["batchNorm without affine", (x) => ops.batchNormTraining(x, null, null, 1e-2).y, [normal(4, 3)]],
    [
      "batchNormInference",
      (x, m, v, w, b) => ops.batchNormInference(x, m, v, w, b, 1e-2),
      [normal(3, 2, 2), normal(2), unit(2), normal(2), normal(2)],
    ],
    ["to another device and back", (x) => x.to(reference()).to(x.device), [normal(3)]],
  ]);
});
