// RMSprop.
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

export interface RMSpropOptions extends CommonOptions {
  /** Decay rate of the average of squares. Default: 0.99. */
  alpha: number;
  /** Default: 1e-8. */
  eps: number;
  /** L2 penalty. Default: 0. */
  weightDecay: number;
  /** Default: 0. */
  momentum: number;
  /** Divide by the standard deviation instead of the root of the mean square. Default: false. */
  centered: boolean;
}

/** Hinton, lecture 6e (2012); centred: Graves 2013 (arXiv:1308.0850). The root is taken before eps is added. */
const rmsprop = /* @__PURE__ */ updateRule(
  "rmsprop",
  ["lr", "alpha", "oneMinusAlpha", "eps", "weightDecay", "momentum"],
  ({ lr, alpha, oneMinusAlpha, eps, weightDecay, momentum }, flags: Record<"maximize" | "decay" | "centered" | "moving", boolean>) =>
    (w: Node, square: Node, ...rest: Node[]) => {
      const g = rest.pop() as Node;
      const average = flags.centered ? (rest.shift() as Node) : null;
      const b = flags.moving ? (rest.shift() as Node) : null;
      const slope = slopeOf(g, w, weightDecay, flags);
      const square1 = add(mul(alpha, square), mul(oneMinusAlpha, mul(slope, slope)));
      const average1 = average ? add(average, mul(oneMinusAlpha, sub(slope, average))) : null;
      const root = sqrt(average1 ? sub(square1, mul(average1, average1)) : square1);
      const scaled = div(slope, add(root, eps));
      const b1 = b ? add(mul(momentum, b), scaled) : null;
      return [sub(w, mul(lr, b1 ?? scaled)), square1, ...(average1 ? [average1] : []), ...(b1 ? [b1] : [])];
    },
);

/**
 * Steps scaled by a running average of squared gradients.
 *
 * @example
 * const optimizer = new RMSprop(model.parameters(), { lr: 1e-3 });
 */
export class RMSprop extends Optimizer<RMSpropOptions> {
  constructor(params: Params<RMSpropOptions>, options: Partial<RMSpropOptions> = {}) {
    super("RMSprop", params, {
      lr: 1e-2,
      alpha: 0.99,
      eps: 1e-8,
      weightDecay: 0,
      momentum: 0,
      centered: false,
      maximize: false,
      ...options,
    });
  }

  protected override checkOptions({ alpha, eps, weightDecay, momentum }: RMSpropOptions): void {
    checkAtLeastZero("RMSprop", { alpha, eps, weightDecay, momentum });
  }

  protected update(param: Tensor, grad: Tensor, state: ParamState, group: ParamGroup<RMSpropOptions>): void {
    const { lr, alpha, eps, weightDecay, momentum, centered, maximize } = group;
    const moving = momentum > 0;
    countStep(state); // which torch keeps too
    const targets = [param, buffer(state, "squareAvg", param)];
    if (centered) targets.push(buffer(state, "gradAvg", param));
    if (moving) targets.push(buffer(state, "momentumBuffer", param));
    const rule = rmsprop({ maximize, decay: weightDecay !== 0, centered, moving });
    this.change(rule, targets, [grad], { lr, alpha, oneMinusAlpha: 1 - alpha, eps, weightDecay, momentum });
  }
}
