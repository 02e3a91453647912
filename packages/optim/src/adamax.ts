// Adamax.
import type { Tensor } from "@gradkit/tensor";
import { abs, add, div, max, mul, type Node, sub } from "@gradkit/tensor/formula";
import {
  buffer,
  type CommonOptions,
  checkAtLeastZero,
  checkRates,
  countStep,
  Optimizer,
  type ParamGroup,
  type ParamState,
  type Params,
} from "./optimizer.ts";
import { slopeOf, updateRule } from "./update-rule.ts";

export interface AdamaxOptions extends CommonOptions {
  /** Default: [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Default: 1e-8. */
  eps: number;
  /** L2 penalty. Default: 0. */
  weightDecay: number;
}

/** Kingma & Ba 2015, Algorithm 2; as torch, eps is added to the gradient's size before the maximum. */
const adamax = /* @__PURE__ */ updateRule(
  "adamax",
  ["lrOverC1", "oneMinusBeta1", "beta2", "eps", "weightDecay"],
  ({ lrOverC1, oneMinusBeta1, beta2, eps, weightDecay }, flags: Record<"maximize" | "decay", boolean>) =>
    (w: Node, m: Node, u: Node, g: Node) => {
      const slope = slopeOf(g, w, weightDecay, flags);
      const m1 = add(m, mul(oneMinusBeta1, sub(slope, m)));
      const u1 = max(mul(beta2, u), add(abs(slope), eps));
      return [sub(w, mul(lrOverC1, div(m1, u1))), m1, u1];
    },
);

/** Adam with the largest gradient, slowly forgotten, in place of the root mean square. */
export class Adamax extends Optimizer<AdamaxOptions> {
  constructor(params: Params<AdamaxOptions>, options: Partial<AdamaxOptions> = {}) {
    super("Adamax", params, { lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, maximize: false, ...options });
  }

  protected override checkOptions({ betas, eps, weightDecay }: AdamaxOptions): void {
    checkAtLeastZero("Adamax", { eps, weightDecay });
    checkRates("Adamax", "betas", betas);
  }

  protected update(param: Tensor, grad: Tensor, state: ParamState, group: ParamGroup<AdamaxOptions>): void {
    const { lr, eps, weightDecay, maximize } = group;
    const [beta1, beta2] = group.betas;
    const step = countStep(state);
    const rule = adamax({ maximize, decay: weightDecay !== 0 });
    const targets = [param, buffer(state, "expAvg", param), buffer(state, "expInf", param)];
    this.change(rule, targets, [grad], { lrOverC1: lr / (1 - beta1 ** step), oneMinusBeta1: 1 - beta1, beta2, eps, weightDecay });
  }
}
