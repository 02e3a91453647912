// The kernels for whole ops.
import type { Backend, FusedKernels } from "@gradkit/tensor/backend";
import { createConv } from "./conv.ts";
import { createConvInputGrad } from "./conv-input-grad.ts";
import { createConvWeightGrad } from "./conv-weight-grad.ts";
import { createMaxPool, createMaxPoolGrad } from "./pool.ts";
import { createSoftmax } from "./softmax.ts";
import type { Target } from "./target.ts";

export const createFused = (target: Target, reduce: Backend["reduce"]): Partial<FusedKernels> => ({
  conv: createConv(target),
  convInputGrad: createConvInputGrad(target),
  convWeightGrad: createConvWeightGrad(target, reduce),
  maxPool: createMaxPool(target),
  maxPoolGrad: createMaxPoolGrad(target),
  ...createSoftmax(target),
});
