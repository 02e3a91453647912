// Averaged stochastic gradient descent.
import type { Tensor } from "@gradkit/tensor";
import { add, mul, type Node, sub } from "@gradkit/tensor/formula";
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

export interface ASGDOptions extends CommonOptions {
  /** Decay of weights, and of the rate. Default: 1e-4. */
  lambd: number;
  /** Power of the rate's decay. Default: 0.75. */
  alpha: number;
  /** Where averaging starts. Default: 1e6. */
  t0: number;
  /** L2 penalty. Default: 0. */
  weightDecay: number;
}

const asgd = /* @__PURE__ */ updateRule(
  "asgd",
  ["eta", "shrink", "mu", "weightDecay"],
  ({ eta, shrink, mu, weightDecay }, flags: Record<"maximize" | "decay", boolean>) =>
    (w: Node, average: Node, g: Node) => {
      const w1 = sub(mul(shrink, w), mul(eta, slopeOf(g, w, weightDecay, flags)));
      return [w1, add(average, mul(mu, sub(w1, average)))];
    },
);

/** Gradient descent with a falling rate; the state's `ax` is the average of the weights (Polyak & Juditsky 1992). */
export class ASGD extends Optimizer<ASGDOptions> {
  constructor(params: Params<ASGDOptions>, options: Partial<ASGDOptions> = {}) {
    super("ASGD", params, { lr: 1e-2, lambd: 1e-4, alpha: 0.75, t0: 1e6, weightDecay: 0, maximize: false, ...options });
  }

  protected override checkOptions({ weightDecay }: ASGDOptions): void {
    checkAtLeastZero("ASGD", { weightDecay });
  }

  protected update(param: Tensor, grad: Tensor, state: ParamState, group: ParamGroup<ASGDOptions>): void {
    const { lr, lambd, alpha, t0, weightDecay, maximize } = group;
    const step = countStep(state);
    const eta = (state.eta as number | undefined) ?? lr;
    const mu = (state.mu as number | undefined) ?? 1;
    const rule = asgd({ maximize, decay: weightDecay !== 0 });
    this.change(rule, [param, buffer(state, "ax", param)], [grad], { eta, shrink: 1 - lambd * eta, mu, weightDecay });
    state.eta = lr / (1 + lambd * lr * step) ** alpha;
    state.mu = 1 / Math.max(1, step - t0);
  }
}
