// The table of structured ops: what recorders, backends and the support table are closed over.
import type { ReducerName } from "./reduce.ts";
import type { ViewName } from "./views.ts";

/** Every op that is not pointwise: gradient rules are keyed by these names. */
export type StructuredOpName =
  | ViewName
  | "reshape"
  | ReducerName
  | "maxDim" | "minDim"
  | "matmul"
  | "cat" | "embed" | "transfer"
  | "gather" | "scatter" | "scatterProd"
  | "cumsum" | "cumprod" | "cummax" | "cummin"
  | "sort"
  | "conv" | "convInputGrad" | "convWeightGrad"
  | "maxPool" | "maxPoolGrad" | "windowSum"
  | "softmax" | "logSoftmax" | "softmaxGrad" | "logSoftmaxGrad"
  | "crossEntropy"
  | "layerNorm" | "batchNorm" | "attention"; // biome-ignore format: a list
