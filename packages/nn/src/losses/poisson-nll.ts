// Negative log-likelihood of counts.
import { pointwise, scope, type Tensor } from "@gradkit/tensor";
import { add, exp, gt, log, mul, select, sub } from "@gradkit/tensor/formula";
import { checkSameShape, Loss, type LossOptions, reduceLoss } from "./reduction.ts";

export interface PoissonNLLLossOptions extends LossOptions {
  /** Whether inputs are logarithms of rates. Default: true. */
  logInput?: boolean;
  /** Add Stirling's approximation of log(target!). Default: false. */
  full?: boolean;
  /** Added to rates before their logarithm. Default: 1e-8. */
  eps?: number;
}

const fromLogRate = /* @__PURE__ */ pointwise("poissonNllLoss", (x, y) => sub(exp(x), mul(y, x)));
const fromRate = /* @__PURE__ */ pointwise("poissonNllLoss", (x, y, eps) => sub(x, mul(y, log(add(x, eps)))));
const stirling = /* @__PURE__ */ pointwise("poissonNllLoss", (y) =>
  select(gt(y, 1), add(sub(mul(y, log(y)), y), mul(0.5, log(mul(2 * Math.PI, y)))), 0),
);

/** rate − target·log(rate), of counts that are Poisson distributed. */
export function poissonNllLoss(
  input: Tensor,
  target: Tensor,
  { logInput = true, full = false, eps = 1e-8, reduction = "mean" }: PoissonNLLLossOptions = {},
): Tensor {
  checkSameShape("poissonNllLoss", input, target);
  return scope(() => {
    const losses = logInput ? fromLogRate(input, target) : fromRate(input, target, eps);
    return reduceLoss("poissonNllLoss", full ? losses.add(stirling(target)) : losses, reduction);
  });
}

/** For counts that are Poisson distributed. */
export class PoissonNLLLoss extends Loss<PoissonNLLLossOptions> {
  forward(input: Tensor, target: Tensor): Tensor {
    return poissonNllLoss(input, target, this.options);
  }
}
