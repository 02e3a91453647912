// NAdam.
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

export interface NAdamOptions extends CommonOptions {
  /** Default: [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Default: 1e-8. */
  eps: number;
  /** Default: 0. */
  weightDecay: number;
  /** How fast the momentum approaches beta1. Default: 4e-3. */
  momentumDecay: number;
  /** Decay weights apart from the gradient. Default: false. */
  decoupledWeightDecay: boolean;
}

/** Dozat 2016, with the momentum schedule of torch: momentum µₜ = β₁·(1 − 0.5·0.96^(t·decay)). */
const nadam = /* @__PURE__ */ updateRule(
  "nadam",
  ["gradientRate", "momentumRate", "oneMinusBeta1", "beta2", "oneMinusBeta2", "c2", "eps", "weightDecay", "shrink"],
  (
    { gradientRate, momentumRate, oneMinusBeta1, beta2, oneMinusBeta2, c2, eps, weightDecay, shrink },
    { maximize, decay, decoupled }: Record<"maximize" | "decay" | "decoupled", boolean>,
  ) =>
    (w: Node, m: Node, v: Node, g: Node) => {
      const slope = slopeOf(g, w, weightDecay, { maximize, decay: decay && !decoupled });
      const m1 = add(m, mul(oneMinusBeta1, sub(slope, m)));
      const v1 = add(mul(beta2, v), mul(oneMinusBeta2, mul(slope, slope)));
      const root = add(sqrt(div(v1, c2)), eps);
      const shrunk = decay && decoupled ? mul(shrink, w) : w;
      return [sub(sub(shrunk, mul(gradientRate, div(slope, root))), mul(momentumRate, div(m1, root))), m1, v1];
    },
);

/** Adam with Nesterov's momentum. */
export class NAdam extends Optimizer<NAdamOptions> {
  constructor(params: Params<NAdamOptions>, options: Partial<NAdamOptions> = {}) {
    super("NAdam", params, {
      lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, momentumDecay: 4e-3, decoupledWeightDecay: false, maximize: false, ...options,
    }); // biome-ignore format: a list
  }

  protected override checkOptions({ betas, eps, weightDecay, momentumDecay }: NAdamOptions): void {
    checkAtLeastZero("NAdam", { eps, weightDecay, momentumDecay });
    checkRates("NAdam", "betas", betas);
  }

  protected update(param: Tensor, grad: Tensor, state: ParamState, group: ParamGroup<NAdamOptions>): void {
    const { lr, eps, weightDecay, momentumDecay, decoupledWeightDecay, maximize } = group;
    const [beta1, beta2] = group.betas;
    const step = countStep(state);
    const momentum = (t: number): number => beta1 * (1 - 0.5 * 0.96 ** (t * momentumDecay));
    const [mu, next] = [momentum(step), momentum(step + 1)];
    const product = ((state.muProduct as number | undefined) ?? 1) * mu;
    state.muProduct = product;
    const rule = nadam({ maximize, decay: weightDecay !== 0, decoupled: decoupledWeightDecay });
    this.change(rule, [param, buffer(state, "expAvg", param), buffer(state, "expAvgSq", param)], [grad], {
      gradientRate: (lr * (1 - mu)) / (1 - product),
      momentumRate: (lr * next) / (1 - product * next),
      oneMinusBeta1: 1 - beta1,
      beta2,
      oneMinusBeta2: 1 - beta2,
      c2: 1 - beta2 ** step,
      eps,
      weightDecay,
      shrink: 1 - lr * weightDecay,
    });
  }
}
