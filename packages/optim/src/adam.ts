// Adam, and AdamW, which decays weights apart from the gradient.
import type { Tensor } from "@gradkit/tensor";
import { add, div, max, mul, type Node, sqrt, sub } from "@gradkit/tensor/formula";
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

export interface AdamOptions extends CommonOptions {
  /** Decay rates of the averages of the gradient and of its square. Default: [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Default: 1e-8. */
  eps: number;
  /** Default: 0 (Adam), 0.01 (AdamW). */
  weightDecay: number;
  /** Divide by the largest second moment so far (Reddi, Kale & Kumar 2018). Default: false. */
  amsgrad: boolean;
  /** Decay weights apart from the gradient. Default: false (Adam), true (AdamW). */
  decoupledWeightDecay: boolean;
}

type Flag = "maximize" | "decay" | "decoupled" | "amsgrad";

/**
 * Adam: Kingma & Ba 2015, Algorithm 1 (arXiv:1412.6980); decoupled decay: Loshchilov & Hutter 2019 (arXiv:1711.05101). Scalars are float64 on
 * the host: 1 − β in float32 loses five digits. With cᵢ = 1 − βᵢᵗ the step is written as the paper's section 2 does, of one division a weight:
 * rate = lr·√c2 / c1 and epsHat = eps·√c2.
 */
const adam = /* @__PURE__ */ updateRule(
  "adam",
  ["rate", "beta1", "oneMinusBeta1", "beta2", "oneMinusBeta2", "epsHat", "weightDecay", "shrink"],
  ({ rate, beta1, oneMinusBeta1, beta2, oneMinusBeta2, epsHat, weightDecay, shrink }, flags: Record<Flag, boolean>) => {
    const { maximize, decay, decoupled, amsgrad } = flags;
    const step = (w: Node, m: Node, v: Node, g: Node, highest: Node | null): Node[] => {
      const slope = slopeOf(g, w, weightDecay, { maximize, decay: decay && !decoupled });
      const m1 = add(mul(beta1, m), mul(oneMinusBeta1, slope));
      const v1 = add(mul(beta2, v), mul(oneMinusBeta2, mul(slope, slope)));
      const top = highest ? max(highest, v1) : v1;
      const shrunk = decay && decoupled ? mul(shrink, w) : w;
      const w1 = sub(shrunk, mul(rate, div(m1, add(sqrt(top), epsHat))));
      return highest ? [w1, m1, v1, top] : [w1, m1, v1];
    };
    return amsgrad
      ? (w: Node, m: Node, v: Node, highest: Node, g: Node) => step(w, m, v, g, highest)
      : (w: Node, m: Node, v: Node, g: Node) => step(w, m, v, g, null);
  },
);

/**
 * Adam: steps scaled by running averages of the gradient and its square.
 *
 * @example
 * const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
 */
export class Adam extends Optimizer<AdamOptions> {
  constructor(params: Params<AdamOptions>, options: Partial<AdamOptions> = {}, name = "Adam") {
    super(name, params, {
      lr: 1e-3,
      betas: [0.9, 0.999],
      eps: 1e-8,
      weightDecay: 0,
      amsgrad: false,
      maximize: false,
      decoupledWeightDecay: false,
      ...options,
    });
  }

  protected override checkOptions({ betas, eps, weightDecay }: AdamOptions): void {
    checkAtLeastZero(this.name, { eps, weightDecay });
    checkRates(this.name, "betas", betas);
  }

  protected update(param: Tensor, grad: Tensor, state: ParamState, group: ParamGroup<AdamOptions>): void {
    const { lr, eps, weightDecay, amsgrad, maximize, decoupledWeightDecay } = group;
    const [beta1, beta2] = group.betas;
    const step = countStep(state);
    const sqrtC2 = Math.sqrt(1 - beta2 ** step);
    const targets = [param, buffer(state, "expAvg", param), buffer(state, "expAvgSq", param)];
    if (amsgrad) targets.push(buffer(state, "maxExpAvgSq", param));
    const rule = adam({ maximize, decay: weightDecay !== 0, decoupled: decoupledWeightDecay, amsgrad });
    this.change(rule, targets, [grad], {
      rate: (lr * sqrtC2) / (1 - beta1 ** step),
      beta1,
      oneMinusBeta1: 1 - beta1,
      beta2,
      oneMinusBeta2: 1 - beta2,
      epsHat: eps * sqrtC2,
      weightDecay,
      shrink: 1 - lr * weightDecay,
    });
  }
}

/**
 * Adam with decoupled weight decay.
 *
 * @example
 * const optimizer = new AdamW(model.parameters(), { lr: 1e-3, weightDecay: 0.01 });
 */
export class AdamW extends Adam {
  constructor(params: Params<AdamOptions>, options: Partial<AdamOptions> = {}) {
    super(params, { weightDecay: 0.01, decoupledWeightDecay: true, ...options }, "AdamW");
  }
}
