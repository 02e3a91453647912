// Predictions and targets as vectors of class numbers.
import { DTypeError, formatShape, isFloat, ShapeError, type Tensor } from "@gradkit/tensor";

/** What ignored places hold: they are counted with weight 0. */
export interface Labels {
  readonly predicted: Tensor; // int32 [n]
  readonly actual: Tensor; // int32 [n]
  /** 1, or 0 where the target is to be ignored. */
  readonly weight: Tensor; // int32 [n]
}

const checkTarget = (metric: string, target: Tensor): void => {
  if (isFloat(target.dtype)) throw new DTypeError(metric, `targets are class numbers (got ${target.dtype}). Convert with .to("int32")`);
};

/** Scores [N, C, ...] of targets [N, ...] as rows [n, C]. */
export function scoreRows(metric: string, preds: Tensor, target: Tensor, numClasses: number): Tensor {
  const [batch, classes, ...rest] = preds.shape;
  if (!isFloat(preds.dtype) || classes !== numClasses || formatShape([batch as number, ...rest]) !== formatShape(target.shape)) {
    throw new ShapeError(
      metric,
      `scores and targets do not fit (got ${formatShape(preds.shape)} and ${formatShape(target.shape)}). Scores are float [N, ${numClasses}, ...], targets [N, ...]`,
    );
  }
  return preds.movedim(1, -1).reshape(-1, numClasses);
}

/** Targets [N, ...] as a vector, with the weights of its places. */
export function targetVector(metric: string, target: Tensor, ignoreIndex: number | null): Pick<Labels, "actual" | "weight"> {
  checkTarget(metric, target);
  const flat = target.reshape(-1).to("int32");
  const counted = ignoreIndex === null ? flat.eq(flat) : flat.ne(ignoreIndex);
  const weight = counted.to("int32");
  return { actual: ignoreIndex === null ? flat : flat.mul(weight), weight };
}

/** Scores [N, C, ...] count as their largest, class numbers [N, ...] as they are. */
export function toLabels(metric: string, preds: Tensor, target: Tensor, numClasses: number, ignoreIndex: number | null): Labels {
  if (isFloat(preds.dtype))
    return { predicted: scoreRows(metric, preds, target, numClasses).argmax(1), ...targetVector(metric, target, ignoreIndex) };
  if (formatShape(preds.shape) !== formatShape(target.shape)) {
    throw new ShapeError(
      metric,
      `class numbers and targets differ in shape (got ${formatShape(preds.shape)} and ${formatShape(target.shape)})`,
    );
  }
  return { predicted: preds.reshape(-1).to("int32"), ...targetVector(metric, target, ignoreIndex) };
}
