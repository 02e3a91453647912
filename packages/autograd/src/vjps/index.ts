// The table of gradient rules, one row for each structured op: an op without a row does not compile. Null: the outputs are no floats.
// Own: the rule comes with the op.
import type { StructuredOpName } from "@gradkit/tensor/recorder";
import type { Vjp } from "../vjp.ts";
import { transfer } from "./copy.ts";
import { gather, scatter } from "./gather.ts";
import { cat } from "./join.ts";
import { matmul } from "./matmul.ts";
import { diagonal, embed, expand, flip, permute, reshape, slice, unfold } from "./movement.ts";
import { amax, amin, maxDim, mean, minDim, prod, sum } from "./reduce.ts";
import { cummax, cummin, cumprod, cumsum } from "./scan.ts";
import { logSoftmax, logSoftmaxGrad, softmax, softmaxGrad } from "./softmax.ts";
import { sort } from "./sort.ts";

/** The op brings its rule: programs without it do not carry that. */
export const own = "own";

export const vjps: Readonly<Record<StructuredOpName, Vjp<never> | typeof own | null>> = {
  expand, permute, slice, flip, diagonal, unfold, reshape, embed,
  sum, mean, prod, amax, amin, any: null, all: null, argmax: null, argmin: null, maxDim, minDim,
  matmul,
  cat, transfer,
  gather, scatter, scatterProd: own,
  cumsum, cumprod, cummax, cummin,
  sort,
  conv: own, convInputGrad: own, convWeightGrad: own,
  maxPool: own, maxPoolGrad: own, windowSum: own,
  softmax, logSoftmax, softmaxGrad, logSoftmaxGrad,
  crossEntropy: own,
  layerNorm: own, batchNorm: own, attention: own,
}; // biome-ignore format: a table
