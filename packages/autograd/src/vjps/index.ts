// The table of gradient rules, one row for each structured op: an op without a row does not compile. Null: the outputs are no floats.
import type { StructuredOpName } from "@gradkit/tensor/recorder";
import type { Vjp } from "../vjp.ts";
import { attention } from "./attention.ts";
import { batchNorm } from "./batch-norm.ts";
import { conv, convInputGrad, convWeightGrad } from "./conv.ts";
import { transfer } from "./copy.ts";
import { gather, scatter } from "./gather.ts";
import { cat } from "./join.ts";
import { layerNorm } from "./layer-norm.ts";
import { matmul } from "./matmul.ts";
import { diagonal, embed, expand, flip, permute, reshape, slice, unfold } from "./movement.ts";
import { maxPool, maxPoolGrad } from "./pool.ts";
import { amax, amin, maxDim, mean, minDim, prod, sum } from "./reduce.ts";
import { cummax, cummin, cumprod, cumsum } from "./scan.ts";
import { scatterProd } from "./scatter-reduce.ts";
import { logSoftmax, logSoftmaxGrad, softmax, softmaxGrad } from "./softmax.ts";
import { sort } from "./sort.ts";
import { windowSum } from "./window-sum.ts";

export const vjps: Readonly<Record<StructuredOpName, Vjp<never, never> | null>> = {
  expand, permute, slice, flip, diagonal, unfold, reshape, embed,
  sum, mean, prod, amax, amin, any: null, all: null, argmax: null, argmin: null, maxDim, minDim,
  matmul,
  cat, transfer,
  gather, scatter, scatterProd,
  cumsum, cumprod, cummax, cummin,
  sort,
  conv, convInputGrad, convWeightGrad,
  maxPool, maxPoolGrad, windowSum,
  softmax, logSoftmax, softmaxGrad, logSoftmaxGrad,
  layerNorm, batchNorm, attention,
}; // biome-ignore format: a table
