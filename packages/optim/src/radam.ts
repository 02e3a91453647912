// RAdam.
import type { Tensor } from "@gradkit/tensor";
import { add, div, mul, type Node, sqrt, sub } from "@gradkit/tensor/formula";
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

export interface RAdamOptions extends CommonOptions {
  /** Default: [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Default: 1e-8. */
  eps: number;
  /** Default: 0. */
  weightDecay: number;
  /** Decay weights apart from the gradient. Default: false. */
  decoupledWeightDecay: boolean;
}

/** Liu et al. 2020 (arXiv:1908.03265), Algorithm 2. Before the variance can be estimated the step is momentum's. */
const radam = /* @__PURE__ */ updateRule(
  "radam",
  ["rate", "oneMinusBeta1", "beta2", "oneMinusBeta2", "eps", "weightDecay", "shrink"],
  (
    { rate, oneMinusBeta1, beta2, oneMinusBeta2, eps, weightDecay, shrink },
    { maximize, decay, decoupled, rectified }: Record<"maximize" | "decay" | "decoupled" | "rectified", boolean>,
  ) =>
    (w: Node, m: Node, v: Node, g: Node) => {
      const slope = slopeOf(g, w, weightDecay, { maximize, decay: decay && !decoupled });
      const m1 = add(m, mul(oneMinusBeta1, sub(slope, m)));
      const v1 = add(mul(beta2, v), mul(oneMinusBeta2, mul(slope, slope)));
      const shrunk = decay && decoupled ? mul(shrink, w) : w;
      return [sub(shrunk, mul(rate, rectified ? div(m1, add(sqrt(v1), eps)) : m1)), m1, v1];
    },
);

/** Adam whose first steps are held back while the variance is uncertain. */
export class RAdam extends Optimizer<RAdamOptions> {
  constructor(params: Params<RAdamOptions>, options: Partial<RAdamOptions> = {}) {
    super("RAdam", params, {
      lr: 1e-3,
      betas: [0.9, 0.999],
      eps: 1e-8,
      weightDecay: 0,
      decoupledWeightDecay: false,
      maximize: false,
      ...options,
    });
  }

  protected override checkOptions({ betas, eps, weightDecay }: RAdamOptions): void {
    checkAtLeastZero("RAdam", { eps, weightDecay });
    checkRates("RAdam", "betas", betas);
  }

  protected update(param: Tensor, grad: Tensor, state: ParamState, group: ParamGroup<RAdamOptions>): void {
    const { lr, eps, weightDecay, decoupledWeightDecay, maximize } = group;
    const [beta1, beta2] = group.betas;
    const step = countStep(state);
    const c2 = 1 - beta2 ** step;
    const longest = 2 / (1 - beta2) - 1; // ρ∞
    const length = longest - (2 * step * beta2 ** step) / c2; // ρₜ
    const rectified = length > 5;
    const rectification = Math.sqrt(((length - 4) * (length - 2) * longest) / ((longest - 4) * (longest - 2) * length));
    const rule = radam({ maximize, decay: weightDecay !== 0, decoupled: decoupledWeightDecay, rectified });
    this.change(rule, [param, buffer(state, "expAvg", param), buffer(state, "expAvgSq", param)], [grad], {
      rate: (lr / (1 - beta1 ** step)) * (rectified ? rectification * Math.sqrt(c2) : 1),
      oneMinusBeta1: 1 - beta1,
      beta2,
      oneMinusBeta2: 1 - beta2,
      eps,
      weightDecay,
      shrink: 1 - lr * weightDecay,
    });
  }
}
