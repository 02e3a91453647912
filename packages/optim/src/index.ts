// What users of @gradkit/optim import. Names only: nothing is defined here.
export { Adam, type AdamOptions, AdamW } from "./adam.ts";
export { type ClipGradNormOptions, clipGradNorm_, clipGradValue_ } from "./clip-grad.ts";
export { type CommonOptions, Optimizer, type ParamGroup, type Params, type ParamState } from "./optimizer.ts";
export { SGD, type SGDOptions } from "./sgd.ts";
export type { OptimizerStateDict } from "./state-dict.ts";
