// The rows of single ops in TensorFlow.js.
import * as tf from "@tensorflow/tfjs-core";
import { checksum } from "../../src/checksum.ts";
import { seeded, seededPositive, sizeOf } from "../../src/seeded.ts";
import { NotComparable, type Runnable } from "../../src/serve.ts";
import type { AddWork, ConvWork, GeluWork, MatmulWork, MaxPoolWork, RowsWork } from "../../src/workloads.ts";
import { filtersOf, gelu, imagesOf, layerNorm } from "./layers.ts";

const random = (seed: number, shape: readonly number[], scale = 1): tf.Tensor => tf.tensor(seeded(seed, sizeOf(shape), scale), [...shape]);

/** Back to PyTorch's order of dims, so that checks compare. */
type Turn = (result: tf.Tensor) => tf.Tensor;
const asIs: Turn = (result) => result;
const images: Turn = (result) => tf.transpose(result, [0, 3, 1, 2]);
const filters: Turn = (result) => tf.transpose(result, [3, 2, 0, 1]);

/** `call` runs inside tidy: what it does not return is freed. The backend is synchronous. */
function runnable(call: () => readonly tf.Tensor[], turns: readonly Turn[] = [asIs]): Runnable {
  const results = (): tf.Tensor[] => tf.tidy(() => [...call()]);
  return {
    step: () => {
      for (const result of results()) result.dispose();
    },
    check: async () => {
      const turned = tf.tidy(() => results().map((result, i) => (turns[i] as Turn)(result)));
      const sums: number[] = [];
      for (const result of turned) sums.push(...checksum(await result.data()));
      for (const result of turned) result.dispose();
      return sums;
    },
  };
}

function matmul({ batch, m, k, n, aTransposed, bTransposed }: MatmulWork): Runnable {
  const batches = batch > 1 ? [batch] : [];
  const a = random(1, [...batches, ...(aTransposed ? [k, m] : [m, k])]);
  const b = random(2, [...batches, ...(bTransposed ? [n, k] : [k, n])]);
  return runnable(() => [tf.matMul(a, b, aTransposed, bTransposed)]);
}

function geluOf({ count, asFormula }: GeluWork): Runnable {
  if (asFormula) throw new NotComparable("it does not fuse elementwise ops");
  const x = random(1, [count], 3);
  return runnable(() => [gelu(tf.add(tf.mul(x, 1.5), 0.25))]);
}

function addition({ count, recording }: AddWork): Runnable {
  if (recording) throw new NotComparable("it records only inside a gradient function");
  const [a, b] = [random(1, [count]), random(2, [count])];
  return { ...runnable(() => [tf.add(a, b)]), step: () => tf.add(a, b).dispose() }; // one op needs no tidy
}

function onRows({ kind, rows, columns }: RowsWork): Runnable {
  const x = random(1, [rows, columns], 3);
  const [weight, bias] = [tf.ones([columns]), tf.zeros([columns])];
  const calls: Record<RowsWork["kind"], () => tf.Tensor> = {
    softmax: () => tf.softmax(x),
    layerNorm: () => layerNorm(x, weight, bias),
    transpose: () => tf.transpose(x),
    sumDim0: () => tf.sum(x, 0),
    sumDim1: () => tf.sum(x, 1),
  };
  return runnable(() => [calls[kind]()]);
}

function convolution({ images: n, channels, size, filters: outputs, groups, backward }: ConvWork): Runnable {
  const x = imagesOf(seeded(1, n * channels * size ** 2), [n, channels, size, size]);
  const shape = [outputs, channels / groups, 3, 3];
  const weight = filtersOf(seeded(2, sizeOf(shape), 0.1), shape, groups > 1);
  const forward = (input: tf.Tensor4D, filter: tf.Tensor4D): tf.Tensor4D =>
    groups > 1 ? tf.depthwiseConv2d(input, filter, 1, "same") : tf.conv2d(input, filter, 1, "same");
  if (!backward) return runnable(() => [forward(x, weight)], [images]);
  const dy = imagesOf(seeded(3, n * outputs * size ** 2), [n, outputs, size, size]);
  const gradients = tf.grads((input: tf.Tensor, filter: tf.Tensor) => forward(input as tf.Tensor4D, filter as tf.Tensor4D));
  return runnable(() => gradients([x, weight], dy), [images, filters]);
}

function maxPool({ images: n, channels, size, backward }: MaxPoolWork): Runnable {
  const x = imagesOf(seededPositive(1, n * channels * size ** 2), [n, channels, size, size]);
  const forward = (input: tf.Tensor4D): tf.Tensor4D => tf.maxPool(input, 2, 2, "valid");
  if (!backward) return runnable(() => [forward(x)], [images]);
  const dy = tf.ones([n, size / 2, size / 2, channels]);
  const gradient = tf.grad((input: tf.Tensor) => forward(input as tf.Tensor4D));
  return runnable(() => [gradient(x, dy)], [images]);
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
