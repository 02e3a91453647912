// What users of @gradkit/optim import. Names only: nothing is defined here.
export { Adadelta, type AdadeltaOptions } from "./adadelta.ts";
export { Adafactor, type AdafactorOptions } from "./adafactor.ts";
export { Adagrad, type AdagradOptions } from "./adagrad.ts";
export { Adam, type AdamOptions, AdamW } from "./adam.ts";
export { Adamax, type AdamaxOptions } from "./adamax.ts";
export { ASGD, type ASGDOptions } from "./asgd.ts";
export {
  AveragedModel, type AveragedModelOptions, type AveragedSource, type AvgFn, getEmaAvgFn, getSwaAvgFn,
} from "./averaged-model.ts"; // biome-ignore format: a list
export { type ClipGradNormOptions, clipGradNorm_, clipGradsWithNorm_, clipGradValue_, getTotalNorm } from "./clip-grad.ts";
export { GradScaler, type GradScalerOptions, type GradScalerState } from "./grad-scaler.ts";
export { LBFGS, type LBFGSClosure, type LBFGSOptions } from "./lbfgs.ts";
export { Lion, type LionOptions } from "./lion.ts";
export { Muon, type MuonOptions } from "./muon.ts";
export { NAdam, type NAdamOptions } from "./nadam.ts";
export { type CommonOptions, Optimizer, OptimizerState, type ParamGroup, type ParamState, type Params } from "./optimizer.ts";
export { RAdam, type RAdamOptions } from "./radam.ts";
export { RMSprop, type RMSpropOptions } from "./rmsprop.ts";
export { Rprop, type RpropOptions } from "./rprop.ts";
export { ChainedScheduler } from "./schedules/chained.ts";
export {
  CosineAnnealingLR,
  type CosineAnnealingLROptions,
  CosineAnnealingWarmRestarts,
  type CosineAnnealingWarmRestartsOptions,
} from "./schedules/cosine.ts";
export { CyclicLR, type CyclicLROptions } from "./schedules/cyclic.ts";
export { ExponentialLR } from "./schedules/exponential.ts";
export { LambdaLR, MultiplicativeLR } from "./schedules/lambda.ts";
export { ConstantLR, type ConstantLROptions, LinearLR, type LinearLROptions } from "./schedules/linear.ts";
export { OneCycleLR, type OneCycleLROptions } from "./schedules/one-cycle.ts";
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from "./schedules/plateau.ts";
export { PolynomialLR, type PolynomialLROptions } from "./schedules/polynomial.ts";
export {
  LRScheduler,
  type Moment,
  type NextLr,
  type ScheduledGroup,
  type ScheduledOptimizer,
  type ScheduleOptions,
  type ScheduleState,
} from "./schedules/scheduler.ts";
export { SequentialLR, type SequentialState } from "./schedules/sequential.ts";
export { MultiStepLR, StepLR, type StepLROptions } from "./schedules/step.ts";
export { SWALR, type SWALROptions } from "./schedules/swa.ts";
export { SGD, type SGDOptions } from "./sgd.ts";
export { SparseAdam, type SparseAdamOptions } from "./sparse-adam.ts";
export type { OptimizerStateDict } from "./state-dict.ts";
export { type ModelWithStatistics, updateBn } from "./update-bn.ts";
