// The rows of single ops in jax-js, compiled with jit as its manual advises.
import { grad, jit, lax, nn, numpy as np } from "@jax-js/jax";
import { checksum } from "../../src/checksum.ts";
import { seeded, seededPositive, sizeOf } from "../../src/seeded.ts";
import { NotComparable, type Runnable } from "../../src/serve.ts";
import type { AddWork, ConvWork, GeluWork, MatmulWork, MaxPoolWork, RowsWork } from "../../src/workloads.ts";
import { arrayOf, layerNorm, maxPool as pool } from "./layers.ts";

const random = (seed: number, shape: readonly number[], scale = 1): np.Array => arrayOf(seeded(seed, sizeOf(shape), scale), shape);

/** `call` owns what it is given. Its device works on its own: a step waits for it. */
function runnable(inputs: readonly np.Array[], call: (...inputs: np.Array[]) => np.Array | np.Array[]): Runnable {
  const results = (): np.Array[] => [call(...inputs.map((input) => input.ref))].flat();
  return {
    step: async () => {
      for (const result of results()) {
        await result.blockUntilReady();
        result.dispose();
      }
    },
    check: async () => {
      const sums: number[] = [];
      for (const result of results()) sums.push(...checksum(await result.data()));
      return sums;
    },
  };
}

function matmul({ batch, m, k, n, aTransposed, bTransposed }: MatmulWork): Runnable {
  const batches = batch > 1 ? [batch] : [];
  const a = random(1, [...batches, ...(aTransposed ? [k, m] : [m, k])]);
  const b = random(2, [...batches, ...(bTransposed ? [n, k] : [k, n])]);
  const turned = (x: np.Array, turn: boolean): np.Array => (turn ? np.swapaxes(x, -1, -2) : x);
  return runnable(
    [a, b],
    jit((x: np.Array, y: np.Array) => np.matmul(turned(x, aTransposed), turned(y, bTransposed))),
  );
}

function gelu({ count, asFormula }: GeluWork): Runnable {
  const affine = (x: np.Array): np.Array => nn.gelu(x.mul(1.5).add(0.25));
  return runnable([random(1, [count], 3)], asFormula ? jit(affine) : affine);
}

function addition({ count, recording }: AddWork): Runnable {
  if (recording) throw new NotComparable("it records only inside a gradient function");
  return runnable([random(1, [count]), random(2, [count])], (a, b) => (a as np.Array).add(b as np.Array));
}

function onRows({ kind, rows, columns }: RowsWork): Runnable {
  const x = random(1, [rows, columns], 3);
  if (kind === "layerNorm") return runnable([x, np.ones([columns]), np.zeros([columns])], jit(layerNorm));
  const calls: Record<Exclude<RowsWork["kind"], "layerNorm">, (x: np.Array) => np.Array> = {
    softmax: (x) => nn.softmax(x, -1),
    transpose: (x) => np.transpose(x),
    sumDim0: (x) => np.sum(x, 0),
    sumDim1: (x) => np.sum(x, 1),
  };
  return runnable([x], jit(calls[kind]));
}

function convolution({ images, channels, size, filters, groups, backward }: ConvWork): Runnable {
  const x = random(1, [images, channels, size, size]);
  const weight = random(2, [filters, channels / groups, 3, 3], 0.1);
  const forward = (x: np.Array, weight: np.Array): np.Array =>
    lax.convGeneralDilated(x, weight, [1, 1], "SAME", { featureGroupCount: groups });
  if (!backward) return runnable([x, weight], jit(forward));
  const dy = random(3, [images, filters, size, size]);
  const gradients = jit((x: np.Array, weight: np.Array, dy: np.Array) =>
    grad((x: np.Array, weight: np.Array, dy: np.Array) => np.sum(forward(x, weight).mul(dy)), { argnums: [0, 1] })(x, weight, dy),
  );
  return runnable([x, weight, dy], gradients as unknown as (...inputs: np.Array[]) => np.Array[]);
}

function maxPool({ images, channels, size, backward }: MaxPoolWork): Runnable {
  const x = arrayOf(seededPositive(1, images * channels * size ** 2), [images, channels, size, size]);
  return runnable([x], backward ? jit(grad((x: np.Array) => np.sum(pool(x)))) : jit(pool));
}

export const ops = {
  matmul,
  gelu,
  add: addition,
  softmax: onRows,
  layerNorm: onRows,
  transpose: onRows,
  sumDim0: onRows,
  sumDim1: onRows,
  conv: convolution,
  maxPool,
};
