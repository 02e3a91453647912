// The kernels for whole ops, over one memory. Each compiles its parts when it is first called.
import type { Backend, FusedKernels } from "@gradkit/tensor/backend";
import type { Memory } from "../memory.ts";
import { createAttention } from "./attention.ts";
import { createBatchNorm } from "./batch-norm.ts";
import { createConv } from "./conv.ts";
import { createConvInputGrad } from "./conv-input-grad.ts";
import { createConvWeightGrad } from "./conv-weight-grad.ts";
import { createLayerNorm } from "./layer-norm.ts";
import type { MatrixProduct } from "./matrix-product.ts";
import { createMaxPool, createMaxPoolGrad } from "./pool.ts";
import { createSoftmax } from "./softmax.ts";
import { WindowKernels, type WindowOptions } from "./window-kernels.ts";
import { createWindowSum } from "./window-sum.ts";

export function createFused(
  memory: Memory,
  map: Backend["map"],
  reduce: Backend["reduce"],
  product: MatrixProduct,
  options: WindowOptions = {},
): FusedKernels {
  const kernels = new WindowKernels(memory, options);
  return {
    conv: createConv(kernels),
    convInputGrad: createConvInputGrad(kernels),
    convWeightGrad: createConvWeightGrad(kernels),
    maxPool: createMaxPool(kernels),
    maxPoolGrad: createMaxPoolGrad(kernels),
    windowSum: createWindowSum(kernels),
    ...createSoftmax(memory, map),
    ...createLayerNorm(memory, map, reduce),
    ...createBatchNorm(memory, map),
    ...createAttention(memory, map, product),
  };
}
