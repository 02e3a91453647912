// Adagrad.
import { fullLike, type Tensor } from "@gradkit/tensor";
import { add, div, mul, type Node, sqrt, sub } from "@gradkit/tensor/formula";
import { type CommonOptions, checkAtLeastZero, countStep, Optimizer, type ParamGroup, type ParamState, type Params } from "./optimizer.ts";
import { slopeOf, updateRule } from "./update-rule.ts";

export interface AdagradOptions extends CommonOptions {
  /** How fast the rate falls with the number of steps. Default: 0. */
  lrDecay: number;
  /** L2 penalty. Default: 0. */
  weightDecay: number;
  /** Where the sum of squares starts. Default: 0. */
  initialAccumulatorValue: number;
  /** Default: 1e-10. */
  eps: number;
}

/** Duchi, Hazan & Singer 2011. */
const adagrad = /* @__PURE__ */ updateRule(
  "adagrad",
  ["lr", "eps", "weightDecay"],
  ({ lr, eps, weightDecay }, flags: Record<"maximize" | "decay", boolean>) =>
    (w: Node, total: Node, g: Node) => {
      const slope = slopeOf(g, w, weightDecay, flags);
      const total1 = add(total, mul(slope, slope));
      return [sub(w, mul(lr, div(slope, add(sqrt(total1), eps)))), total1];
    },
);

/** Steps scaled by the sum of all squared gradients so far. */
export class Adagrad extends Optimizer<AdagradOptions> {
  constructor(params: Params<AdagradOptions>, options: Partial<AdagradOptions> = {}) {
    super("Adagrad", params, { lr: 1e-2, lrDecay: 0, weightDecay: 0, initialAccumulatorValue: 0, eps: 1e-10, maximize: false, ...options });
  }

  protected override checkOptions({ lrDecay, weightDecay, initialAccumulatorValue, eps }: AdagradOptions): void {
    checkAtLeastZero("Adagrad", { lrDecay, weightDecay, initialAccumulatorValue, eps });
  }

  protected update(param: Tensor, grad: Tensor, state: ParamState, group: ParamGroup<AdagradOptions>): void {
    const { lr, lrDecay, weightDecay, initialAccumulatorValue, eps, maximize } = group;
    const step = countStep(state);
    state.sum ??= fullLike(param, initialAccumulatorValue).keep();
    const rule = adagrad({ maximize, decay: weightDecay !== 0 });
    this.change(rule, [param, state.sum as Tensor], [grad], { lr: lr / (1 + (step - 1) * lrDecay), eps, weightDecay });
  }
}
