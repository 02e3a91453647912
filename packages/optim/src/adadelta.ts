// Adadelta.
import type { Tensor } from "@gradkit/tensor";
import { add, div, mul, type Node, sqrt, sub } from "@gradkit/tensor/formula";
import {
  buffer,
  type CommonOptions,
  checkAtLeastZero,
  countStep,
  Optimizer,
  type ParamGroup,
  type ParamState,
  type Params,
} from "./optimizer.ts";
import { slopeOf, updateRule } from "./update-rule.ts";

export interface AdadeltaOptions extends CommonOptions {
  /** Decay rate of both averages. Default: 0.9. */
  rho: number;
  /** Default: 1e-6. */
  eps: number;
  /** L2 penalty. Default: 0. */
  weightDecay: number;
}

/** Zeiler 2012 (arXiv:1212.5701), Algorithm 1. */
const adadelta = /* @__PURE__ */ updateRule(
  "adadelta",
  ["lr", "rho", "oneMinusRho", "eps", "weightDecay"],
  ({ lr, rho, oneMinusRho, eps, weightDecay }, flags: Record<"maximize" | "decay", boolean>) =>
    (w: Node, square: Node, moved: Node, g: Node) => {
      const slope = slopeOf(g, w, weightDecay, flags);
      const average = (old: Node, x: Node): Node => add(mul(rho, old), mul(oneMinusRho, mul(x, x)));
      const square1 = average(square, slope);
      const delta = mul(div(sqrt(add(moved, eps)), sqrt(add(square1, eps))), slope);
      return [sub(w, mul(lr, delta)), square1, average(moved, delta)];
    },
);

/** Steps scaled by the ratio of past steps to past gradients. */
export class Adadelta extends Optimizer<AdadeltaOptions> {
  constructor(params: Params<AdadeltaOptions>, options: Partial<AdadeltaOptions> = {}) {
    super("Adadelta", params, { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0, maximize: false, ...options });
  }

  protected override checkOptions({ rho, eps, weightDecay }: AdadeltaOptions): void {
    checkAtLeastZero("Adadelta", { rho, "1 - rho": 1 - rho, eps, weightDecay });
  }

  protected update(param: Tensor, grad: Tensor, state: ParamState, group: ParamGroup<AdadeltaOptions>): void {
    const { lr, rho, eps, weightDecay, maximize } = group;
    countStep(state);
    const rule = adadelta({ maximize, decay: weightDecay !== 0 });
    const targets = [param, buffer(state, "squareAvg", param), buffer(state, "accDelta", param)];
    this.change(rule, targets, [grad], { lr, rho, oneMinusRho: 1 - rho, eps, weightDecay });
  }
}
