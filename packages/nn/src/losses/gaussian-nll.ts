// Negative log-likelihood under a normal distribution whose variance is predicted too.
import { formatShape, IndexError, pointwise, ShapeError, scope, type Tensor } from "@gradkit/tensor";
import { add, custom, div, log, max, mul, type Node, sub } from "@gradkit/tensor/formula";
import { checkSameShape, Loss, type LossOptions, reduceLoss } from "./reduction.ts";

export interface GaussianNLLLossOptions extends LossOptions {
  /** Add the constant ½·log 2π. Default: false. */
  full?: boolean;
  /** Smallest variance. Default: 1e-6. */
  eps?: number;
}

/** As torch, the bound is no part of the function: the gradient passes as if the variance were the bound. */
const atLeast = /* @__PURE__ */ custom(
  "gaussianNllVariance",
  (variance, eps) => max(variance, eps),
  (g) => [g, null],
);
const halfLog = (x: Node, y: Node, variance: Node): Node => mul(0.5, add(log(variance), div(mul(sub(x, y), sub(x, y)), variance)));
const likelihood = /* @__PURE__ */ pointwise("gaussianNllLoss", (x, y, variance, eps) => halfLog(x, y, atLeast(variance, eps)));

/** The variance of each element, of each row [N] or [N, 1], or of all, as something that broadcasts against the input. */
function fitVariance(input: Tensor, variance: Tensor | number): Tensor | number {
  if (typeof variance === "number") return variance;
  const [wanted, got] = [input.shape, variance.shape];
  const rows = wanted.slice(0, -1);
  if (formatShape(got) === formatShape(wanted) || formatShape(got) === formatShape([...rows, 1])) return variance;
  if (formatShape(got) === formatShape(rows)) return variance.unsqueeze(-1);
  throw new ShapeError(
    "gaussianNllLoss",
    `the variance must be ${formatShape(wanted)}, ${formatShape([...rows, 1])} or ${formatShape(rows)} (got ${formatShape(got)})`,
  );
}

function hasNegative(variance: Tensor | number): boolean {
  if (typeof variance === "number") return variance < 0;
  return variance.device.capabilities.syncRead && variance.dataSync().some((value) => value < 0);
}

/** ½·(log variance + (input − target)² / variance). Throws for negative variances, where they lie on devices that read synchronously. */
export function gaussianNllLoss(
  input: Tensor,
  target: Tensor,
  variance: Tensor | number,
  { full = false, eps = 1e-6, reduction = "mean" }: GaussianNLLLossOptions = {},
): Tensor {
  checkSameShape("gaussianNllLoss", input, target);
  return scope(() => {
    const fitted = fitVariance(input, variance);
    if (hasNegative(variance)) throw new IndexError("gaussianNllLoss", "a variance is negative. Predict its logarithm, or a softplus");
    const losses = likelihood(input, target, fitted, eps);
    return reduceLoss("gaussianNllLoss", full ? losses.add(0.5 * Math.log(2 * Math.PI)) : losses, reduction);
  });
}

/** For values with a predicted mean and variance. */
export class GaussianNLLLoss extends Loss<GaussianNLLLossOptions> {
  forward(input: Tensor, target: Tensor, variance: Tensor | number): Tensor {
    return gaussianNllLoss(input, target, variance, this.options);
  }
}
