// The rows of single ops, as a user of gradkit writes them. Results are disposed of at once, as the other libraries do: what is timed is the op.
import { grad } from "@gradkit/autograd";
import { LayerNorm } from "@gradkit/nn";
import { add, conv2d, gelu, maxPool2d, ones, pointwise, softmax, sum, type Tensor, tensor } from "@gradkit/tensor";
import { mul, add as plus, tanh } from "@gradkit/tensor/formula";
import { checksum } from "../checksum.ts";
import { seeded, seededPositive, sizeOf } from "../seeded.ts";
import type { Runnable } from "../serve.ts";
import type { AddWork, ConvWork, GeluWork, MatmulWork, MaxPoolWork, RowsWork } from "../workloads.ts";

const random = (seed: number, shape: readonly number[], scale = 1, requiresGrad = false): Tensor =>
  tensor(seeded(seed, sizeOf(shape), scale), { shape, requiresGrad });

function runnable(call: () => Tensor): Runnable {
  return {
    step: () => call().dispose(),
    check: async () => checksum(await call().data()),
  };
}

/** A call that gives several results, whose checks stand side by side. */
function runnableAll(call: () => readonly Tensor[]): Runnable {
  return {
    step: () => {
      for (const result of call()) result.dispose();
    },
    check: async () => {
      const sums: number[] = [];
      for (const result of call()) sums.push(...checksum(await result.data()));
      return sums;
    },
  };
}

function matmul({ batch, m, k, n, aTransposed, bTransposed }: MatmulWork): Runnable {
  const batches = batch > 1 ? [batch] : [];
  const a = random(1, [...batches, ...(aTransposed ? [k, m] : [m, k])]);
  const b = random(2, [...batches, ...(bTransposed ? [n, k] : [k, n])]);
  const [left, right] = [aTransposed ? a.transpose(-1, -2) : a, bTransposed ? b.transpose(-1, -2) : b];
  return runnable(() => left.matmul(right));
}

const geluAffine = pointwise("geluAffine", (x, { a, b }) => {
  const y = plus(mul(x, a), b);
  const inner = mul(Math.sqrt(2 / Math.PI), plus(y, mul(0.044715, mul(mul(y, y), y))));
  return mul(mul(0.5, y), plus(1, tanh(inner)));
});

function geluOf({ count, asFormula }: GeluWork): Runnable {
  const x = random(1, [count], 3);
  if (asFormula) return runnable(() => geluAffine(x, { a: 1.5, b: 0.25 }));
  return runnable(() => {
    using scaled = x.mul(1.5);
    using shifted = scaled.add(0.25);
    return gelu(shifted, { approximate: "tanh" });
  });
}

function addition({ count, recording }: AddWork): Runnable {
  const [a, b] = [random(1, [count], 1, recording), random(2, [count])];
  return runnable(() => add(a, b));
}

function onRows({ kind, rows, columns }: RowsWork): Runnable {
  const x = random(1, [rows, columns], 3);
  const norm = new LayerNorm(columns).requiresGrad_(false);
  const calls: Record<RowsWork["kind"], () => Tensor> = {
    softmax: () => softmax(x, -1),
    layerNorm: () => norm.call(x),
    transpose: () => x.t().contiguous(),
    sumDim0: () => sum(x, 0),
    sumDim1: () => sum(x, 1),
  };
  return runnable(calls[kind]);
}

function convolution({ images, channels, size, filters, groups, backward }: ConvWork): Runnable {
  const x = random(1, [images, channels, size, size], 1, backward);
  const weight = random(2, [filters, channels / groups, 3, 3], 0.1, backward);
  const forward = (): Tensor => conv2d(x, weight, null, { padding: 1, groups });
  if (!backward) return runnable(forward);
  const gradOutputs = random(3, [images, filters, size, size]);
  return runnableAll(() => {
    const y = forward();
    const gradients = grad(y, [x, weight], { gradOutputs });
    y.dispose();
    return gradients;
  });
}

function maxPool({ images, channels, size, backward }: MaxPoolWork): Runnable {
  const shape = [images, channels, size, size];
  const x = tensor(seededPositive(1, sizeOf(shape)), { shape, requiresGrad: backward });
  if (!backward) return runnable(() => maxPool2d(x, 2));
  const gradOutputs = ones([images, channels, size / 2, size / 2]);
  return runnableAll(() => {
    const y = maxPool2d(x, 2);
    const gradients = grad(y, [x], { gradOutputs });
    y.dispose();
    return gradients;
  });
}

export const ops = {
  matmul,
  gelu: geluOf,
  add: addition,
  softmax: onRows,
  layerNorm: onRows,
  transpose: onRows,
  sumDim0: onRows,
  sumDim1: onRows,
  conv: convolution,
  maxPool,
};
