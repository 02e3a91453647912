// What users of @gradkit/metrics import. Names only: nothing is defined here.
export { AUROC, type AUROCOptions } from "./auroc.ts";
export type { Average, ScoreOf } from "./class-counts.ts";
export { Accuracy, type AccuracyOptions, F1Score, type MulticlassOptions, Precision, Recall } from "./classification.ts";
export { ConfusionMatrix, type ConfusionMatrixOptions } from "./confusion-matrix.ts";
export { MeanAbsoluteError, MeanSquaredError, type MeanSquaredErrorOptions } from "./mean-error.ts";
export { Metric } from "./metric.ts";
export { Perplexity, type PerplexityOptions } from "./perplexity.ts";
export { R2Score, type R2ScoreOptions } from "./r2-score.ts";
