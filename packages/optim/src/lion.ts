// Lion: the sign of a momentum.
import type { Tensor } from "@gradkit/tensor";
import { add, gt, lt, mul, type Node, neg, select, sub } from "@gradkit/tensor/formula";
import {
  buffer,
  type CommonOptions,
  checkAtLeastZero,
  checkRates,
  Optimizer,
  type ParamGroup,
  type ParamState,
  type Params,
} from "./optimizer.ts";
import { updateRule } from "./update-rule.ts";

export interface LionOptions extends CommonOptions {
  /** How much of the momentum enters the step, and how much of it stays. Default: [0.9, 0.99]. */
  betas: readonly [number, number];
  /** Decay of weights, apart from the gradient. Default: 0. */
  weightDecay: number;
}

/** Chen et al. 2023 (arXiv:2302.06675), Algorithm 2; sign(0) = 0, and NaN stays NaN. */
const lion = /* @__PURE__ */ updateRule(
  "lion",
  ["lr", "beta1", "oneMinusBeta1", "beta2", "oneMinusBeta2", "shrink"],
  ({ lr, beta1, oneMinusBeta1, beta2, oneMinusBeta2, shrink }, { maximize, decay }: Record<"maximize" | "decay", boolean>) =>
    (w: Node, m: Node, g: Node) => {
      const slope = maximize ? neg(g) : g;
      const direction = add(mul(beta1, m), mul(oneMinusBeta1, slope));
      const sign = select(gt(direction, 0), 1, select(lt(direction, 0), -1, mul(direction, 0)));
      return [sub(decay ? mul(shrink, w) : w, mul(lr, sign)), add(mul(beta2, m), mul(oneMinusBeta2, slope))];
    },
);

/**
 * Steps of one size for every weight, along the sign of a momentum. The rate wants to be 3 to 10 times smaller than Adam's, the decay larger by
 * as much. PyTorch has no Lion: names and defaults are those of its authors.
 *
 * @example
 * const optimizer = new Lion(model.parameters(), { lr: 1e-4, weightDecay: 0.1 });
 */
export class Lion extends Optimizer<LionOptions> {
  constructor(params: Params<LionOptions>, options: Partial<LionOptions> = {}) {
    super("Lion", params, { lr: 1e-4, betas: [0.9, 0.99], weightDecay: 0, maximize: false, ...options });
  }

  protected override checkOptions({ betas, weightDecay }: LionOptions): void {
    checkAtLeastZero("Lion", { weightDecay });
    checkRates("Lion", "betas", betas);
  }

  protected update(param: Tensor, grad: Tensor, state: ParamState, group: ParamGroup<LionOptions>): void {
    const { lr, weightDecay, maximize } = group;
    const [beta1, beta2] = group.betas;
    this.change(lion({ maximize, decay: weightDecay !== 0 }), [param, buffer(state, "expAvg", param)], [grad], {
      lr,
      beta1,
      oneMinusBeta1: 1 - beta1,
      beta2,
      oneMinusBeta2: 1 - beta2,
      shrink: 1 - lr * weightDecay,
    });
  }
}
