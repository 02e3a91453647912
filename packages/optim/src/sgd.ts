// Stochastic gradient descent with momentum.
import { GradkitError, type Tensor } from "@gradkit/tensor";
import { add, mul, type Node, sub } from "@gradkit/tensor/formula";
import { buffer, type CommonOptions, checkAtLeastZero, Optimizer, type ParamGroup, type ParamState, type Params } from "./optimizer.ts";
import { slopeOf, updateRule } from "./update-rule.ts";

export interface SGDOptions extends CommonOptions {
  /** Default: 0. */
  momentum: number;
  /** How much of a gradient does not enter the momentum. Default: 0. */
  dampening: number;
  /** L2 penalty. Default: 0. */
  weightDecay: number;
  /** Default: false. */
  nesterov: boolean;
}

const descent = /* @__PURE__ */ updateRule(
  "sgd",
  ["lr", "weightDecay"],
  ({ lr, weightDecay }, flags: Record<"maximize" | "decay", boolean>) =>
    (w: Node, g: Node) => [sub(w, mul(lr, slopeOf(g, w, weightDecay, flags)))],
);

/** Sutskever, Martens, Dahl & Hinton 2013, as torch has it: the rate multiplies the momentum, and the first momentum is the gradient itself. */
const descentWithMomentum = /* @__PURE__ */ updateRule(
  "sgdMomentum",
  ["lr", "weightDecay", "momentum", "oneMinusDampening"],
  ({ lr, weightDecay, momentum, oneMinusDampening }, flags: Record<"maximize" | "decay" | "nesterov" | "first", boolean>) =>
    (w: Node, b: Node, g: Node) => {
      const slope = slopeOf(g, w, weightDecay, flags);
      const b1 = flags.first ? slope : add(mul(momentum, b), mul(oneMinusDampening, slope));
      return [sub(w, mul(lr, flags.nesterov ? add(slope, mul(momentum, b1)) : b1)), b1];
    },
);

/**
 * Gradient descent, with PyTorch's momentum.
 *
 * @example
 * const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
 */
export class SGD extends Optimizer<SGDOptions> {
  constructor(params: Params<SGDOptions>, options: Partial<SGDOptions> = {}) {
    super("SGD", params, { lr: 1e-3, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false, maximize: false, ...options });
  }

  protected override checkOptions({ momentum, dampening, weightDecay, nesterov }: SGDOptions): void {
    checkAtLeastZero("SGD", { momentum, weightDecay });
    if (nesterov && (momentum === 0 || dampening !== 0)) throw new GradkitError("SGD", "nesterov needs a momentum, and no dampening");
  }

  protected update(param: Tensor, grad: Tensor, state: ParamState, group: ParamGroup<SGDOptions>): void {
    const { lr, momentum, dampening, weightDecay, nesterov, maximize } = group;
    const decay = weightDecay !== 0;
    if (momentum === 0) {
      this.change(descent({ maximize, decay }), [param], [grad], { lr, weightDecay });
      return;
    }
    const rule = descentWithMomentum({ maximize, decay, nesterov, first: !("momentumBuffer" in state) });
    this.change(rule, [param, buffer(state, "momentumBuffer", param)], [grad], {
      lr,
      weightDecay,
      momentum,
      oneMinusDampening: 1 - dampening,
    });
  }
}
